#pragma once
/*
 * A webhook as a client sends it → as it is stored. One table of fields says what each may be; everything that is wrong
 * is reported at once, by field. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stdbool.h>

#include "common/domain/secret.h"
#include "common/domain/url_policy.h"
#include "common/store/webhook_store.h"

#include "api/problem.h"

#define HEADER_VALUE_MASK "***"

struct webhook_input {
    const struct url_policy *policy;
    const json_t *custom_types;     /* object with a member for each custom event type; NULL: none */
    bool is_new;                    /* POST: url and events are needed, a secret may come along */
    struct stored_webhook *webhook; /* what is there; changed by webhook_input_apply() */
    struct secret secret;           /* as sent; key_size 0: none was */
    struct field_errors errors;
};

/* Applies the body's fields (RFC 7396: null means the default, headers are merged by name). With errors the webhook is
 * in between and must not be stored. */
void webhook_input_apply(struct webhook_input *input, json_t *body);
void webhook_input_deinit(struct webhook_input *input); /* wipes the secret */

/* The body of rotate-secret: {"overlap_seconds"?, "secret"?}. */
#define OVERLAP_SECONDS_DEFAULT INT64_C(86400)
#define OVERLAP_SECONDS_MAX     (7 * INT64_C(86400))

struct rotation_input {
    int64_t overlap_seconds;
    struct secret secret; /* key_size 0: none was sent */
};

void rotation_input_read(json_t *body, struct rotation_input *input_out, struct field_errors *errors);

/* A header whose value is shown as HEADER_VALUE_MASK, going by its name: Authorization, X-Api-Key, … */
bool header_value_is_secret(const char *name);
