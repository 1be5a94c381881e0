/* SPDX-License-Identifier: Apache-2.0 */
#include "api/payload.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/domain/event.h"
#include "common/kafka/record.h"

#define DESTROY_MS 1000

struct payload_reader {
    rd_kafka_t *client;
    pthread_mutex_t lock; /* guards is_reading */
    pthread_cond_t turn;  /* is_reading became false */
    bool is_reading;      /* librdkafka reads a partition for one caller at a time */
    int timeout_ms;
};

static const struct {
    const char *name, *value;
} options[] = {
    {"log.queue",                  "false"},
    {"log_level",                  "0"    }, /* the producer says what there is to say about the brokers */
    {"auto.offset.reset",          "error"}, /* an offset that is gone is an answer, not a place to go on from */
    {"enable.partition.eof",       "true" },
    {"queued.min.messages",        "1"    },
    {"queued.max.messages.kbytes", "1024" },
    {"fetch.message.max.bytes",    "65536"}, /* one record comes whole even if it is larger */
    {"fetch.wait.max.ms",          "10"   },
    {"fetch.error.backoff.ms",     "50"   },
    {"fetch.queue.backoff.ms",     "5"    },
};

static void init_turn(struct payload_reader *reader)
{
    pthread_condattr_t attributes;
    int result = pthread_condattr_init(&attributes);
    result |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    result |= pthread_cond_init(&reader->turn, &attributes);
    result |= pthread_mutex_init(&reader->lock, NULL);
    assert(result == 0);
    (void)pthread_condattr_destroy(&attributes);
}

int payload_reader_new(const struct kafka_settings *settings, int timeout_ms, struct payload_reader **reader_out,
                       struct error *error)
{
    char reason[256];
    rd_kafka_conf_t *conf;
    int result = kafka_conf_new(settings, "kt-api-payloads", &conf, error);
    if (result < 0)
        return result;
    for (size_t i = 0; i < ARRAY_LENGTH(options) && result == 0; i++)
        result = kafka_conf_set(conf, options[i].name, options[i].value, error);
    rd_kafka_t *client = result < 0 ? NULL : rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        return result < 0 ? result : error_set(error, EINVAL, "Kafka consumer: %s", reason);
    }
    struct payload_reader *reader = ALLOC(struct payload_reader);
    *reader = (struct payload_reader){.client = client, .timeout_ms = timeout_ms};
    init_turn(reader);
    *reader_out = reader;
    return 0;
}

void payload_reader_free(struct payload_reader *reader)
{
    if (reader == NULL)
        return;
    (void)kafka_destroy(reader->client, DESTROY_MS); /* one that takes longer is left behind: the process ends */
    (void)pthread_cond_destroy(&reader->turn);
    (void)pthread_mutex_destroy(&reader->lock);
    free(reader);
}

static int left_ms(uint64_t deadline_ms)
{
    uint64_t now_ms = clock_monotonic_ms();
    return now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0;
}

static bool is_equal(const char *value, size_t size, const char *wanted)
{
    return size == strlen(wanted) && memcmp(value, wanted, size) == 0;
}

/* Is this the wanted event? Our headers say so, or without them the envelope; one that has no id is known by where it
 * stands. */
static bool is_wanted(const rd_kafka_message_t *message, const struct payload_wanted *wanted)
{
    size_t id_size, org_size;
    const char *id = message_header(message, "kt-id", &id_size);
    const char *org_id = message_header(message, "kt-org", &org_size);
    if (id != NULL && org_id != NULL)
        return is_equal(id, id_size, wanted->event_id) && is_equal(org_id, org_size, wanted->org_id);
    struct event event;
    struct error ignored; /* what cannot be read is not shown */
    if (event_parse(message->payload, message->len, &event, NULL, &ignored) < 0)
        return false;
    return strcmp(event.org_id, wanted->org_id) == 0 &&
           (event.id[0] == '\0' || strcmp(event.id, wanted->event_id) == 0);
}

static bool is_event(const rd_kafka_message_t *message)
{
    struct event event;
    struct error ignored; /* the answer says so in its own words */
    return event_parse(message->payload, message->len, &event, NULL, &ignored) == 0;
}

/* What a message means for the read: an outcome, or negative to go on reading. */
static int take_message(const rd_kafka_message_t *message, const struct payload_wanted *wanted, char **payload_out,
                        struct error *error)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF || message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        return PAYLOAD_GONE; /* since it was asked what there is */
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, EIO, "Kafka: %s", rd_kafka_err2str(message->err));
    if (message->offset != wanted->origin->offset || !is_wanted(message, wanted))
        return PAYLOAD_GONE;
    if (!is_event(message))
        return PAYLOAD_UNREADABLE;
    *payload_out = alloc_text_n(message->payload, message->len);
    return 0;
}

/* Reads on from the wanted offset until it is there, known to be gone, or the time is over. */
static int consume(rd_kafka_topic_t *topic, const struct payload_wanted *wanted, uint64_t deadline_ms,
                   char **payload_out, struct error *error)
{
    int result = error_set(error, ETIMEDOUT, "Kafka did not answer in time");
    while (left_ms(deadline_ms) > 0 && result < 0) {
        rd_kafka_message_t *message = rd_kafka_consume(topic, wanted->origin->partition, left_ms(deadline_ms));
        if (message == NULL)
            break;
        result = take_message(message, wanted, payload_out, error);
        rd_kafka_message_destroy(message);
    }
    return result;
}

/* Is there something at this place? A consumer would wait for a topic that is not there. */
static int look_up(struct payload_reader *reader, const struct origin *origin, uint64_t deadline_ms,
                   struct error *error)
{
    int64_t first, end;
    rd_kafka_resp_err_t result = rd_kafka_query_watermark_offsets(reader->client, origin->topic, origin->partition,
                                                                  &first, &end, left_ms(deadline_ms));
    if (result == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || result == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
        result == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return PAYLOAD_GONE;
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, EIO, "Kafka topic %s: %s", origin->topic, rd_kafka_err2str(result));
    return origin->offset < first || origin->offset >= end ? PAYLOAD_GONE : 0;
}

static int read_in_turn(struct payload_reader *reader, const struct payload_wanted *wanted, uint64_t deadline_ms,
                        char **payload_out, struct error *error)
{
    const struct origin *origin = wanted->origin;
    int result = look_up(reader, origin, deadline_ms, error);
    if (result != 0)
        return result;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(reader->client, origin->topic, NULL);
    if (topic == NULL)
        return error_set(error, EIO, "Kafka topic %s: %s", origin->topic, rd_kafka_err2str(rd_kafka_last_error()));
    if (rd_kafka_consume_start(topic, origin->partition, origin->offset) < 0) {
        result = error_set(error, EIO, "Kafka: %s", rd_kafka_err2str(rd_kafka_last_error()));
    } else {
        result = consume(topic, wanted, deadline_ms, payload_out, error);
        (void)rd_kafka_consume_stop(topic, origin->partition); /* fails only for one that was not started */
    }
    rd_kafka_topic_destroy(topic);
    return result;
}

/* Waits until nobody else reads. False when the time is over. */
static bool take_turn(struct payload_reader *reader, uint64_t deadline_ms)
{
    const struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
                                   .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    int result = pthread_mutex_lock(&reader->lock);
    assert(result == 0);
    while (reader->is_reading && result == 0)
        result = pthread_cond_timedwait(&reader->turn, &reader->lock, &until);
    bool is_ours = !reader->is_reading;
    reader->is_reading = true;
    (void)pthread_mutex_unlock(&reader->lock); /* ours, so it cannot fail */
    return is_ours;
}

static void end_turn(struct payload_reader *reader)
{
    int result = pthread_mutex_lock(&reader->lock);
    assert(result == 0);
    reader->is_reading = false;
    (void)pthread_cond_signal(&reader->turn); /* never fails */
    (void)pthread_mutex_unlock(&reader->lock);
}

int payload_read(struct payload_reader *reader, const struct payload_wanted *wanted, char **payload_out,
                 struct error *error)
{
    uint64_t deadline_ms = clock_monotonic_ms() + (uint64_t)reader->timeout_ms;
    if (wanted->origin->topic[0] == '\0' || wanted->origin->offset < 0)
        return PAYLOAD_GONE;
    if (!take_turn(reader, deadline_ms))
        return error_set(error, EBUSY, "too many payloads are asked for at a time");
    int result = read_in_turn(reader, wanted, deadline_ms, payload_out, error);
    end_turn(reader);
    return result;
}
