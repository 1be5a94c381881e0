/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/record.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/kafka/topic.h"

void record_add_header(struct record *record, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    assert(record->header_count < RECORD_HEADERS_MAX);
    record->headers[record->header_count++] =
        (struct record_header){.name = name, .value = text, .value_size = strlen(text)};
}

static void add_number(struct record *record, const char *name, int64_t number, char text[static 24])
{
    (void)snprintf(text, 24, "%" PRId64, number);
    record_add_header(record, name, text);
}

static void set_origin(struct record_scratch *scratch, const char *topic, int32_t partition, int64_t offset)
{
    (void)snprintf(scratch->origin, sizeof scratch->origin, "%.*s/%" PRId32 "/%" PRId64, TOPIC_BYTES_MAX, topic,
                   partition, offset);
}

void record_from_event(const char *prefix, const struct event *event, const char *traceparent, const void *value,
                       size_t value_size, struct record_scratch *scratch, struct record *record_out)
{
    const char *key = event->ordering_key[0] != '\0' ? event->ordering_key : event->org_id;
    _Static_assert(sizeof scratch->time >= CLOCK_TEXT_BYTES, "a time fits");
    record_out->topic = topic_for_event(prefix, event->type, scratch->topic);
    record_out->key = key;
    record_out->key_size = strlen(key);
    record_out->value = value;
    record_out->value_size = value_size;
    record_out->header_count = 0;
    record_add_header(record_out, "kt-id", event->id);
    record_add_header(record_out, "kt-org", event->org_id);
    if (event->created_ms != 0)
        record_add_header(record_out, "kt-time", clock_format(event->created_ms, scratch->time));
    record_add_header(record_out, "kt-ordering-key", event->ordering_key);
    record_add_header(record_out, "content-type", "application/json");
    record_add_header(record_out, "traceparent", traceparent);
}

void record_from_delivery(const struct record_route *route, const struct delivery *delivery, const void *value,
                          size_t value_size, struct record_scratch *scratch, struct record *record_out)
{
    record_out->topic = route->topic;
    record_out->key = delivery->webhook_id;
    record_out->key_size = strlen(delivery->webhook_id);
    record_out->value = value;
    record_out->value_size = value_size;
    record_out->header_count = 0;
    bool has_origin = delivery->origin.topic[0] != '\0'; /* else this record is where the event stands */
    if (has_origin)
        set_origin(scratch, delivery->origin.topic, delivery->origin.partition, delivery->origin.offset);
    record_add_header(record_out, "kt-webhook", delivery->webhook_id);
    add_number(record_out, "kt-attempt", delivery->number, scratch->numbers[0]);
    add_number(record_out, "kt-due-ms", delivery->due_ms, scratch->numbers[1]);
    add_number(record_out, "kt-first-ms", delivery->accepted_ms, scratch->numbers[2]);
    record_add_header(record_out, "kt-origin", has_origin ? scratch->origin : NULL);
    record_add_header(record_out, "kt-reason", route->reason);
    record_add_header(record_out, "kt-trigger", trigger_text(delivery->trigger));
    add_number(record_out, "kt-series", delivery->series, scratch->numbers[3]);
    record_add_header(record_out, "kt-type", delivery->event_type);
    record_add_header(record_out, "kt-id", delivery->event_id);
    record_add_header(record_out, "kt-org", delivery->org_id);
    record_add_header(record_out, "kt-ordering-key", delivery->ordering_key);
    record_add_header(record_out, "traceparent", delivery->traceparent);
    if (route->left_ms > 0)
        add_number(record_out, "kt-left-ms", route->left_ms, scratch->numbers[4]);
    if (route->jitter_ms > 0)
        add_number(record_out, "kt-jitter-ms", route->jitter_ms, scratch->numbers[5]);
}

/* ---- unreadable records ------------------------------------------------------------------------------------------ */

static bool is_ours_when_dead(const char *name)
{
    return strcmp(name, "kt-reason") == 0 || strcmp(name, "kt-detail") == 0 || strcmp(name, "kt-origin") == 0;
}

/* Keeps the first headers that fit, with room for ours. */
static void copy_headers(const rd_kafka_message_t *message, struct record *record)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t value_size, total_bytes = 0;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    for (size_t i = 0; record->header_count + 3 < RECORD_HEADERS_MAX &&
                       rd_kafka_header_get_all(headers, i, &name, &value, &value_size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         i++) {
        size_t bytes = strlen(name) + value_size;
        if (is_ours_when_dead(name) || bytes > RECORD_HEADER_BYTES_MAX - total_bytes)
            continue;
        total_bytes += bytes;
        record->headers[record->header_count++] =
            (struct record_header){.name = name, .value = value, .value_size = value_size};
    }
}

void record_from_unreadable(const char *topic, const rd_kafka_message_t *message, const char *reason,
                            const char *detail, struct record_scratch *scratch, struct record *record_out)
{
    record_out->topic = topic;
    record_out->key = message->key_len <= RECORD_HEADER_BYTES_MAX ? message->key : NULL;
    record_out->key_size = record_out->key != NULL ? message->key_len : 0;
    record_out->value = message->payload;
    record_out->value_size = message->len < RECORD_VALUE_BYTES_MAX ? message->len : RECORD_VALUE_BYTES_MAX;
    record_out->header_count = 0;
    copy_headers(message, record_out);
    set_origin(scratch, rd_kafka_topic_name(message->rkt), message->partition, message->offset);
    record_add_header(record_out, "kt-reason", reason);
    record_add_header(record_out, "kt-detail", detail);
    record_add_header(record_out, "kt-origin", scratch->origin);
}
