/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/retrier.h"

#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/consumer.h"
#include "common/kafka/producer.h"
#include "common/kafka/topic.h"

#include "retrier/metrics.h"
#include "retrier/mover.h"

#define CLIENT_ID        "kt-retrier"
#define CHECK_MS         1000
#define DRAIN_CHECK_MS   20
#define FLUSH_GRACE_MS   10000
#define CLOSE_TIMEOUT_MS 5000
#define QUEUE_KBYTES     256 /* a partition is mostly waited for: little is read ahead */
#define QUEUE_RECORDS    200

struct retrier {
    struct retrier_settings settings;
    struct kafka_settings kafka;
    struct service_run *run;
    struct kafka_producer *producer;
    struct mover *mover;
    struct kafka_consumer *consumer;
    uv_timer_t *check; /* NULL before the start */
    uint64_t drain_started_ms;
    bool is_closing;
    bool has_failed;
};

static const struct setting rows[] = {
#define SETTINGS_STRUCT retrier_settings
#define SETTING         SETTINGS_ROW
#include "retrier/settings.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

struct retrier *retrier_new(void)
{
    return ALLOC(struct retrier);
}

void retrier_free(struct retrier *retrier)
{
    free(retrier);
}

void retrier_sections(struct retrier *retrier, struct settings_section sections_out[static RETRIER_SECTION_COUNT])
{
    sections_out[0] = (struct settings_section){
        .name = "retrier", .rows = rows, .count = ARRAY_LENGTH(rows), .values = &retrier->settings};
    sections_out[1] = kafka_settings_section(&retrier->kafka);
}

/* ---- readiness ---- */

static bool has_joined(void *owner)
{
    const struct retrier *retrier = owner;
    return retrier->consumer != NULL && kafka_consumer_has_joined(retrier->consumer);
}

static bool can_send(void *owner)
{
    const struct retrier *retrier = owner;
    return retrier->producer != NULL && kafka_producer_is_connected(retrier->producer);
}

const struct service_check retrier_checks[] = {
    {"group_joined",       has_joined},
    {"producer_connected", can_send  },
    {NULL,                 NULL      },
};

/* ---- the consumer's owner ---- */

static void set_tier(const struct retrier *retrier, const char *topic, struct head *head)
{
    char name[TOPIC_BYTES_MAX + 1];
    for (size_t i = 0; i < RETRY_TIER_COUNT; i++) {
        if (strcmp(topic, topic_for_retry(retrier->kafka.topic_prefix, (enum retry_tier)i, name)) == 0)
            head->tier = (enum retry_tier)i;
    }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is the consumer's */
static int assigned(void *owner, struct kafka_partition *const *partitions, int64_t *start_offsets, size_t count)
{
    const struct retrier *retrier = owner;
    (void)start_offsets; /* the committed ones */
    for (size_t i = 0; i < count; i++) {
        struct head *head = ALLOC(struct head);
        set_tier(retrier, partitions[i]->topic, head);
        partitions[i]->state = head;
    }
    return 0;
}

static bool has_room(void *owner, struct kafka_partition *partition)
{
    struct retrier *retrier = owner;
    return mover_has_room(retrier->mover, partition);
}

static void take(void *owner, struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket)
{
    struct retrier *retrier = owner;
    mover_take(retrier->mover, partition, message, ticket);
}

static void revoked(void *owner, struct kafka_partition *partition)
{
    struct retrier *retrier = owner;
    mover_give_back(retrier->mover, partition);
}

static void dropped(void *owner, struct kafka_partition *partition)
{
    (void)owner;
    free(TAKE(partition->state));
}

static void wake(void *owner, struct kafka_partition *partition)
{
    (void)owner;
    kafka_partition_wake(partition);
}

static void has_room_again(void *owner)
{
    struct retrier *retrier = owner;
    kafka_consumer_each_partition(retrier->consumer, wake, NULL);
}

/* ---- start ---- */

/* A member that the group or the cluster will not have back can only start anew. */
static void on_check(uv_timer_t *timer)
{
    struct retrier *retrier = timer->data;
    if (!kafka_producer_is_fatal(retrier->producer) && !kafka_consumer_is_fatal(retrier->consumer))
        return;
    log_error("kafka_fatal", "Kafka refuses this process for good; it ends, to be started anew");
    service_fail(retrier->run);
    (void)uv_timer_stop(timer);
}

static int start_consumer(struct retrier *retrier, struct error *error)
{
    const char *prefix = retrier->kafka.topic_prefix;
    char names[RETRY_TIER_COUNT][TOPIC_BYTES_MAX + 1], group[TOPIC_BYTES_MAX + 1];
    const char *topics[RETRY_TIER_COUNT];
    for (size_t i = 0; i < RETRY_TIER_COUNT; i++)
        topics[i] = topic_for_retry(prefix, (enum retry_tier)i, names[i]);
    (void)snprintf(group, sizeof group, "%s-retrier", prefix);
    const struct kafka_consumer_settings settings = {.kafka = &retrier->kafka,
                                                     .client_id = CLIENT_ID,
                                                     .group = group,
                                                     .topics = topics,
                                                     .topic_count = RETRY_TIER_COUNT,
                                                     .revoke_grace_ms = (unsigned)retrier->settings.revoke_grace,
                                                     .queue_kbytes = QUEUE_KBYTES,
                                                     .queue_records = QUEUE_RECORDS};
    const struct kafka_consumer_owner owner = {.owner = retrier,
                                               .assigned = assigned,
                                               .has_room = has_room,
                                               .take = take,
                                               .revoked = revoked,
                                               .dropped = dropped};
    return kafka_consumer_new(&settings, &owner, service_loop(retrier->run), &retrier->consumer, error);
}

int retrier_start(void *owner, struct service_run *run, struct error *error)
{
    struct retrier *retrier = owner;
    uv_loop_t *loop = service_loop(run);
    const struct mover_limits limits = {.held_max = (size_t)retrier->settings.held_max,
                                        .bytes_max = (size_t)retrier->settings.held_bytes_max,
                                        .in_flight_max = (size_t)retrier->settings.in_flight_max};
    retrier->run = run;
    int code = kafka_producer_new(&retrier->kafka, CLIENT_ID, loop, &retrier->producer, error);
    if (code < 0)
        return code;
    retrier->mover = mover_new(loop, retrier->producer, retrier->kafka.topic_prefix, &limits, has_room_again, retrier);
    code = start_consumer(retrier, error);
    if (code < 0)
        return code;
    retrier->check = ALLOC(uv_timer_t);
    (void)uv_timer_init(loop, retrier->check);
    retrier->check->data = retrier;
    (void)uv_timer_start(retrier->check, on_check, CHECK_MS, CHECK_MS);
    return 0;
}

/* ---- drain ---- */

static void on_consumer_closed(void *owner)
{
    struct retrier *retrier = owner;
    service_drained(retrier->run);
}

/* Records first, then their offsets. */
static void on_drain_check(uv_timer_t *timer)
{
    struct retrier *retrier = timer->data;
    bool is_late = clock_monotonic_ms() - retrier->drain_started_ms >= FLUSH_GRACE_MS;
    size_t count = mover_held_count(retrier->mover) + mover_in_flight_count(retrier->mover);
    if (count > 0 && !is_late)
        return;
    if (count > 0)
        log_warning("drain_incomplete", "%zu records were not moved in time; they are read again after the next start",
                    count);
    (void)uv_timer_stop(timer);
    kafka_consumer_close(retrier->consumer, CLOSE_TIMEOUT_MS, on_consumer_closed, retrier);
}

void retrier_drain(void *owner)
{
    struct retrier *retrier = owner;
    retrier->drain_started_ms = clock_monotonic_ms();
    kafka_consumer_stop_reading(retrier->consumer);
    mover_give_back(retrier->mover, NULL);
    (void)uv_timer_start(retrier->check, on_drain_check, 0, DRAIN_CHECK_MS);
}

static void on_check_closed(uv_handle_t *timer)
{
    free(timer);
}

/* The mirror of start, also of one that failed half-way: each step accepts what was never made. */
void retrier_stop(void *owner)
{
    struct retrier *retrier = owner;
    if (retrier->check != NULL)
        uv_close((uv_handle_t *)TAKE(retrier->check), on_check_closed);
    kafka_producer_free(TAKE(retrier->producer));
    mover_free(TAKE(retrier->mover));
    kafka_consumer_free(TAKE(retrier->consumer));
}

/* ---- metrics ---- */

struct tier_sum {
    int64_t pending, due;
};

struct sums {
    struct tier_sum tiers[RETRY_TIER_COUNT];
    int64_t partitions, waiting;
};

static void add_partition(void *owner, struct kafka_partition *partition)
{
    struct sums *sums = owner;
    const struct head *head = partition->state;
    struct tier_sum *sum = &sums->tiers[head->tier];
    int64_t next_offset = tracker_next_offset(partition->tracker);
    int64_t pending = partition->end_offset > next_offset && next_offset >= 0 ? partition->end_offset - next_offset : 0;
    sums->partitions++;
    sums->waiting += head->waiting != NULL ? 1 : 0;
    sum->pending += pending;
    sum->due += head->waiting != NULL ? 0 : pending;
}

void retrier_scrape(void *owner)
{
    struct retrier *retrier = owner;
    struct sums sums = {0};
    int64_t now_ms = clock_wall_ms();
    kafka_consumer_each_partition(retrier->consumer, add_partition, &sums);
    for (size_t i = 0; i < RETRY_TIER_COUNT; i++) {
        enum retry_tier tier = (enum retry_tier)i;
        gauge(metric_of_tier(RETRY_PENDING_1S, tier), sums.tiers[i].pending);
        gauge(metric_of_tier(RETRY_DUE_1S, tier), sums.tiers[i].due);
        gauge(metric_of_tier(RETRY_OVERDUE_1S, tier), mover_overdue_ms(retrier->mover, tier, now_ms) / 1000);
    }
    gauge(RETRY_PARTITIONS, sums.partitions);
    gauge(RETRY_PARTITIONS_WAITING, sums.waiting);
    gauge(RETRY_HELD, (int64_t)mover_held_count(retrier->mover));
    gauge(RETRY_IN_FLIGHT, (int64_t)mover_in_flight_count(retrier->mover));
    gauge(RETRY_REBALANCES, (int64_t)kafka_consumer_rebalance_count(retrier->consumer));
}
