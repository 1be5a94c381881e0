#pragma once
/*
 * One attempt, or one terminal decision without a request (cancelled): the record on kt.attempts, which becomes the row
 * in the history. Encoded as one JSON object without a JSON library (hot path), decoded with one. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"
#include "common/base/error.h"
#include "common/domain/delivery.h"
#include "common/domain/outcome.h"

#define ATTEMPT_HEAD_BYTES_MAX   8192 /* of a request's or an answer's head that is kept */
#define ATTEMPT_BODY_BYTES_MAX   4096 /* of an answer's body that is kept */
#define ATTEMPT_RECORD_BYTES_MAX (64 * 1024)
#define ATTEMPT_ID_BYTES         (DELIVERY_ID_BYTES + 24)

struct timing { /* milliseconds spent in each stage (not cumulative); total is the whole attempt */
    uint32_t dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
};

struct attempt {
    struct delivery delivery; /* number and series are this attempt's */
    enum outcome outcome;
    enum error_class error;
    int code;         /* 0: none */
    char detail[256]; /* the reason in words, e.g. "connection refused"; "" when none */
    int64_t started_ms;
    struct timing timing;
    int64_t next_attempt_ms;              /* RETRYING, ABORTED: when; otherwise 0 */
    char next_topic[TOPIC_BYTES_MAX + 1]; /* where the delivery went on (retry tier, slow, dead), "" if nowhere */
    bool disables_webhook;                /* 410 */
    char remote_address[64];              /* "" if not connected */
    const char
        *request_head; /* borrowed on encode, owned after decode; signatures are in, custom header values masked */
    size_t request_head_size;
    const char *response_head;
    size_t response_head_size;
    const void *response_body; /* cut to ATTEMPT_BODY_BYTES_MAX */
    size_t response_body_size;
    int64_t response_body_total_bytes; /* as received */
};

/* "<delivery id>.<number>" or "<delivery id>.<number>.<series>". */
void attempt_id(const struct attempt *attempt, char id_out[static ATTEMPT_ID_BYTES]);

/* Appends the record. Text fields may hold anything; response bytes go in as base64. */
void attempt_encode(const struct attempt *attempt, struct buffer *out);

/* Owns what it points to after success; attempt_deinit() frees. -EINVAL names the field. */
MUST_CHECK int attempt_decode(const char *json, size_t length, struct attempt *attempt_out, struct error *error);
void attempt_deinit(struct attempt *attempt); /* only after attempt_decode() */
