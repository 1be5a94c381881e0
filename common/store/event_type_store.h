#pragma once
/*
 * The custom event types of this installation; the built-in ones are in common/domain/event_types.def.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stdbool.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/store/database.h"

#define CUSTOM_EVENT_TYPES_MAX 1000

/* False as long as the schema is not there. */
MUST_CHECK int event_type_store_exists(PGconn *connection, bool *exists_out, struct error *error);

/* A new JSON object of name → text, by name. */
MUST_CHECK int event_type_store_list(PGconn *connection, json_t **types_out, struct error *error);
