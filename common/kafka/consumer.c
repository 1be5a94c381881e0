/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/consumer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/consumer_parts.h"

#define TICK_MS         1000 /* the group is left when nobody polls for max.poll.interval.ms */
#define TICK_SHORT_MS   20   /* while something is awaited */
#define EVENTS_PER_TURN 64
#define CLOSE_COMMIT_MS 2000
#define DESTROY_MS      2000
#define CUT_OFF_MS      500 /* a client that could not even leave is waiting for a broker */
#define QUEUE_KBYTES    4096
#define FETCH_KBYTES    1024 /* of one partition in one answer */
#define QUEUE_RECORDS   2000

/* ---- the member -------------------------------------------------------------------------------------------------- */

static const char *const state_texts[] = {
#define X(name, text) [CONSUMER_##name] = text,
    CONSUMER_STATES(X)
#undef X
};

/* The only writer of the state, which only goes forward. */
static void set_state(struct kafka_consumer *consumer, enum consumer_state next)
{
    assert(next > consumer->state);
    log_debug("kafka_consumer", "%s → %s", state_texts[consumer->state], state_texts[next]);
    consumer->state = next;
}

static void finish_close(struct kafka_consumer *consumer)
{
    set_state(consumer, CONSUMER_CLOSED);
    (void)uv_timer_stop(consumer->tick);
    if (consumer->closed != NULL)
        consumer->closed(consumer->closed_owner);
}

/* librdkafka forwards the consumer's queue to the one given here, so polling ours goes on serving everything. */
static void leave_group(struct kafka_consumer *consumer)
{
    set_state(consumer, CONSUMER_LEAVING);
    rebalance_advance(consumer);
    consumer->leaving_queue = rd_kafka_queue_new(consumer->client);
    rd_kafka_error_t *failure = rd_kafka_consumer_close_queue(consumer->client, consumer->leaving_queue);
    if (failure == NULL)
        return;
    log_debug("kafka_close_refused", "%s",
              rd_kafka_error_string(failure)); /* fatal before: there is no group to leave */
    rd_kafka_error_destroy(failure);
    finish_close(consumer);
}

static void advance_close(struct kafka_consumer *consumer)
{
    uint64_t now_ms = clock_monotonic_ms();
    if (consumer->state == CONSUMER_COMMITTING &&
        (consumer->commit_count == 0 || now_ms >= consumer->commit_deadline_ms))
        leave_group(consumer);
    if (consumer->state != CONSUMER_LEAVING)
        return;
    bool is_closed = rd_kafka_consumer_closed(consumer->client) != 0;
    if (!is_closed && now_ms < consumer->close_deadline_ms)
        return;
    if (!is_closed)
        log_warning("kafka_close_slow", "leaving the group took too long; its coordinator will notice by itself");
    consumer->is_cut_off = !is_closed;
    finish_close(consumer);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void take_commit_result(struct kafka_consumer *consumer, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t result = rd_kafka_event_error(event);
    if (consumer->commit_count > 0)
        consumer->commit_count--;
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR && result != RD_KAFKA_RESP_ERR__NO_OFFSET)
        log_event(LOG_WARNING, "kafka_commit_failed", LOG_FIELDS({"error", rd_kafka_err2name(result)}),
                  "offsets were not committed: %s; what they stand for may be done again", rd_kafka_err2str(result));
}

static void handle_event(struct kafka_consumer *consumer, rd_kafka_event_t *event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
        rebalance_begin(consumer, event);
        break;
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
        take_commit_result(consumer, event);
        break;
    case RD_KAFKA_EVENT_LISTOFFSETS_RESULT:
        ends_take_answer(consumer, event);
        break;
    default:
        (void)kafka_event_is_log(event);
        break;
    }
    rd_kafka_event_destroy(event);
}

static void on_tick(uv_timer_t *timer);

/* Fast while something is awaited whose end has no event. */
static void set_pace(struct kafka_consumer *consumer)
{
    bool is_awaiting = consumer->rebalances != NULL || consumer->state != CONSUMER_MEMBER;
    uint64_t interval_ms = is_awaiting ? TICK_SHORT_MS : TICK_MS;
    if (consumer->state != CONSUMER_CLOSED && uv_timer_get_repeat(consumer->tick) != interval_ms)
        (void)uv_timer_start(consumer->tick, on_tick, interval_ms, interval_ms);
}

static void serve(struct kafka_consumer *consumer)
{
    rd_kafka_event_t *event;
    unsigned count = 0;
    while (count < EVENTS_PER_TURN && (event = rd_kafka_queue_poll(consumer->queue, 0)) != NULL) {
        handle_event(consumer, event);
        count++;
    }
    if (count == EVENTS_PER_TURN)
        kafka_wakeup_again(consumer->wakeup);
    rebalance_advance(consumer);
    set_pace(consumer);
}

static void on_ready(void *owner)
{
    serve(owner);
}

/* ---- what a tick looks up ---------------------------------------------------------------------------------------- */

/* A member that gets no partitions gets no event either, but it has a generation. */
static void look_up_membership(struct kafka_consumer *consumer)
{
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(consumer->client);
    if (metadata == NULL)
        return;
    consumer->has_joined = rd_kafka_consumer_group_metadata_generation_id(metadata) > 0;
    rd_kafka_consumer_group_metadata_destroy(metadata);
}

static void look_up(struct kafka_consumer *consumer)
{
    uint64_t now_ms = clock_monotonic_ms();
    if (consumer->state != CONSUMER_MEMBER || now_ms - consumer->looked_at_ms < TICK_MS / 2)
        return;
    consumer->looked_at_ms = now_ms;
    if (!consumer->has_joined)
        look_up_membership(consumer);
    ends_look_up(consumer, now_ms);
}

static void on_tick(uv_timer_t *timer)
{
    struct kafka_consumer *consumer = timer->data;
    look_up(consumer);
    serve(consumer);
    advance_close(consumer);
}

/* ---- construction ------------------------------------------------------------------------------------------------ */

static int set_protocol(rd_kafka_conf_t *conf, const char *protocol, struct error *error)
{
    if (strcmp(protocol, "consumer") == 0) /* its timers belong to the broker, the client refuses them */
        return kafka_conf_set(conf, "group.protocol", "consumer", error);
    if (strcmp(protocol, "classic") != 0)
        return error_set(error, EINVAL, "kafka.group_protocol is \"%s\"; consumer or classic is right", protocol);
    int code = kafka_conf_set(conf, "group.protocol", "classic", error);
    if (code == 0)
        code = kafka_conf_set(conf, "partition.assignment.strategy", "cooperative-sticky", error);
    return code < 0 ? code : kafka_conf_set(conf, "session.timeout.ms", "45000", error);
}

static int set_options(rd_kafka_conf_t *conf, const struct kafka_consumer_settings *settings, struct error *error)
{
    char kbytes[16], records[16], fetch_bytes[16];
    unsigned queue_kbytes = settings->queue_kbytes > 0 ? settings->queue_kbytes : QUEUE_KBYTES;
    unsigned fetch_kbytes = queue_kbytes < FETCH_KBYTES ? queue_kbytes : FETCH_KBYTES;
    (void)snprintf(kbytes, sizeof kbytes, "%u", queue_kbytes);
    (void)snprintf(fetch_bytes, sizeof fetch_bytes, "%u", fetch_kbytes * 1024);
    (void)snprintf(records, sizeof records, "%u",
                   settings->queue_records > 0 ? settings->queue_records : QUEUE_RECORDS);

    const struct {
        const char *name, *value;
    } options[] = {
        {"group.id",                   settings->group},
        {"enable.auto.offset.store",   "false"        },
        {"enable.auto.commit",         "true"         },
        {"auto.commit.interval.ms",    "1000"         },
        {"auto.offset.reset",          "earliest"     }, /* a reset of a committed offset is
  logged as an error: client.c */
        {"max.poll.interval.ms",       "300000"       },
        {"queued.max.messages.kbytes", kbytes         },
        {"queued.min.messages",        records        },
        {"fetch.queue.backoff.ms",     "20"           }, /* default 1 s: a full queue would be refilled once a second */
        {"fetch.wait.max.ms",          "100"          },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
        int code = kafka_conf_set(conf, options[i].name, options[i].value, error);
        if (code < 0)
            return code;
    }
    return set_protocol(conf, settings->kafka->group_protocol, error);
}

static int client_new(const struct kafka_consumer_settings *settings, rd_kafka_t **client_out, struct error *error)
{
    char reason[512];
    rd_kafka_conf_t *conf;
    int code = kafka_conf_new(settings->kafka, settings->client_id, &conf, error);
    if (code < 0)
        return code;
    code = set_options(conf, settings, error);
    if (code < 0) {
        rd_kafka_conf_destroy(conf);
        return code;
    }
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(error, EINVAL, "kafka: %s", reason);
    }
    (void)rd_kafka_poll_set_consumer(client);
    (void)rd_kafka_set_log_queue(client, NULL); /* the main queue, now the consumer's; both cannot fail here */
    *client_out = client;
    return 0;
}

static int subscribe(rd_kafka_t *client, const struct kafka_consumer_settings *settings, struct error *error)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)settings->topic_count);
    for (size_t i = 0; i < settings->topic_count; i++)
        (void)rd_kafka_topic_partition_list_add(list, settings->topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t result = rd_kafka_subscribe(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return error_set(error, EINVAL, "cannot subscribe in group %s: %s", settings->group, rd_kafka_err2str(result));
}

static void attach_to_loop(struct kafka_consumer *consumer, uv_loop_t *loop)
{
    consumer->loop = loop;
    consumer->tick = ALLOC(uv_timer_t);
    consumer->turns = ALLOC(uv_idle_t);
    (void)uv_timer_init(loop, consumer->tick);
    (void)uv_idle_init(loop, consumer->turns);
    consumer->tick->data = consumer;
    consumer->turns->data = consumer;
    consumer->wakeup = kafka_wakeup_new(loop, consumer->queue, on_ready, consumer);
    set_pace(consumer);
}

int kafka_consumer_new(const struct kafka_consumer_settings *settings, const struct kafka_consumer_owner *owner,
                       uv_loop_t *loop, struct kafka_consumer **consumer_out, struct error *error)
{
    rd_kafka_t *client = NULL;
    int code = client_new(settings, &client, error);
    if (code < 0)
        return code;
    code = subscribe(client, settings, error);
    if (code < 0) {
        (void)kafka_destroy(client, DESTROY_MS);
        return code;
    }
    struct kafka_consumer *consumer = ALLOC(struct kafka_consumer);
    consumer->client = client;
    consumer->queue = rd_kafka_queue_get_consumer(client);
    consumer->owner = *owner;
    consumer->revoke_grace_ms = settings->revoke_grace_ms;
    consumer->offsets_elsewhere = settings->offsets_elsewhere;
    attach_to_loop(consumer, loop);
    *consumer_out = consumer;
    return 0;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

void kafka_consumer_stop_reading(struct kafka_consumer *consumer)
{
    consumer->is_reading_stopped = true;
}

void kafka_consumer_close(struct kafka_consumer *consumer, unsigned timeout_ms, void (*closed)(void *owner),
                          void *owner)
{
    uint64_t now_ms = clock_monotonic_ms();
    unsigned commit_ms = timeout_ms / 2 < CLOSE_COMMIT_MS ? timeout_ms / 2 : CLOSE_COMMIT_MS;
    assert(consumer->state == CONSUMER_MEMBER);
    kafka_consumer_stop_reading(consumer);
    set_state(consumer, CONSUMER_COMMITTING);
    consumer->closed = closed;
    consumer->closed_owner = owner;
    consumer->commit_deadline_ms = now_ms + commit_ms;
    consumer->close_deadline_ms = now_ms + timeout_ms;
    rebalance_commit(consumer, NULL);
    (void)uv_timer_start(consumer->tick, on_tick, 0, TICK_SHORT_MS);
}

static void on_handle_closed(uv_handle_t *timer)
{
    free(timer);
}

void kafka_consumer_free(struct kafka_consumer *consumer)
{
    if (consumer == NULL)
        return;
    uv_close((uv_handle_t *)consumer->tick, on_handle_closed);
    uv_close((uv_handle_t *)consumer->turns, on_handle_closed);
    rebalance_abandon_all(consumer);
    while (consumer->partitions != NULL)
        partition_detach(consumer->partitions);
    kafka_wakeup_free(consumer->wakeup);
    rd_kafka_queue_destroy(consumer->queue);
    if (consumer->leaving_queue != NULL)
        rd_kafka_queue_destroy(consumer->leaving_queue); /* not before: it would be switched off */
    unsigned destroy_ms = consumer->is_cut_off ? CUT_OFF_MS : DESTROY_MS;
    if (!kafka_destroy(consumer->client, destroy_ms))
        log_warning("kafka_destroy_slow", "a Kafka consumer did not end in %u ms (%zu partitions in use); left behind",
                    destroy_ms, consumer->partition_count);
    consumer->is_freed = true;
    if (consumer->partition_count == 0)
        free(consumer);
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

bool kafka_consumer_has_joined(const struct kafka_consumer *consumer)
{
    return consumer->has_joined;
}

bool kafka_consumer_is_fatal(const struct kafka_consumer *consumer)
{
    return rd_kafka_fatal_error(consumer->client, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

size_t kafka_consumer_unsettled_count(const struct kafka_consumer *consumer)
{
    const struct kafka_partition *partition;
    size_t count = 0;
    DL_FOREACH(consumer->partitions, partition)
        count += partition_under_way_count(partition);
    return count;
}

void kafka_consumer_each_partition(struct kafka_consumer *consumer,
                                   void (*fn)(void *owner, struct kafka_partition *partition), void *owner)
{
    struct kafka_partition *partition;
    DL_FOREACH(consumer->partitions, partition)
        fn(owner, partition);
}

const char *kafka_consumer_cluster_id(const struct kafka_consumer *consumer)
{
    return consumer->cluster_id;
}

uint64_t kafka_consumer_rebalance_count(const struct kafka_consumer *consumer)
{
    return consumer->rebalance_count;
}
