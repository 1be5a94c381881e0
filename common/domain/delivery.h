#pragma once
/*
 * A delivery: one event on its way to one webhook. Its ids are computed, so they are the same after a crash, anywhere.
 * Pure. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/domain/event.h"
#include "common/domain/outcome.h"

#define WEBHOOK_ID_BYTES_MAX 64
#define DELIVERY_ID_BYTES    (4 + 26 + 1)
#define TOPIC_BYTES_MAX      128
#define TRACEPARENT_BYTES    55

/* Where the event stands in Kafka; its payload is read from there for as long as the topic keeps it. */
struct origin {
    char topic[TOPIC_BYTES_MAX + 1];
    int32_t partition;
    int64_t offset;
};

/* What travels with an internal record (retry, due, slow, direct) in headers, and what a delivery starts from. */
struct delivery {
    char id[DELIVERY_ID_BYTES];
    char webhook_id[WEBHOOK_ID_BYTES_MAX + 1];
    char event_id[EVENT_ID_BYTES_MAX + 1];
    char event_type[EVENT_TYPE_BYTES_MAX + 1];
    char org_id[ORG_ID_BYTES_MAX + 1];
    char ordering_key[EVENT_ORDERING_KEY_BYTES_MAX + 1];
    char traceparent[TRACEPARENT_BYTES + 1]; /* "" if none */
    struct origin origin;
    int64_t accepted_ms;  /* the origin record's Kafka time: stable, partitions the history (header kt-first-ms) */
    unsigned number;      /* of the next attempt, 1… */
    unsigned series;      /* 0: the event itself; 1…: the n-th redelivery or replay (header kt-series) */
    enum trigger trigger; /* of the series; a retry of it has TRIGGER_RETRY in its attempts' records */
    int64_t due_ms;       /* planned time of the next attempt, 0: now */
};

/* "dlv_" + base32(SHA-256(event id, zero byte, webhook id)[0..15]). */
void delivery_id(const char *event_id, const char *webhook_id, char id_out[static DELIVERY_ID_BYTES]);
