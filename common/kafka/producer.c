/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/producer.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define EVENTS_PER_TURN  64 /* then the loop's other sources have theirs */
#define PROBE_EVERY_MS   2000
#define PROBE_TIMEOUT_MS 2000
#define PURGE_MS         2000
#define DESTROY_MS       3000

struct kafka_producer {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;     /* what the loop polls, or what librdkafka's background thread serves */
    struct kafka_wakeup *wakeup; /* NULL without a loop */
    uv_loop_t *loop;
    bool is_closing;
    /* Written by the background thread when there is no loop. */
    atomic_size_t pending_count;
    atomic_bool is_connected, is_probing;
    atomic_uint_least64_t probed_at_ms;
};

/* ---- what comes back --------------------------------------------------------------------------------------------- */

static void take_acks(struct kafka_producer *producer, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message;
    while ((message = rd_kafka_event_message_next(event)) != NULL) {
        struct kafka_ack *ack = message->_private;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            producer->is_connected = true;
        producer->pending_count--;
        if (ack != NULL)
            ack->done(ack, message->err);
    }
}

static void handle_event(struct kafka_producer *producer, rd_kafka_event_t *event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
        take_acks(producer, event);
        break;
    case RD_KAFKA_EVENT_DESCRIBECLUSTER_RESULT:
        producer->is_connected = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR;
        producer->is_probing = false;
        break;
    default:
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
            producer->is_connected = false;
        (void)kafka_event_is_log(event);
        break;
    }
    rd_kafka_event_destroy(event);
}

static void on_ready(void *owner)
{
    struct kafka_producer *producer = owner;
    for (unsigned i = 0; i < EVENTS_PER_TURN; i++) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(producer->queue, 0);
        if (event == NULL)
            return;
        handle_event(producer, event);
    }
    kafka_wakeup_again(producer->wakeup);
}

static void on_background_event(rd_kafka_t *client, rd_kafka_event_t *event, void *opaque)
{
    (void)client;
    handle_event(opaque, event);
}

/* ---- construction ------------------------------------------------------------------------------------------------ */

static int make_conf(const struct kafka_settings *settings, const char *client_id, bool has_loop,
                     rd_kafka_conf_t **conf_out, struct error *error)
{
    char linger[24], queue_kbytes[24], send_wait[24];
    (void)snprintf(linger, sizeof linger, "%lld", (long long)settings->linger);
    (void)snprintf(queue_kbytes, sizeof queue_kbytes, "%d", KAFKA_PRODUCER_QUEUE_BYTES_MAX / 1024);
    (void)snprintf(send_wait, sizeof send_wait, "%d", KAFKA_SEND_WAIT_MS_MAX);

    const struct {
        const char *name, *value;
    } options[] = {
        {"enable.idempotence",           "true"                    },
        {"acks",                         "all"                     },
        {"linger.ms",                    linger                    },
        {"queue.buffering.max.kbytes",   queue_kbytes              },
        {"queue.buffering.max.messages", "200000"                  },
        {"partitioner",                  "murmur2_random"          }, /* the same partition as Java producers choose */
        {"message.timeout.ms",           has_loop ? "0" : send_wait},
    };

    int code = kafka_conf_new(settings, client_id, conf_out, error);
    if (code < 0)
        return code;
    for (size_t i = 0; code == 0 && i < ARRAY_LENGTH(options); i++)
        code = kafka_conf_set(*conf_out, options[i].name, options[i].value, error);
    if (code == 0 && !has_loop)
        code = kafka_conf_log_at_once(*conf_out, error);
    if (code < 0)
        rd_kafka_conf_destroy(*conf_out);
    return code;
}

/* Has a broker answered? Looked up only when somebody asks, and never twice at a time. */
static void probe(struct kafka_producer *producer)
{
    char reason[256];
    bool is_idle = false;
    uint64_t now_ms = clock_monotonic_ms();
    if (now_ms - producer->probed_at_ms < PROBE_EVERY_MS ||
        !atomic_compare_exchange_strong(&producer->is_probing, &is_idle, true))
        return;
    producer->probed_at_ms = now_ms;
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(producer->client, RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, PROBE_TIMEOUT_MS, reason, sizeof reason);
    rd_kafka_DescribeCluster(producer->client, options, producer->queue);
    rd_kafka_AdminOptions_destroy(options);
}

static void connect_queue(struct kafka_producer *producer, uv_loop_t *loop)
{
    if (loop != NULL) {
        producer->queue = rd_kafka_queue_get_main(producer->client);
        producer->wakeup = kafka_wakeup_new(loop, producer->queue, on_ready, producer);
        (void)rd_kafka_set_log_queue(producer->client, NULL); /* the main queue; cannot fail with log.queue set */
    } else {
        rd_kafka_queue_t *main_queue = rd_kafka_queue_get_main(producer->client);
        producer->queue = rd_kafka_queue_get_background(producer->client);
        rd_kafka_queue_forward(main_queue, producer->queue);
        rd_kafka_queue_destroy(main_queue);
    }
}

int kafka_producer_new(const struct kafka_settings *settings, const char *client_id, uv_loop_t *loop,
                       struct kafka_producer **producer_out, struct error *error)
{
    char reason[512];
    rd_kafka_conf_t *conf;
    int code = make_conf(settings, client_id, loop != NULL, &conf, error);
    if (code < 0)
        return code;
    struct kafka_producer *producer = ALLOC(struct kafka_producer);
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
    rd_kafka_conf_set_opaque(conf, producer);
    if (loop == NULL)
        rd_kafka_conf_set_background_event_cb(conf, on_background_event);
    producer->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (producer->client == NULL) {
        rd_kafka_conf_destroy(conf);
        free(producer);
        return error_set(error, EINVAL, "kafka: %s", reason);
    }
    producer->loop = loop;
    connect_queue(producer, loop);
    probe(producer);
    *producer_out = producer;
    return 0;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static int refused(rd_kafka_resp_err_t result, const char *text, const struct record *record, struct error *error)
{
    switch ((int)result) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
        return error_set(error, ENOBUFS, "the queue of records for Kafka is full");
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return error_set(error, EMSGSIZE, "a record of %zu bytes is too large for topic %s", record->value_size,
                         record->topic);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return error_set(error, ENOENT, "there is no topic %s", record->topic);
    default:
        return error_set(error, EIO, "topic %s: %s", record->topic, text);
    }
}

static rd_kafka_headers_t *make_headers(const struct record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct record_header *header = &record->headers[i];
        (void)rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->value_size);
    }
    return headers;
}

static int produce(struct kafka_producer *producer, const struct record *record, struct kafka_ack *ack,
                   struct error *error)
{
    enum {
        TOPIC,
        KEY,
        VALUE,
        FLAGS,
        OPAQUE,
        HEADERS,
        PART_COUNT
    };

    rd_kafka_vu_t parts[PART_COUNT] = {
        [TOPIC] = {.vtype = RD_KAFKA_VTYPE_TOPIC,  .u.cstr = record->topic},
        [KEY] = {.vtype = RD_KAFKA_VTYPE_KEY                             },
        [VALUE] = {.vtype = RD_KAFKA_VTYPE_VALUE},
        [FLAGS] = {.vtype = RD_KAFKA_VTYPE_MSGFLAGS,                              .u.i = RD_KAFKA_MSG_F_COPY},
        [OPAQUE] = {.vtype = RD_KAFKA_VTYPE_OPAQUE,.u.ptr = ack},
        [HEADERS] = {.vtype = RD_KAFKA_VTYPE_HEADERS},
    };
    bool has_headers = record->header_count > 0;
    size_t part_count = has_headers ? PART_COUNT : HEADERS;
    /* The interface is not const, but with MSG_F_COPY librdkafka only reads. */
    memcpy(&parts[KEY].u.mem.ptr, &record->key, sizeof record->key);
    parts[KEY].u.mem.size = record->key_size;
    memcpy(&parts[VALUE].u.mem.ptr, &record->value, sizeof record->value);
    parts[VALUE].u.mem.size = record->value_size;
    if (has_headers)
        parts[HEADERS].u.headers = make_headers(record);
    producer->pending_count++; /* before: without a loop the acknowledgement may come at once */
    rd_kafka_error_t *failure = rd_kafka_produceva(producer->client, parts, part_count);
    if (failure == NULL)
        return 0;
    producer->pending_count--;
    if (has_headers)
        rd_kafka_headers_destroy(parts[HEADERS].u.headers); /* ours again after a failure */
    int code = refused(rd_kafka_error_code(failure), rd_kafka_error_string(failure), record, error);
    rd_kafka_error_destroy(failure);
    return code;
}

int kafka_producer_send(struct kafka_producer *producer, const struct record *record, struct kafka_ack *ack,
                        struct error *error)
{
    assert(producer->loop != NULL);
    if (producer->is_closing)
        return error_set(error, EIO, "topic %s: the producer is closing", record->topic);
    return produce(producer, record, ack, error);
}

/* Shared by the thread that waits and the one that acknowledges; the last to leave frees it. */
struct wait {
    struct kafka_ack ack;
    uv_mutex_t mutex;
    uv_cond_t changed;
    unsigned holder_count;
    bool is_done;
    rd_kafka_resp_err_t result;
};

static void leave(struct wait *wait)
{
    bool is_last = --wait->holder_count == 0;
    uv_mutex_unlock(&wait->mutex);
    if (!is_last)
        return;
    uv_cond_destroy(&wait->changed);
    uv_mutex_destroy(&wait->mutex);
    free(wait);
}

static void on_wait_acked(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    struct wait *wait = CONTAINER_OF(ack, struct wait, ack);
    uv_mutex_lock(&wait->mutex);
    wait->is_done = true;
    wait->result = result;
    uv_cond_signal(&wait->changed);
    leave(wait);
}

static struct wait *wait_new(void)
{
    struct wait *wait = ALLOC(struct wait);
    wait->ack.done = on_wait_acked;
    wait->holder_count = 2;
    if (uv_mutex_init(&wait->mutex) != 0 || uv_cond_init(&wait->changed) != 0)
        abort(); /* only without memory */
    return wait;
}

static int wait_result(const struct wait *wait, const struct record *record, struct error *error)
{
    if (!wait->is_done || wait->result == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        return error_set(error, ETIMEDOUT, "topic %s: Kafka did not acknowledge the record in time", record->topic);
    if (wait->result == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return refused(wait->result, rd_kafka_err2str(wait->result), record, error);
}

int kafka_producer_send_wait(struct kafka_producer *producer, const struct record *record, int timeout_ms,
                             struct error *error)
{
    assert(producer->loop == NULL);
    struct wait *wait = wait_new();
    int code = produce(producer, record, &wait->ack, error);
    uv_mutex_lock(&wait->mutex);
    if (code < 0) {
        wait->holder_count--; /* nobody will acknowledge it */
        leave(wait);
        return code;
    }
    uint64_t deadline_ms = clock_monotonic_ms() + (uint64_t)timeout_ms;
    for (uint64_t now_ms = clock_monotonic_ms(); !wait->is_done && now_ms < deadline_ms; now_ms = clock_monotonic_ms())
        (void)uv_cond_timedwait(&wait->changed, &wait->mutex, (deadline_ms - now_ms) * 1000000);
    code = wait_result(wait, record, error);
    leave(wait);
    return code;
}

/* ---- state and end ----------------------------------------------------------------------------------------------- */

size_t kafka_producer_pending_count(const struct kafka_producer *producer)
{
    return producer->pending_count;
}

bool kafka_producer_is_fatal(const struct kafka_producer *producer)
{
    return rd_kafka_fatal_error(producer->client, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool kafka_producer_is_connected(struct kafka_producer *producer)
{
    probe(producer);
    return producer->is_connected;
}

size_t kafka_producer_flush(struct kafka_producer *producer, int timeout_ms)
{
    uint64_t deadline_ms = clock_monotonic_ms() + (uint64_t)timeout_ms;
    if (producer->loop == NULL) {
        (void)rd_kafka_flush(producer->client, timeout_ms); /* what is left is counted below */
        return producer->pending_count;
    }
    for (uint64_t now_ms = clock_monotonic_ms(); producer->pending_count > 0 && now_ms < deadline_ms;
         now_ms = clock_monotonic_ms()) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(producer->queue, (int)(deadline_ms - now_ms));
        if (event != NULL)
            handle_event(producer, event);
    }
    return producer->pending_count;
}

void kafka_producer_free(struct kafka_producer *producer)
{
    if (producer == NULL)
        return;
    producer->is_closing = true;
    if (producer->pending_count > 0) {
        (void)rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)kafka_producer_flush(producer, PURGE_MS); /* hands out the purged ones */
    }
    kafka_wakeup_free(producer->wakeup);
    rd_kafka_queue_destroy(producer->queue);
    if (!kafka_destroy(producer->client, DESTROY_MS)) {
        log_warning("kafka_destroy_slow", "a Kafka producer did not end in %d ms; it is left behind", DESTROY_MS);
        if (producer->loop == NULL)
            return; /* its background thread may still come back with an event */
    }
    free(producer);
}
