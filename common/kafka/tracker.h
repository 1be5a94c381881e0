#pragma once
/*
 * What is under way of one partition, in the order received: an entry is settled when nothing of it is left to do, and
 * the offset to commit is the end of the settled prefix. Gaps between offsets are harmless. Pure; one thread.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACKER_ENTRIES_MAX 2048
#define TRACKER_BYTES_MAX   (8 * 1024 * 1024)
#define TRACKER_SPAN_MAX    16384

struct tracker;

struct tracker *tracker_new(void);
void tracker_free(struct tracker *tracker); /* NULL-safe */

/* Forgets every entry, settled or not, because the partition is read again from another offset. Tickets given before
 * are stale from now on: they may not be settled any more. */
void tracker_restart(struct tracker *tracker);
bool tracker_is_stale(const struct tracker *tracker, uint64_t ticket);

bool tracker_is_full(const struct tracker *tracker);
/* Adds an unsettled record and returns its ticket. Offsets grow. Not when full (asserted). */
uint64_t tracker_add(struct tracker *tracker, int64_t offset, size_t bytes, int64_t now_ms);
/* The record behind the ticket has nothing left to do. Each ticket once (asserted). Returns true when the settled
 * prefix grew. */
bool tracker_settle(struct tracker *tracker, uint64_t ticket);
/* The next offset to read after a restart: one past the settled prefix; -1 before anything was settled. */
int64_t tracker_committable(const struct tracker *tracker);
/* The offset of the oldest record that is not settled, or the one after all that are; -1 when none was added. */
int64_t tracker_next_offset(const struct tracker *tracker);
int64_t tracker_last_offset(const struct tracker *tracker); /* of the newest record added, -1 before the first */
size_t tracker_count(const struct tracker *tracker);        /* not yet out of the window */
size_t tracker_unsettled_count(const struct tracker *tracker);
int64_t tracker_oldest_ms(const struct tracker *tracker); /* when the oldest unsettled one was added, 0 if none */
