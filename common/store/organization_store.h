#pragma once
/*
 * Organizations: the tenants that keep apart. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/store/database.h"

#define ORGANIZATION_NAME_BYTES_MAX 200

enum organization_store_outcome {
    ORGANIZATION_EXISTS = 1
};

/* Letters, digits and _ . : - only, 1 to ORG_ID_BYTES_MAX of them. */
bool organization_id_is_valid(const char *id, size_t length);

/* This transaction works for the organization: row-level security shows its rows and no others. */
MUST_CHECK int organization_store_enter(PGconn *connection, const char *org_id, struct error *error);
/* In a transaction that works for it. 0 or ORGANIZATION_EXISTS. */
MUST_CHECK int organization_store_create(PGconn *connection, const char *org_id, const char *name, struct error *error);
