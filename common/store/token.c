/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/token.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "common/base/encoding.h"

#define TOKEN_PREFIX "kt_live_"

static const struct {
    const char *name;
    unsigned scope;
} scopes[] = {

#define X(id, name) {name, TOKEN_##id},
    TOKEN_SCOPES(X)
#undef X
};

/* base64 → base64url: RFC 4648 section 5. */
static char as_url(char digit)
{
    if (digit == '+')
        return '-';
    if (digit == '/')
        return '_';
    return digit;
}

void token_make(const uint8_t random[static 32], char text_out[static TOKEN_TEXT_BYTES])
{
    char base64[BASE64_BYTES(32)];
    size_t length = base64_encode(random, 32, base64);
    (void)snprintf(text_out, TOKEN_TEXT_BYTES, "%s", TOKEN_PREFIX);
    char *text = text_out + strlen(TOKEN_PREFIX);
    for (size_t i = 0; i < length && base64[i] != '='; i++)
        *text++ = as_url(base64[i]);
    *text = '\0';
    OPENSSL_cleanse(base64, sizeof(base64));
}

void token_hash(const char *text, uint8_t hash_out[static TOKEN_HASH_BYTES])
{
    (void)SHA256((const unsigned char *)text, strlen(text), hash_out); /* returns hash_out */
}

static unsigned find_scope(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(scopes); i++) {
        if (strlen(scopes[i].name) == length && memcmp(scopes[i].name, name, length) == 0)
            return scopes[i].scope;
    }
    return 0;
}

int token_scopes_parse(const char *list, unsigned *scopes_out, struct error *error)
{
    unsigned found = 0;
    for (const char *name = list;; name++) {
        size_t length = strcspn(name, ",");
        unsigned scope = find_scope(name, length);
        if (scope == 0)
            return error_set(error, EINVAL,
                             "\"%.*s\" is not a scope; scopes are webhooks:read, webhooks:write, events:write, admin",
                             (int)(length < 64 ? length : 64), name);
        found |= scope;
        name += length;
        if (*name == '\0')
            break;
    }
    *scopes_out = found;
    return 0;
}

bool token_allows(const struct token *token, enum token_scope scope, int64_t now_ms)
{
    if (token->expires_ms != 0 && token->expires_ms <= now_ms)
        return false;
    return (token->scopes & ((unsigned)scope | (unsigned)TOKEN_ADMIN)) != 0;
}
