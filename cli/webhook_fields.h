#pragma once
/*
 * The flags that describe a webhook, as the fields of the API's body. What can be told to be wrong here is, before
 * anything is sent. Pure, except that --secret-file is read. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/secret.h"

#include "cli/call.h"

/* Adds what was given to the object. -EINVAL names the flag and what would be right. */
MUST_CHECK int webhook_fields_add(const struct call *call, json_t *fields, struct error *error);
MUST_CHECK int webhook_secret_add(const struct call *call, json_t *fields, struct error *error);

/* The secret in a file, or on standard input for "-"; says so when others may read the file. */
MUST_CHECK int secret_read(const char *path, struct secret *secret_out, struct error *error);
