#pragma once
/*
 * What a lane knows of one endpoint: the deliveries that wait in line, those on the wire, and how fast it answers. One
 * per webhook. Pure bookkeeping: no clock, no I/O. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "common/domain/delivery.h"

#define ENDPOINT_LATENCY_MS_START 100 /* assumed until the first answer */

struct job;

struct endpoint {
    UT_hash_handle hh;
    char webhook_id[WEBHOOK_ID_BYTES_MAX + 1];
    struct job *line; /* oldest first */
    size_t queued_count;
    size_t in_flight_count;
    uint64_t used_at_ms;          /* monotonic, last time a delivery came in */
    double latency_ms;            /* moving average over attempts, failed ones too */
    bool is_ready;                /* in the lane's ready list */
    struct endpoint *prev, *next; /* of that list */
};

struct endpoint *endpoint_find_or_add(struct endpoint **table, const char *webhook_id);
void endpoint_remove_if_idle(struct endpoint **table, struct endpoint *endpoint);

void endpoint_answered(struct endpoint *endpoint, uint64_t latency_ms);
/* How many may wait so that the last one's turn comes within wait_max_ms; at least in_flight_max. */
size_t endpoint_line_max(const struct endpoint *endpoint, size_t in_flight_max, uint64_t wait_max_ms);
