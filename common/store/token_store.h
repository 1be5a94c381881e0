#pragma once
/*
 * Issues API tokens. Looking them up is common/store/token.h's part. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/store/database.h"
#include "common/store/token.h"

#define TOKEN_NAME_BYTES_MAX 100

const char *token_scope_name(enum token_scope scope); /* of a single scope: "webhooks:read" */

enum token_store_outcome {
    TOKEN_ORGANIZATION_ABSENT = 1
};

/* In a transaction that works for token->org_id; id, hash, scopes and expiry are the caller's. created_by: a token's
 * id, or "" from the command line. 0 or TOKEN_ORGANIZATION_ABSENT. */
MUST_CHECK int token_store_create(PGconn *connection, const struct token *token, const char *name,
                                  const char *created_by, struct error *error);
