#pragma once
/*
 * The events of one request and what became of each, and the answer that follows from that. Pure: how events travel is
 * the intake's business. The status of the answer:
 *
 *     any without an outcome when time is up   503 outcome_unknown; the same ids may be sent again safely
 *     one event                                202, or the status of what it was refused for
 *     several, at least one accepted           202, the others are refused in the results
 *     several, none accepted                   503 if Kafka refused any, else 400 none_accepted
 *
 * Each answer to several events, and each 503 outcome_unknown, lists what became of every line.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buffer.h"

#include "producer/problem.h"

#define BATCH_EVENTS_MAX       1000
#define BATCH_ANSWER_BYTES_MAX ((size_t)8 * 1024 * 1024) /* every detail at its longest, every byte of it escaped */

enum batch_state {
    BATCH_PENDING,
    BATCH_ACCEPTED,
    BATCH_REFUSED
};

struct batch_event {
    uint64_t line; /* of the body, 1… */
    enum batch_state state;
    enum problem problem; /* REFUSED: why */
    char *id;             /* owned; NULL: the event was refused before it had one */
    char *detail;         /* owned; REFUSED: why, in words */
};

struct batch {
    struct batch_event *events; /* owned */
    size_t count, pending_count, accepted_count;
    bool is_single; /* application/json: one event, and an answer without results */
};

void batch_init(struct batch *batch, size_t capacity, bool is_single); /* room for so many events */
void batch_deinit(struct batch *batch);

/* The next event: pending, with the id that it got. Borrowed; not more than there is room for (asserted). */
struct batch_event *batch_add(struct batch *batch, uint64_t line);
void batch_accept(struct batch *batch, struct batch_event *event);
void batch_refuse(struct batch *batch, struct batch_event *event, enum problem problem, const char *detail);

/* The answer for what is known now. Returns the status; PROBLEM_NONE in problem_out: the body is application/json, else
 * problem+json. */
unsigned batch_answer(const struct batch *batch, const char *request_id, struct buffer *body,
                      enum problem *problem_out);
