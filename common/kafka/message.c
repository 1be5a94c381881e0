/* Reading records: the headers of hostile or careless producers are only ever looked at within limits.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/parse.h"
#include "common/domain/retry_policy.h"
#include "common/kafka/record.h"

#define HEADERS(X)                     \
    X(ID, "kt-id")                     \
    X(ORG, "kt-org")                   \
    X(TIME, "kt-time")                 \
    X(ORDERING_KEY, "kt-ordering-key") \
    X(TRACEPARENT, "traceparent")      \
    X(WEBHOOK, "kt-webhook")           \
    X(TYPE, "kt-type")                 \
    X(ATTEMPT, "kt-attempt")           \
    X(SERIES, "kt-series")             \
    X(TRIGGER, "kt-trigger")           \
    X(ORIGIN, "kt-origin")             \
    X(FIRST_MS, "kt-first-ms")         \
    X(DUE_MS, "kt-due-ms")             \
    X(LEFT_MS, "kt-left-ms")           \
    X(JITTER_MS, "kt-jitter-ms")

enum header {
#define X(id, name) HEADER_##id,
    HEADERS(X)
#undef X
    HEADER_COUNT
};

static const char *const names[] = {
#define X(id, name) [HEADER_##id] = name,
    HEADERS(X)
#undef X
};

struct text {
    const char *bytes; /* NULL: the header is not there */
    size_t size;
};

struct our_headers {
    struct text of[HEADER_COUNT];
};

static void keep(struct our_headers *ours, const char *name, const void *value, size_t size)
{
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            ours->of[i] = (struct text){value != NULL ? value : "", value != NULL ? size : 0};
            return;
        }
    }
}

/* Of several headers with one name the last counts, as everywhere in Kafka. */
static int read_headers(const rd_kafka_message_t *message, struct our_headers *ours_out, struct error *error)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t size;
    *ours_out = (struct our_headers){0};
    rd_kafka_resp_err_t result = rd_kafka_message_headers(message, &headers);
    if (result == RD_KAFKA_RESP_ERR__NOENT)
        return 0;
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, EINVAL, "the headers cannot be read: %s", rd_kafka_err2str(result));
    size_t count = rd_kafka_header_cnt(headers);
    if (count > RECORD_HEADERS_READ_MAX)
        return error_set(error, EINVAL, "%zu headers, at most %d are allowed", count, RECORD_HEADERS_READ_MAX);
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
            keep(ours_out, name, value, size);
    }
    return 0;
}

const char *message_header(const rd_kafka_message_t *message, const char *name, size_t *size_out)
{
    rd_kafka_headers_t *headers;
    const void *value;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_cnt(headers) > RECORD_HEADERS_READ_MAX ||
        rd_kafka_header_get_last(headers, name, &value, size_out) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return NULL;
    return value;
}

/* ---- one header each --------------------------------------------------------------------------------------------- */

static int bad_header(struct error *error, enum header header, const char *what)
{
    return error_set(error, EINVAL, "header %s %s", names[header], what);
}

static void copy_text(struct text text, char *text_out)
{
    memcpy(text_out, text.bytes, text.size);
    text_out[text.size] = '\0';
}

static int read_id(const struct our_headers *ours, enum header header, size_t size_max, char *id_out,
                   struct error *error)
{
    struct text text = ours->of[header];
    if (text.bytes == NULL || text.size == 0)
        return bad_header(error, header, "is missing");
    if (text.size > size_max)
        return error_set(error, EINVAL, "header %s has %zu bytes, at most %zu are allowed", names[header], text.size,
                         size_max);
    if (!event_id_is_valid(text.bytes, text.size))
        return bad_header(error, header, "may hold only letters, digits and _ - . :");
    copy_text(text, id_out);
    return 0;
}

static int read_ordering_key(const struct our_headers *ours, char *key_out, struct error *error)
{
    struct text text = ours->of[HEADER_ORDERING_KEY];
    key_out[0] = '\0';
    if (text.bytes == NULL)
        return 0;
    if (text.size > EVENT_ORDERING_KEY_BYTES_MAX)
        return error_set(error, EINVAL, "header kt-ordering-key has %zu bytes, at most %d are allowed", text.size,
                         EVENT_ORDERING_KEY_BYTES_MAX);
    if (!parse_is_utf8(text.bytes, text.size))
        return bad_header(error, HEADER_ORDERING_KEY, "is not UTF-8");
    copy_text(text, key_out);
    return 0;
}

/* A missing number is the fallback; a negative fallback makes the header required. */
static int read_number(const struct our_headers *ours, enum header header, int64_t min, int64_t max, int64_t fallback,
                       int64_t *number_out, struct error *error)
{
    struct text text = ours->of[header];
    int64_t number;
    if (text.bytes == NULL && fallback >= 0) {
        *number_out = fallback;
        return 0;
    }
    if (text.bytes == NULL)
        return bad_header(error, header, "is missing");
    if (parse_int64(text.bytes, text.size, &number) < 0)
        return bad_header(error, header, "is not a whole number");
    if (number < min || number > max)
        return error_set(error, EINVAL, "header %s is %lld; %lld to %lld is allowed", names[header], (long long)number,
                         (long long)min, (long long)max);
    *number_out = number;
    return 0;
}

/* Splits "a/b" at the last slash: the text keeps a, *tail_out is b. */
static bool split_last(struct text *text, struct text *tail_out)
{
    const char *slash = memrchr(text->bytes, '/', text->size);
    if (slash == NULL)
        return false;
    size_t head_size = (size_t)(slash - text->bytes);
    *tail_out = (struct text){slash + 1, text->size - head_size - 1};
    text->size = head_size;
    return true;
}

/* Without the header, the event stands in this record and nowhere else: a test. */
static void take_own_origin(const rd_kafka_message_t *message, struct origin *origin_out)
{
    (void)snprintf(origin_out->topic, sizeof origin_out->topic, "%s", rd_kafka_topic_name(message->rkt));
    origin_out->partition = message->partition;
    origin_out->offset = message->offset;
}

/* topic/partition/offset */
static int read_origin(const struct our_headers *ours, const rd_kafka_message_t *message, struct origin *origin_out,
                       struct error *error)
{
    struct text topic = ours->of[HEADER_ORIGIN], partition, offset;
    int64_t partition_number, offset_number;
    if (topic.bytes == NULL) {
        take_own_origin(message, origin_out);
        return 0;
    }
    if (!split_last(&topic, &offset) || !split_last(&topic, &partition) || topic.size == 0 ||
        topic.size > TOPIC_BYTES_MAX || !event_id_is_valid(topic.bytes, topic.size) ||
        parse_int64(partition.bytes, partition.size, &partition_number) < 0 || partition_number < 0 ||
        partition_number > INT32_MAX || parse_int64(offset.bytes, offset.size, &offset_number) < 0 || offset_number < 0)
        return bad_header(error, HEADER_ORIGIN, "is not topic/partition/offset");
    copy_text(topic, origin_out->topic);
    origin_out->partition = (int32_t)partition_number;
    origin_out->offset = offset_number;
    return 0;
}

static int read_trigger(const struct our_headers *ours, enum trigger *trigger_out, struct error *error)
{
    struct text text = ours->of[HEADER_TRIGGER];
    char name[16];
    if (text.bytes == NULL)
        return bad_header(error, HEADER_TRIGGER, "is missing");
    if (text.size >= sizeof name)
        return bad_header(error, HEADER_TRIGGER, "is none of event, retry, manual, replay, test");
    copy_text(text, name);
    if (trigger_parse(name, trigger_out) < 0)
        return bad_header(error, HEADER_TRIGGER, "is none of event, retry, manual, replay, test");
    return 0;
}

static int read_type(const struct our_headers *ours, char *type_out, struct error *error)
{
    struct text text = ours->of[HEADER_TYPE];
    if (text.bytes == NULL)
        return bad_header(error, HEADER_TYPE, "is missing");
    if (text.size > EVENT_TYPE_BYTES_MAX || !event_type_is_valid(text.bytes, text.size))
        return bad_header(error, HEADER_TYPE, "is not an event type");
    copy_text(text, type_out);
    return 0;
}

/* Only passed through, for tracing: one that is not in form is dropped. */
static void read_traceparent(const struct our_headers *ours, char *traceparent_out)
{
    struct text text = ours->of[HEADER_TRACEPARENT];
    traceparent_out[0] = '\0';
    if (text.bytes != NULL && text.size == TRACEPARENT_BYTES && event_id_is_valid(text.bytes, text.size))
        copy_text(text, traceparent_out);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static int event_from_headers(const struct our_headers *ours, const char *event_type, struct event *event_out,
                              struct error *error)
{
    struct text time = ours->of[HEADER_TIME];
    struct event event = {0};
    int code = read_id(ours, HEADER_ID, EVENT_ID_BYTES_MAX, event.id, error);
    if (code == 0)
        code = read_id(ours, HEADER_ORG, ORG_ID_BYTES_MAX, event.org_id, error);
    if (code == 0)
        code = read_ordering_key(ours, event.ordering_key, error);
    if (code < 0)
        return code;
    if (time.bytes != NULL && clock_parse(time.bytes, time.size, &event.created_ms) < 0)
        event.created_ms = 0; /* only shown, never decided on */
    memcpy(event.type, event_type, strlen(event_type) + 1);
    *event_out = event;
    return 0;
}

static int event_from_envelope(const rd_kafka_message_t *message, const char *cluster_id, const char *event_type,
                               struct event *event_out, enum event_flaw *flaw_out, struct error *error)
{
    int code = event_parse(message->payload, message->len, event_out, flaw_out, error);
    if (code < 0)
        return code;
    *flaw_out = EVENT_BAD_FIELD;
    if (strcmp(event_out->type, event_type) != 0)
        return error_set(error, EINVAL, "the type is %s, but the topic is that of %s", event_out->type, event_type);
    if (event_out->org_id[0] == '\0')
        return error_set(error, EINVAL, "org_id is missing");
    if (event_out->id[0] == '\0')
        event_id_from_origin(cluster_id, rd_kafka_topic_name(message->rkt), message->partition, message->offset,
                             event_out->id);
    *flaw_out = EVENT_SOUND;
    return 0;
}

int event_from_message(const rd_kafka_message_t *message, const char *cluster_id, const char *event_type,
                       struct event *event_out, enum event_flaw *flaw_out, struct error *error)
{
    struct our_headers ours;
    enum event_flaw unwanted;
    if (flaw_out == NULL)
        flaw_out = &unwanted;
    *flaw_out = EVENT_SOUND;
    if (message->len > EVENT_BYTES_MAX) {
        *flaw_out = EVENT_TOO_LARGE;
        return error_set(error, EINVAL, "the event has %zu bytes, at most %d are allowed", message->len,
                         EVENT_BYTES_MAX);
    }
    if (message->payload == NULL || message->len == 0) {
        *flaw_out = EVENT_NOT_JSON;
        return error_set(error, EINVAL, "the record has no value");
    }
    int code = read_headers(message, &ours, error);
    if (code == 0 && (ours.of[HEADER_ID].size == 0 || ours.of[HEADER_ORG].size == 0))
        return event_from_envelope(message, cluster_id, event_type, event_out, flaw_out, error);
    if (code == 0)
        code = event_from_headers(&ours, event_type, event_out, error);
    if (code < 0)
        *flaw_out = EVENT_BAD_FIELD;
    return code;
}

static int read_names(const struct our_headers *ours, const rd_kafka_message_t *message, struct delivery *delivery,
                      struct error *error)
{
    int code = read_id(ours, HEADER_WEBHOOK, WEBHOOK_ID_BYTES_MAX, delivery->webhook_id, error);
    if (code == 0)
        code = read_id(ours, HEADER_ID, EVENT_ID_BYTES_MAX, delivery->event_id, error);
    if (code == 0)
        code = read_id(ours, HEADER_ORG, ORG_ID_BYTES_MAX, delivery->org_id, error);
    if (code == 0)
        code = read_type(ours, delivery->event_type, error);
    if (code == 0)
        code = read_ordering_key(ours, delivery->ordering_key, error);
    if (code == 0)
        code = read_origin(ours, message, &delivery->origin, error);
    if (code == 0)
        code = read_trigger(ours, &delivery->trigger, error);
    return code;
}

static int read_numbers(const struct our_headers *ours, struct delivery *delivery, int64_t *left_ms, int64_t *jitter_ms,
                        struct error *error)
{
    int64_t number = 0, series = 0;
    int code = read_number(ours, HEADER_ATTEMPT, 1, INT_MAX, -1, &number, error);
    if (code == 0)
        code = read_number(ours, HEADER_SERIES, 0, INT_MAX, 0, &series, error);
    if (code == 0)
        code = read_number(ours, HEADER_FIRST_MS, 0, INT64_MAX, -1, &delivery->accepted_ms, error);
    if (code == 0)
        code = read_number(ours, HEADER_DUE_MS, 0, INT64_MAX, -1, &delivery->due_ms, error);
    if (code == 0)
        code = read_number(ours, HEADER_LEFT_MS, 0, RECORD_LEFT_MS_MAX, 0, left_ms, error);
    if (code == 0)
        code = read_number(ours, HEADER_JITTER_MS, 0, RETRY_JITTER_MS_MAX, 0, jitter_ms, error);
    if (code < 0)
        return code;
    delivery->number = (unsigned)number;
    delivery->series = (unsigned)series;
    return 0;
}

int delivery_from_message(const rd_kafka_message_t *message, struct delivery *delivery_out, int64_t *left_ms_out,
                          int64_t *jitter_ms_out, struct error *error)
{
    struct our_headers ours;
    struct delivery delivery = {0};
    int64_t left_ms = 0, jitter_ms = 0;
    if (message->payload == NULL || message->len == 0)
        return error_set(error, EINVAL, "the record has no value");
    int code = read_headers(message, &ours, error);
    if (code == 0)
        code = read_names(&ours, message, &delivery, error);
    if (code == 0)
        code = read_numbers(&ours, &delivery, &left_ms, &jitter_ms, error);
    if (code < 0)
        return code;
    read_traceparent(&ours, delivery.traceparent);
    delivery_id(delivery.event_id, delivery.webhook_id, delivery.id);
    *delivery_out = delivery;
    if (left_ms_out != NULL)
        *left_ms_out = left_ms;
    if (jitter_ms_out != NULL)
        *jitter_ms_out = jitter_ms;
    return 0;
}
