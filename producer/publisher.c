/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/publisher.h"

#include <errno.h>

#include "common/base/random.h"
#include "common/kafka/record.h"

#define FILLED_IN_BYTES 512 /* what event_complete() may add */

void publisher_init(struct publisher *publisher, struct kafka_producer *producer, const char *topic_prefix)
{
    *publisher = (struct publisher){.producer = producer, .topic_prefix = topic_prefix};
    buffer_init(&publisher->envelope, EVENT_BYTES_MAX + FILLED_IN_BYTES);
}

void publisher_deinit(struct publisher *publisher)
{
    buffer_deinit(&publisher->envelope);
}

int publisher_submit(struct publisher *publisher, const struct submission *submission, struct kafka_ack *ack,
                     struct event *event_out, struct error *reason)
{
    char fresh_id[RANDOM_ID_BYTES] = "";
    struct buffer *envelope = &publisher->envelope;
    struct record_scratch scratch;
    struct record record;
    int problem = admission_check(submission->rules, submission->json, submission->length, event_out, reason);
    if (problem != 0)
        return problem;
    if (event_out->id[0] == '\0')
        (void)random_id("evt_", submission->now_ms, fresh_id);
    buffer_clear(envelope);
    problem = admission_complete(submission->rules, submission->json, submission->length, fresh_id, submission->now_ms,
                                 event_out, envelope, reason);
    if (problem != 0)
        return problem;
    const char *traceparent = traceparent_is_valid(submission->traceparent) ? submission->traceparent : NULL;
    record_from_event(publisher->topic_prefix, event_out, traceparent, envelope->bytes, envelope->length, &scratch,
                      &record);
    int code = kafka_producer_send(publisher->producer, &record, ack, reason);
    if (code == -ENOBUFS)
        return PROBLEM_BUSY;
    return code < 0 ? (int)PROBLEM_NOT_STORED : 0;
}
