#pragma once
/*
 * The seam behind which requests to endpoints are made: open, post, close; completion comes back on the loop. Whoever
 * calls knows nothing of sockets, TLS or libcurl. Every limit of docs/contract.md holds behind it: no redirects,
 * address check at connect and on reuse, deadlines, head and body caps. One thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/config/settings.h"
#include "common/domain/attempt.h"
#include "common/domain/url_policy.h"

struct egress_settings {
#define SETTING SETTINGS_FIELD
#include "common/http/egress.def"
#undef SETTING
};

/* The section "egress" for service.sections. */
struct settings_section egress_settings_section(struct egress_settings *values);
/* The URL and address policy that these settings mean. */
MUST_CHECK int egress_url_policy(const struct egress_settings *settings, struct url_policy *policy_out,
                                 struct error *error);

#define SENDER_RESPONSE_HEAD_BYTES_MAX (16 * 1024)
#define SENDER_RESPONSE_BODY_BYTES_MAX (64 * 1024)

struct sender;

/* What to send; everything is borrowed until done() was called. */
struct sender_request {
    const struct url *url;
    const char
        *head; /* header lines "Name: value\r\n…", without Host, Content-Length and Connection, which the sender adds */
    size_t head_size;
    const void *body;
    size_t body_size;
    uint32_t timeout_ms; /* for everything, name look-up to last byte */
    uint32_t connect_timeout_ms;
};

/* How it ended; everything is borrowed until done() returns. */
struct sender_response {
    enum error_class error; /* NONE: a complete or cut 2xx; HTTP_STATUS: any other complete status */
    int code;
    const char *detail; /* in words, never NULL */
    bool was_sent;      /* the endpoint may have seen the request */
    struct timing timing;
    int64_t retry_after_ms; /* RETRY_AFTER_NONE if not given */
    char remote_address[64];
    const char *head; /* status line and headers, cut to ATTEMPT_HEAD_BYTES_MAX */
    size_t head_size;
    const char *body; /* cut to ATTEMPT_BODY_BYTES_MAX */
    size_t body_size;
    int64_t body_total_bytes;
};

/* Embedded in the caller's own struct. done is called exactly once per post, on the loop, never from inside
 * sender_post(). */
struct sender_exchange {
    struct sender_request request;
    void (*done)(struct sender_exchange *exchange, const struct sender_response *response);
    void *sender_state_; /* internal */
};

MUST_CHECK int sender_open(const struct egress_settings *settings, uv_loop_t *loop, struct sender **sender_out,
                           struct error *error);
void sender_post(struct sender *sender, struct sender_exchange *exchange);
/* Cuts what is under way: each done() is called with RESET and detail "cut by shutdown" before it returns. */
void sender_abort_all(struct sender *sender);
size_t sender_in_flight_count(const struct sender *sender);
void sender_close(struct sender *sender); /* NULL-safe; nothing may be in flight */
