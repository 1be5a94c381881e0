#pragma once
/*
 * API tokens: "kt_live_" + 43 characters of base64url; stored as SHA-256. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/event.h"
#include "common/store/database.h"

#define TOKEN_TEXT_BYTES 64
#define TOKEN_HASH_BYTES 32

/* TOKEN_SCOPE(id, "name") */
#define TOKEN_SCOPES(X)                 \
    X(WEBHOOKS_READ, "webhooks:read")   \
    X(WEBHOOKS_WRITE, "webhooks:write") \
    X(EVENTS_WRITE, "events:write")     \
    X(ADMIN, "admin")

enum token_scope_bit {
#define X(id, name) TOKEN_BIT_##id,
    TOKEN_SCOPES(X)
#undef X
};

enum token_scope {
#define X(id, name) TOKEN_##id = 1 << TOKEN_BIT_##id,
    TOKEN_SCOPES(X)
#undef X
};

struct token {
    uint8_t hash[TOKEN_HASH_BYTES];
    char id[40];
    char org_id[ORG_ID_BYTES_MAX + 1];
    unsigned scopes;    /* enum token_scope, or-ed */
    int64_t expires_ms; /* 0: never */
};

void token_make(const uint8_t random[static 32], char text_out[static TOKEN_TEXT_BYTES]);
void token_hash(const char *text, uint8_t hash_out[static TOKEN_HASH_BYTES]);
MUST_CHECK int token_scopes_parse(const char *list, unsigned *scopes_out,
                                  struct error *error);                               /* "webhooks:read,admin" */
bool token_allows(const struct token *token, enum token_scope scope, int64_t now_ms); /* admin allows everything */

/* The live token of that hash, for a role that may see one organization only (kt_api). 0, TOKEN_UNKNOWN, or negative.
 */
enum token_lookup {
    TOKEN_UNKNOWN = 1
};

MUST_CHECK int token_find(PGconn *connection, const uint8_t hash[static TOKEN_HASH_BYTES], struct token *token_out,
                          struct error *error);

/* All live tokens by hash, immutable after loading. */
struct token_table;
MUST_CHECK int token_table_load(PGconn *connection, struct token_table **table_out, struct error *error); /* blocks */
const struct token *token_table_find(const struct token_table *table, const uint8_t hash[static TOKEN_HASH_BYTES]);
size_t token_table_count(const struct token_table *table);
void token_table_free(struct token_table *table); /* NULL-safe */

/* The table kept fresh on a loop: reloaded every 5 s in the thread pool; stale while PostgreSQL is away. For
 * kt-producer. */
struct token_cache;
struct token_cache *token_cache_new(const struct database_settings *database, uv_loop_t *loop);
/* The token of that text if it is known and not expired; NULL otherwise. Borrowed until the next turn of the loop. */
const struct token *token_cache_find(const struct token_cache *cache, const char *text, int64_t now_ms);
bool token_cache_is_loaded(const struct token_cache *cache);
void token_cache_close(struct token_cache *cache, void (*closed)(void *owner), void *owner);
/* NULL-safe. Before it is closed: closes it first, and is gone when the loop has done so. */
void token_cache_free(struct token_cache *cache);
