/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/webhook.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

static const char *const state_texts[] = {
#define X(name, text) [WEBHOOK_##name] = text,
    WEBHOOK_STATES(X)
#undef X
};

const char *webhook_state_text(enum webhook_state state)
{
    assert(state < ARRAY_LENGTH(state_texts));
    return state_texts[state];
}

int webhook_state_parse(const char *text, enum webhook_state *state_out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(state_texts); i++) {
        if (strcmp(state_texts[i], text) == 0) {
            *state_out = (enum webhook_state)i;
            return 0;
        }
    }
    return -EINVAL;
}

struct webhook *webhook_new(void)
{
    struct webhook *webhook = ALLOC(struct webhook);
    webhook->reference_count = 1;
    return webhook;
}

struct webhook *webhook_ref(struct webhook *webhook)
{
    assert(webhook->reference_count > 0);
    webhook->reference_count++;
    return webhook;
}

static void free_webhook(struct webhook *webhook)
{
    for (size_t i = 0; i < webhook->pattern_count; i++)
        free(webhook->patterns[i]);
    for (size_t i = 0; i < webhook->header_count; i++) {
        struct webhook_header *header = &webhook->headers[i];
        if (header->value != NULL)
            explicit_bzero(header->value, strlen(header->value)); /* often a token */
        free(header->name);
        free(header->value);
    }
    free(webhook->patterns);
    free(webhook->headers);
    explicit_bzero(webhook->secrets, sizeof(webhook->secrets));
    free(webhook);
}

void webhook_unref(struct webhook *webhook)
{
    if (webhook == NULL)
        return;
    assert(webhook->reference_count > 0);
    if (--webhook->reference_count == 0)
        free_webhook(webhook);
}

bool webhook_subscribes(const struct webhook *webhook, const char *event_type)
{
    for (size_t i = 0; i < webhook->pattern_count; i++) {
        if (event_pattern_matches(webhook->patterns[i], event_type))
            return true;
    }
    return false;
}

size_t webhook_secrets_at(const struct webhook *webhook, int64_t now_ms,
                          struct secret secrets_out[static SIGNATURE_SECRETS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < webhook->secret_count; i++) {
        const struct webhook_secret *secret = &webhook->secrets[i];
        if (secret->expires_ms == 0 || secret->expires_ms > now_ms)
            secrets_out[count++] = secret->secret;
    }
    if (count == 0 && webhook->secret_count > 0)
        secrets_out[count++] = webhook->secrets[0].secret;
    return count;
}
