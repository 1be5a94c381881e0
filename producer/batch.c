/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/batch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"

#define UNKNOWN_TEXT                                                                                                \
    "Kafka has not acknowledged every event in time; those that are unknown may still be stored. Sending the same " \
    "events with the same ids again is safe."

void batch_init(struct batch *batch, size_t capacity, bool is_single)
{
    *batch = (struct batch){.events = alloc_zeroed(capacity, sizeof(struct batch_event)), .is_single = is_single};
}

void batch_deinit(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        free(batch->events[i].id);
        free(batch->events[i].detail);
    }
    free(batch->events);
    *batch = (struct batch){0};
}

struct batch_event *batch_add(struct batch *batch, uint64_t line)
{
    assert(batch->count < BATCH_EVENTS_MAX);
    struct batch_event *event = &batch->events[batch->count++];
    event->line = line;
    batch->pending_count++;
    return event;
}

void batch_accept(struct batch *batch, struct batch_event *event)
{
    assert(event->state == BATCH_PENDING);
    event->state = BATCH_ACCEPTED;
    batch->pending_count--;
    batch->accepted_count++;
}

void batch_refuse(struct batch *batch, struct batch_event *event, enum problem problem, const char *detail)
{
    assert(event->state == BATCH_PENDING);
    event->state = BATCH_REFUSED;
    event->problem = problem;
    event->detail = alloc_text(detail);
    batch->pending_count--;
}

static void append_id(struct buffer *out, const struct batch_event *event)
{
    if (event->id == NULL)
        return;
    buffer_append_text(out, "\"id\":");
    buffer_append_json(out, event->id, strlen(event->id));
    buffer_append_char(out, ',');
}

static void append_result(struct buffer *out, const struct batch_event *event)
{
    static const char *const texts[] = {
        [BATCH_PENDING] = "unknown", [BATCH_ACCEPTED] = "accepted", [BATCH_REFUSED] = "refused"};
    buffer_append_format(out, "{\"line\":%" PRIu64 ",", event->line);
    append_id(out, event);
    buffer_append_format(out, "\"status\":\"%s\"", texts[event->state]);
    if (event->state == BATCH_REFUSED) {
        buffer_append_format(out, ",\"code\":\"%s\",\"detail\":", problem_code(event->problem));
        buffer_append_json(out, event->detail, strlen(event->detail));
    }
    buffer_append_char(out, '}');
}

/* The members that both kinds of answers to several events have. */
static void append_results(struct buffer *out, const struct batch *batch)
{
    size_t refused_count = batch->count - batch->accepted_count - batch->pending_count;
    buffer_append_format(out, "\"accepted\":%zu,\"refused\":%zu", batch->accepted_count, refused_count);
    if (batch->pending_count > 0)
        buffer_append_format(out, ",\"unknown\":%zu", batch->pending_count);
    buffer_append_text(out, ",\"results\":[");
    for (size_t i = 0; i < batch->count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        append_result(out, &batch->events[i]);
    }
    buffer_append_char(out, ']');
}

static enum problem batch_problem(const struct batch *batch)
{
    if (batch->pending_count > 0)
        return PROBLEM_OUTCOME_UNKNOWN;
    if (batch->accepted_count > 0)
        return PROBLEM_NONE;
    if (batch->is_single)
        return batch->events[0].problem;
    for (size_t i = 0; i < batch->count; i++) {
        if (problem_status(batch->events[i].problem) >= 500)
            return batch->events[i].problem;
    }
    return PROBLEM_NONE_ACCEPTED;
}

static void append_problem(const struct batch *batch, enum problem problem, const char *request_id, struct buffer *body)
{
    char detail[128];
    const struct batch_event *first = &batch->events[0];
    if (problem == PROBLEM_OUTCOME_UNKNOWN) {
        problem_open(problem, UNKNOWN_TEXT, request_id, body);
    } else if (batch->is_single) {
        problem_open(problem, first->detail, request_id, body);
    } else {
        (void)snprintf(detail, sizeof detail, "none of %zu events was accepted; results says why", batch->count);
        problem_open(problem, detail, request_id, body);
    }
    if (!batch->is_single || problem == PROBLEM_OUTCOME_UNKNOWN) {
        buffer_append_char(body, ',');
        append_results(body, batch);
    }
    buffer_append_char(body, '}');
}

unsigned batch_answer(const struct batch *batch, const char *request_id, struct buffer *body, enum problem *problem_out)
{
    enum problem problem = batch_problem(batch);
    *problem_out = problem;
    if (problem != PROBLEM_NONE) {
        append_problem(batch, problem, request_id, body);
        return problem_status(problem);
    }
    buffer_append_char(body, '{');
    if (batch->is_single) {
        append_id(body, &batch->events[0]);
        buffer_append_text(body, "\"status\":\"accepted\"");
    } else {
        append_results(body, batch);
    }
    buffer_append_char(body, '}');
    return 202;
}
