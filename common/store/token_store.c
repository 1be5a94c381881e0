/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/token_store.h"

#include <errno.h>
#include <stdio.h>

#include "common/base/encoding.h"
#include "common/store/row.h"

#define SCOPES_TEXT_BYTES 128

static const char *const scope_names[] = {
#define X(id, name) [TOKEN_BIT_##id] = (name),
    TOKEN_SCOPES(X)
#undef X
};

const char *token_scope_name(enum token_scope scope)
{
    return scope_names[__builtin_ctz((unsigned)scope)];
}

/* An array literal; the names need no quoting. */
static const char *scopes_text(unsigned scopes, char text_out[static SCOPES_TEXT_BYTES])
{
    size_t length = 0;
    for (size_t bit = 0; bit < ARRAY_LENGTH(scope_names); bit++) {
        if ((scopes & (1U << bit)) == 0)
            continue;
        length += (size_t)snprintf(text_out + length, SCOPES_TEXT_BYTES - length, "%c%s", length == 0 ? '{' : ',',
                                   scope_names[bit]);
    }
    (void)snprintf(text_out + length, SCOPES_TEXT_BYTES - length, "}");
    return text_out;
}

int token_store_create(PGconn *connection, const struct token *token, const char *name, const char *created_by,
                       struct error *error)
{
    static const char sql[] = "INSERT INTO api_tokens (id, org_id, name, hash, scopes, created_by, expires_at) "
                              "SELECT $1, id, $3, $4, $5::text[], $6, "
                              "       timestamptz 'epoch' + nullif($7::bigint, 0) * interval '1 millisecond' "
                              "FROM organizations WHERE id = $2 RETURNING id";
    char hash[2 + HEX_BYTES(TOKEN_HASH_BYTES)] = "\\x", expires_ms[ROW_NUMBER_BYTES], scopes[SCOPES_TEXT_BYTES];
    hex_encode(token->hash, TOKEN_HASH_BYTES, hash + 2);
    const char *values[] = {token->id,
                            token->org_id,
                            name,
                            hash,
                            scopes_text(token->scopes, scopes),
                            created_by,
                            row_number(token->expires_ms, expires_ms)};
    PGresult *result = database_query(connection, sql, values, 7, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = PQntuples(result) == 1 ? 0 : TOKEN_ORGANIZATION_ABSENT;
    PQclear(result);
    return outcome;
}
