/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/intake.h"

#include <errno.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/kafka/record.h"
#include "common/kafka/topic.h"

static int check_day(const struct intake *intake, int64_t accepted_ms, struct error *error)
{
    int64_t day = history_day(accepted_ms);
    if (day >= intake->first_day && day <= intake->last_day)
        return 0;
    char text[CLOCK_TEXT_BYTES];
    (void)error_set(error, EINVAL, "accepted at %s, which is %s", clock_format(accepted_ms, text),
                    day < intake->first_day ? "older than what the history keeps" : "in the future");
    return INTAKE_OUTSIDE;
}

static int take_attempt(const struct intake *intake, struct batch *batch, struct batch_row *row, struct error *error)
{
    const rd_kafka_message_t *message = row->message;
    if (message->len > (size_t)ATTEMPT_RECORD_BYTES_MAX) {
        (void)error_set(error, EINVAL, "an attempt record of %zu bytes; %d are possible", message->len,
                        ATTEMPT_RECORD_BYTES_MAX);
        return INTAKE_UNREADABLE;
    }
    struct attempt attempt;
    if (attempt_decode(message->payload, message->len, &attempt, error) < 0)
        return INTAKE_UNREADABLE;
    int outcome = check_day(intake, attempt.delivery.accepted_ms, error);
    if (outcome == 0)
        batch_write_attempt(batch, row, &attempt);
    attempt_deinit(&attempt);
    return outcome;
}

static int take_event(const struct intake *intake, const char *type, struct batch *batch, struct batch_row *row,
                      struct error *error)
{
    const rd_kafka_message_t *message = row->message;
    struct event envelope;
    enum event_flaw flaw = EVENT_SOUND;
    if (event_from_message(message, intake->cluster_id, type, &envelope, &flaw, error) < 0)
        return INTAKE_SKIPPED;
    rd_kafka_timestamp_type_t time_type;
    const struct history_event event = {
        .envelope = &envelope,
        .type = type,
        .topic = row->partition->topic,
        .partition = row->partition->id,
        .offset = message->offset,
        .accepted_ms = rd_kafka_message_timestamp(message, &time_type),
        .size_bytes = message->len,
    };
    int outcome = check_day(intake, event.accepted_ms, error);
    if (outcome == 0)
        batch_write_event(batch, row, &event);
    return outcome;
}

int intake_record(const struct intake *intake, struct batch *batch, struct batch_row *row, struct error *error)
{
    const char *topic = row->partition->topic;
    if (strcmp(topic, intake->attempts_topic) == 0)
        return take_attempt(intake, batch, row, error);
    const char *type = topic_event_type(intake->topic_prefix, topic);
    if (type != NULL)
        return take_event(intake, type, batch, row, error);
    (void)error_set(error, EINVAL, "topic %s is not one of an event type", topic);
    return INTAKE_SKIPPED;
}
