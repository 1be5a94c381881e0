/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/encoding.h"
#include "common/base/parse.h"
#include "common/store/token.h"

#define TOKENS_MAX 1000000

struct token_table {
    struct token *tokens; /* ordered by hash */
    size_t count;
};

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

/* Columns: id, org_id, scopes with commas, expiry in milliseconds or NULL, hash. */
static int read_token(const PGresult *result, int row, struct token *token_out, struct error *error)
{
    struct token token = {.expires_ms = 0};
    (void)snprintf(token.id, sizeof(token.id), "%s", PQgetvalue(result, row, 0));
    (void)snprintf(token.org_id, sizeof(token.org_id), "%s", PQgetvalue(result, row, 1));
    int failure = token_scopes_parse(PQgetvalue(result, row, 2), &token.scopes, error);
    if (failure < 0)
        return error_prefix(error, failure, "token %s", token.id);
    if (!PQgetisnull(result, row, 3) &&
        parse_int64(PQgetvalue(result, row, 3), (size_t)PQgetlength(result, row, 3), &token.expires_ms) < 0)
        return error_set(error, EINVAL, "token %s has an unreadable expiry", token.id);
    size_t size = 0;
    unsigned char *hash = PQunescapeBytea((const unsigned char *)PQgetvalue(result, row, 4), &size);
    if (hash != NULL && size == TOKEN_HASH_BYTES)
        memcpy(token.hash, hash, TOKEN_HASH_BYTES);
    PQfreemem(hash);
    if (size != TOKEN_HASH_BYTES)
        return error_set(error, EINVAL, "token %s has a hash of %zu bytes", token.id, size);
    *token_out = token;
    return 0;
}

int token_find(PGconn *connection, const uint8_t hash[static TOKEN_HASH_BYTES], struct token *token_out,
               struct error *error)
{
    char text[2 + HEX_BYTES(TOKEN_HASH_BYTES)] = "\\x";
    (void)hex_encode(hash, TOKEN_HASH_BYTES, text + 2); /* the length is known */
    const char *const values[] = {text};
    CLEANUP(clear_result)
    PGresult *result = database_query(
        connection,
        "SELECT id, org_id, array_to_string(scopes, ','), floor(extract(epoch FROM expires_at) * 1000)::bigint, $1::bytea "
        "FROM find_token($1)",
        values, 1, NULL, error);
    if (result == NULL)
        return -EIO;
    return PQntuples(result) == 0 ? TOKEN_UNKNOWN : read_token(result, 0, token_out, error);
}

static int compare_hashes(const void *a, const void *b)
{
    const struct token *left = a;
    const struct token *right = b;
    return memcmp(left->hash, right->hash, TOKEN_HASH_BYTES);
}

int token_table_load(PGconn *connection, struct token_table **table_out, struct error *error)
{
    CLEANUP(clear_result)
    PGresult *result = database_query(
        connection,
        "SELECT id, org_id, array_to_string(scopes, ','), floor(extract(epoch FROM expires_at) * 1000)::bigint, hash "
        "FROM api_tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
        NULL, 0, NULL, error);
    if (result == NULL)
        return -EIO;
    size_t count = (size_t)PQntuples(result);
    if (count > TOKENS_MAX)
        return error_set(error, E2BIG, "more than %d API tokens", TOKENS_MAX);
    struct token_table *table = ALLOC(struct token_table);
    table->tokens = alloc_zeroed(count > 0 ? count : 1, sizeof(struct token));
    for (size_t i = 0; i < count; i++) {
        struct error ignored; /* the table's checks keep such rows out; one must not lock everyone else out */
        if (read_token(result, (int)i, &table->tokens[table->count], &ignored) == 0)
            table->count++;
    }
    qsort(table->tokens, table->count, sizeof(struct token), compare_hashes);
    *table_out = table;
    return 0;
}

const struct token *token_table_find(const struct token_table *table, const uint8_t hash[static TOKEN_HASH_BYTES])
{
    struct token wanted = {.expires_ms = 0};
    memcpy(wanted.hash, hash, TOKEN_HASH_BYTES);
    return bsearch(&wanted, table->tokens, table->count, sizeof(struct token), compare_hashes);
}

size_t token_table_count(const struct token_table *table)
{
    return table->count;
}

void token_table_free(struct token_table *table)
{
    if (table == NULL)
        return;
    free(table->tokens);
    free(table);
}
