/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/dispatcher.h"

#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/consumer.h"
#include "common/kafka/producer.h"
#include "common/kafka/topic.h"
#include "common/store/snapshot.h"

#include "dispatcher/intake.h"
#include "dispatcher/lane.h"
#include "dispatcher/metrics.h"
#include "dispatcher/settlement.h"

#define CLIENT_ID            "kt-dispatcher"
#define DRAIN_CHECK_MS       20
#define ROOM_CHECK_MS        100   /* room may come back without a word: the producer's queue, a loaded table */
#define WIRE_GRACE_MS        30000 /* running requests after SIGTERM; the longest time-out a webhook may have */
#define FLUSH_GRACE_MS       10000
#define CLOSE_TIMEOUT_MS     5000
#define PRODUCER_PENDING_MAX 50000

/* A consumer and the lane that it feeds. */
struct feed {
    struct dispatcher *dispatcher;
    struct lane *lane;
    struct intake intake;
    struct kafka_consumer *consumer;
    bool is_closed;
};

enum {
    FEED_MAIN,
    FEED_SLOW,
    FEED_COUNT
};

struct dispatcher {
    struct dispatcher_config config;
    struct service_run *run;
    struct seal_keys keys;
    struct kafka_producer *producer;
    struct sender *sender;
    struct settlement *settlement;
    struct snapshot *snapshot;
    struct feed feeds[FEED_COUNT];
    uv_timer_t drain_check, room_check;
    uint64_t drain_started_ms;
    uint64_t flush_started_ms;
    bool is_snapshot_closed, has_aborted;
    bool is_started; /* the timers exist */
};

static const struct setting rows[] = {
#define SETTINGS_STRUCT dispatcher_settings
#define SETTING         SETTINGS_ROW
#include "dispatcher/settings.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

struct dispatcher *dispatcher_new(void)
{
    return ALLOC(struct dispatcher);
}

void dispatcher_free(struct dispatcher *dispatcher)
{
    free(dispatcher);
}

void dispatcher_sections(struct dispatcher *dispatcher,
                         struct settings_section sections_out[static DISPATCHER_SECTION_COUNT])
{
    struct dispatcher_config *config = &dispatcher->config;
    sections_out[0] = (struct settings_section){
        .name = "dispatcher", .rows = rows, .count = ARRAY_LENGTH(rows), .values = &config->dispatcher};
    sections_out[1] = kafka_settings_section(&config->kafka);
    sections_out[2] = database_settings_section(&config->database);
    sections_out[3] = secrets_settings_section(&config->secrets);
    sections_out[4] = egress_settings_section(&config->egress);
}

/* ---- readiness -----------------------------------------------------------------------------------------------------
 */

static bool has_joined(void *owner)
{
    const struct dispatcher *dispatcher = owner;
    for (size_t i = 0; i < FEED_COUNT; i++) {
        if (dispatcher->feeds[i].consumer == NULL || !kafka_consumer_has_joined(dispatcher->feeds[i].consumer))
            return false;
    }
    return true;
}

static bool has_webhooks(void *owner)
{
    const struct dispatcher *dispatcher = owner;
    return dispatcher->snapshot != NULL && snapshot_table(dispatcher->snapshot) != NULL;
}

static bool can_record(void *owner)
{
    const struct dispatcher *dispatcher = owner;
    return dispatcher->producer != NULL && kafka_producer_is_connected(dispatcher->producer) &&
           !kafka_producer_is_fatal(dispatcher->producer);
}

const struct service_check dispatcher_checks[] = {
    {"group_joined",       has_joined  },
    {"webhooks_loaded",    has_webhooks},
    {"producer_connected", can_record  },
    {NULL,                 NULL        },
};

/* ---- a feed's partitions -------------------------------------------------------------------------------------------
 */

static bool feed_has_room(void *owner, struct kafka_partition *partition)
{
    struct feed *feed = owner;
    struct dispatcher *dispatcher = feed->dispatcher;
    (void)partition;
    return snapshot_table(dispatcher->snapshot) != NULL && !snapshot_is_behind(dispatcher->snapshot) &&
           lane_has_room(feed->lane) && settlement_unsent_count(dispatcher->settlement) == 0 &&
           kafka_producer_pending_count(dispatcher->producer) < PRODUCER_PENDING_MAX;
}

static void feed_take(void *owner, struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket)
{
    struct feed *feed = owner;
    intake_take(&feed->intake, kafka_consumer_cluster_id(feed->consumer), partition, message, ticket);
}

static void feed_revoked(void *owner, struct kafka_partition *partition)
{
    struct feed *feed = owner;
    lane_drop_queued(feed->lane, partition);
}

static void wake(void *owner, struct kafka_partition *partition)
{
    (void)owner;
    kafka_partition_wake(partition);
}

static void feed_wake(void *owner)
{
    struct feed *feed = owner;
    if (feed->consumer != NULL)
        kafka_consumer_each_partition(feed->consumer, wake, NULL);
}

static void on_room_check(uv_timer_t *timer)
{
    struct dispatcher *dispatcher = timer->data;
    for (size_t i = 0; i < FEED_COUNT; i++)
        feed_wake(&dispatcher->feeds[i]);
}

static void on_webhooks_loaded(void *owner, const struct webhook_table *table)
{
    struct dispatcher *dispatcher = owner;
    log_info("webhooks_loaded", "%zu webhooks, version %lld", webhook_table_count(table),
             (long long)webhook_table_version(table));
    for (size_t i = 0; i < FEED_COUNT; i++)
        feed_wake(&dispatcher->feeds[i]);
}

static int start_consumer(struct feed *feed, const char *group, const char *const *topics, size_t topic_count,
                          struct error *error)
{
    struct dispatcher *dispatcher = feed->dispatcher;
    const struct kafka_consumer_settings settings = {.kafka = &dispatcher->config.kafka,
                                                     .client_id = CLIENT_ID,
                                                     .group = group,
                                                     .topics = topics,
                                                     .topic_count = topic_count,
                                                     .revoke_grace_ms =
                                                         (unsigned)dispatcher->config.dispatcher.revoke_grace};
    const struct kafka_consumer_owner owner = {
        .owner = feed, .has_room = feed_has_room, .take = feed_take, .revoked = feed_revoked};
    return kafka_consumer_new(&settings, &owner, service_loop(dispatcher->run), &feed->consumer, error);
}

static int start_consumers(struct dispatcher *dispatcher, struct error *error)
{
    const char *prefix = dispatcher->config.kafka.topic_prefix;
    char events[TOPIC_BYTES_MAX + 8], direct[TOPIC_BYTES_MAX + 1], due[TOPIC_BYTES_MAX + 1], slow[TOPIC_BYTES_MAX + 1];
    char group[TOPIC_BYTES_MAX + 1], slow_group[TOPIC_BYTES_MAX + 1];
    (void)snprintf(events, sizeof events, "^%s\\.events\\..*", prefix);
    const char *main_topics[] = {events, topic_name(prefix, TOPIC_DIRECT, direct), topic_name(prefix, TOPIC_DUE, due)};
    const char *slow_topics[] = {topic_name(prefix, TOPIC_SLOW, slow)};
    (void)snprintf(group, sizeof group, "%s-dispatcher", prefix);
    (void)snprintf(slow_group, sizeof slow_group, "%s-dispatcher-slow", prefix);
    int code = start_consumer(&dispatcher->feeds[FEED_MAIN], group, main_topics, ARRAY_LENGTH(main_topics), error);
    if (code < 0)
        return code;
    return start_consumer(&dispatcher->feeds[FEED_SLOW], slow_group, slow_topics, ARRAY_LENGTH(slow_topics), error);
}

static void start_feed(struct dispatcher *dispatcher, size_t index, const struct lane_limits *limits)
{
    struct feed *feed = &dispatcher->feeds[index];
    feed->dispatcher = dispatcher;
    feed->lane = lane_new(service_loop(dispatcher->run), index == FEED_SLOW, limits, dispatcher->sender,
                          dispatcher->settlement, feed_wake, feed);
    feed->intake = (struct intake){.topic_prefix = dispatcher->config.kafka.topic_prefix,
                                   .snapshot = dispatcher->snapshot,
                                   .settlement = dispatcher->settlement,
                                   .lane = feed->lane};
}

static void start_feeds(struct dispatcher *dispatcher)
{
    const struct dispatcher_settings *settings = &dispatcher->config.dispatcher;
    struct lane_limits limits = {.in_flight_max = (size_t)settings->in_flight_max,
                                 .endpoint_in_flight_max = (size_t)settings->endpoint_in_flight_max,
                                 .queued_max = (size_t)settings->queued_max,
                                 .queue_wait_max_ms = (uint64_t)settings->queue_wait_max,
                                 .connect_timeout_ms = (uint32_t)dispatcher->config.egress.connect_timeout};
    start_feed(dispatcher, FEED_MAIN, &limits);
    limits.in_flight_max = (size_t)settings->slow_in_flight_max;
    limits.endpoint_in_flight_max = (size_t)settings->slow_endpoint_in_flight_max;
    limits.queue_wait_max_ms = (uint64_t)settings->slow_queue_wait_max;
    start_feed(dispatcher, FEED_SLOW, &limits);
}

/* Nobody waits for a record of ours but its offset: more of them in a batch cost less. */
static int start_producer(struct dispatcher *dispatcher, struct error *error)
{
    struct kafka_settings settings = dispatcher->config.kafka;
    settings.linger = dispatcher->config.dispatcher.records_linger;
    return kafka_producer_new(&settings, CLIENT_ID, service_loop(dispatcher->run), &dispatcher->producer, error);
}

int dispatcher_start(void *owner, struct service_run *run, struct error *error)
{
    struct dispatcher *dispatcher = owner;
    struct dispatcher_config *config = &dispatcher->config;
    uv_loop_t *loop = service_loop(run);
    struct url_policy policy;
    dispatcher->run = run;
    int code = egress_url_policy(&config->egress, &policy, error);
    if (code == 0)
        code = secrets_load_keys(&config->secrets, &dispatcher->keys, error);
    if (code == 0)
        code = sender_open(&config->egress, loop, &dispatcher->sender, error);
    if (code == 0)
        code = start_producer(dispatcher, error);
    if (code < 0)
        return code;
    (void)uv_timer_init(loop, &dispatcher->drain_check);
    (void)uv_timer_init(loop, &dispatcher->room_check);
    dispatcher->drain_check.data = dispatcher->room_check.data = dispatcher;
    (void)uv_timer_start(&dispatcher->room_check, on_room_check, ROOM_CHECK_MS, ROOM_CHECK_MS);
    dispatcher->is_started = true;
    dispatcher->settlement = settlement_new(loop, dispatcher->producer, config->kafka.topic_prefix);
    const struct snapshot_owner snapshot_owner = {.owner = dispatcher, .loaded = on_webhooks_loaded};
    dispatcher->snapshot = snapshot_new(&config->database, &dispatcher->keys, &policy, &snapshot_owner, loop);
    start_feeds(dispatcher);
    return start_consumers(dispatcher, error);
}

/* ---- drain ---------------------------------------------------------------------------------------------------------
 */

static void end_when_all_closed(struct dispatcher *dispatcher)
{
    if (dispatcher->feeds[FEED_MAIN].is_closed && dispatcher->feeds[FEED_SLOW].is_closed &&
        dispatcher->is_snapshot_closed)
        service_drained(dispatcher->run);
}

static void on_consumer_closed(void *owner)
{
    struct feed *feed = owner;
    feed->is_closed = true;
    end_when_all_closed(feed->dispatcher);
}

static void on_snapshot_closed(void *owner)
{
    struct dispatcher *dispatcher = owner;
    dispatcher->is_snapshot_closed = true;
    end_when_all_closed(dispatcher);
}

static void close_all(struct dispatcher *dispatcher)
{
    (void)uv_timer_stop(&dispatcher->drain_check);
    snapshot_close(dispatcher->snapshot, on_snapshot_closed, dispatcher);
    for (size_t i = 0; i < FEED_COUNT; i++)
        kafka_consumer_close(dispatcher->feeds[i].consumer, CLOSE_TIMEOUT_MS, on_consumer_closed,
                             &dispatcher->feeds[i]);
}

static void abort_wire(struct dispatcher *dispatcher)
{
    dispatcher->has_aborted = true;
    for (size_t i = 0; i < FEED_COUNT; i++)
        lane_start_aborting(dispatcher->feeds[i].lane);
    sender_abort_all(dispatcher->sender);
}

/* Wire requests first, then their records, then the offsets. */
static void on_drain_check(uv_timer_t *timer)
{
    struct dispatcher *dispatcher = timer->data;
    uint64_t now_ms = clock_monotonic_ms();
    bool is_wire_quiet = sender_in_flight_count(dispatcher->sender) == 0;
    if (!is_wire_quiet && !dispatcher->has_aborted && now_ms - dispatcher->drain_started_ms > WIRE_GRACE_MS)
        abort_wire(dispatcher);
    if (sender_in_flight_count(dispatcher->sender) > 0)
        return;
    if (dispatcher->flush_started_ms == 0)
        dispatcher->flush_started_ms = now_ms;
    bool is_durable =
        kafka_producer_pending_count(dispatcher->producer) == 0 && settlement_unsent_count(dispatcher->settlement) == 0;
    if (is_durable || now_ms - dispatcher->flush_started_ms > FLUSH_GRACE_MS)
        close_all(dispatcher);
}

void dispatcher_drain(void *owner)
{
    struct dispatcher *dispatcher = owner;
    dispatcher->drain_started_ms = clock_monotonic_ms();
    (void)uv_timer_stop(&dispatcher->room_check);
    for (size_t i = 0; i < FEED_COUNT; i++) {
        kafka_consumer_stop_reading(dispatcher->feeds[i].consumer);
        lane_drop_queued(dispatcher->feeds[i].lane, NULL);
    }
    (void)uv_timer_start(&dispatcher->drain_check, on_drain_check, 0, DRAIN_CHECK_MS);
}

/* The mirror of start, also of one that failed half-way: each step accepts what was never made. */
void dispatcher_stop(void *owner)
{
    struct dispatcher *dispatcher = owner;
    for (size_t i = 0; i < FEED_COUNT; i++) {
        if (dispatcher->feeds[i].lane != NULL)
            lane_drop_queued(dispatcher->feeds[i].lane, NULL);
    }
    if (dispatcher->sender != NULL && sender_in_flight_count(dispatcher->sender) > 0)
        abort_wire(dispatcher);
    settlement_free(dispatcher->settlement);
    kafka_producer_free(dispatcher->producer);
    for (size_t i = 0; i < FEED_COUNT; i++) {
        kafka_consumer_free(dispatcher->feeds[i].consumer);
        lane_free(dispatcher->feeds[i].lane);
    }
    snapshot_free(dispatcher->snapshot);
    sender_close(dispatcher->sender);
    seal_keys_wipe(&dispatcher->keys);
    if (dispatcher->is_started) {
        uv_close((uv_handle_t *)&dispatcher->drain_check, NULL);
        uv_close((uv_handle_t *)&dispatcher->room_check, NULL);
    }
}

/* ---- metrics -------------------------------------------------------------------------------------------------------
 */

static void find_oldest(void *owner, struct kafka_partition *partition)
{
    int64_t *oldest_ms = owner;
    int64_t partition_ms = tracker_oldest_ms(partition->tracker);
    if (partition_ms > 0 && (*oldest_ms == 0 || partition_ms < *oldest_ms))
        *oldest_ms = partition_ms;
}

void dispatcher_scrape(void *owner)
{
    struct dispatcher *dispatcher = owner;
    const struct dispatcher_settings *settings = &dispatcher->config.dispatcher;
    const struct webhook_table *table = snapshot_table(dispatcher->snapshot);
    int64_t oldest_ms = 0;
    uint64_t rebalance_count = 0;
    for (size_t i = 0; i < FEED_COUNT; i++) {
        kafka_consumer_each_partition(dispatcher->feeds[i].consumer, find_oldest, &oldest_ms);
        rebalance_count += kafka_consumer_rebalance_count(dispatcher->feeds[i].consumer);
    }
    gauge(DISPATCH_IN_FLIGHT, (int64_t)lane_in_flight_count(dispatcher->feeds[FEED_MAIN].lane));
    gauge(DISPATCH_IN_FLIGHT_SLOW, (int64_t)lane_in_flight_count(dispatcher->feeds[FEED_SLOW].lane));
    gauge(DISPATCH_IN_FLIGHT_LIMIT, settings->in_flight_max);
    gauge(DISPATCH_IN_FLIGHT_LIMIT_SLOW, settings->slow_in_flight_max);
    gauge(DISPATCH_QUEUED, (int64_t)lane_queued_count(dispatcher->feeds[FEED_MAIN].lane));
    gauge(DISPATCH_QUEUED_SLOW, (int64_t)lane_queued_count(dispatcher->feeds[FEED_SLOW].lane));
    gauge(DISPATCH_UNSENT, (int64_t)settlement_unsent_count(dispatcher->settlement));
    gauge(DISPATCH_OLDEST_SECONDS, oldest_ms > 0 ? (clock_wall_ms() - oldest_ms) / 1000 : 0);
    gauge(DISPATCH_REBALANCES, (int64_t)rebalance_count);
    gauge(DISPATCH_WEBHOOKS, table != NULL ? (int64_t)webhook_table_count(table) : 0);
    gauge(DISPATCH_SNAPSHOT_VERSION, table != NULL ? webhook_table_version(table) : 0);
    gauge(DISPATCH_SNAPSHOT_AGE_SECONDS, snapshot_age_ms(dispatcher->snapshot, clock_monotonic_ms()) / 1000);
}
