#pragma once
/*
 * The audit log: who changed what. Written in the transaction of the change. Never a secret or a header value.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/store/database.h"

struct audit_entry { /* everything borrowed */
    const char *org_id;
    const char *actor;      /* token id, or the program that acted by itself */
    const char *action;     /* webhook.created, token.created, … */
    const char *target;     /* id of what was changed */
    const char *request_id; /* "" from the command line */
    const json_t *details;  /* an object, or NULL */
};

MUST_CHECK int audit_store_add(PGconn *connection, const struct audit_entry *entry, struct error *error);
