/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/retrier.h"

#include <stdio.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/kafka/consumer.h"
#include "common/kafka/producer.h"
#include "common/kafka/topic.h"

#include "retrier/metrics.h"
#include "retrier/mover.h"

#define CLIENT_ID        "kt-retrier"
#define ROOM_CHECK_MS    100
#define DRAIN_CHECK_MS   20
#define FLUSH_GRACE_MS   10000
#define CLOSE_TIMEOUT_MS 5000
#define REVOKE_GRACE_MS  2000

struct retrier_settings {
#define SETTING SETTINGS_FIELD
#include "retrier/settings.def"
#undef SETTING
};

struct retrier {
    struct retrier_settings settings;
    struct kafka_settings kafka;
    struct service_run *run;
    struct kafka_producer *producer;
    struct kafka_consumer *consumer;
    struct mover *mover;
    uv_timer_t room_check, drain_check;
    uint64_t drain_started_ms;
    bool is_started; /* the timers exist */
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

static bool has_joined(void *owner)
{
    const struct retrier *retrier = owner;
    return retrier->consumer != NULL && kafka_consumer_has_joined(retrier->consumer);
}

static bool can_send(void *owner)
{
    const struct retrier *retrier = owner;
    return retrier->producer != NULL && kafka_producer_is_connected(retrier->producer) &&
           !kafka_producer_is_fatal(retrier->producer);
}

const struct service_check retrier_checks[] = {
    {"group_joined",       has_joined},
    {"producer_connected", can_send  },
    {NULL,                 NULL      },
};

static bool has_room(void *owner, struct kafka_partition *partition)
{
    const struct retrier *retrier = owner;
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
    mover_drop_held(retrier->mover, partition);
}

static void wake(void *owner, struct kafka_partition *partition)
{
    (void)owner;
    kafka_partition_wake(partition);
}

/* Room comes back with acknowledgements, which say nothing to the partitions. */
static void on_room_check(uv_timer_t *timer)
{
    struct retrier *retrier = timer->data;
    kafka_consumer_each_partition(retrier->consumer, wake, NULL);
}

static int start_consumer(struct retrier *retrier, struct error *error)
{
    const char *prefix = retrier->kafka.topic_prefix;
    char names[RETRY_TIER_COUNT][TOPIC_BYTES_MAX + 1];
    const char *topics[RETRY_TIER_COUNT];
    char group[TOPIC_BYTES_MAX + 1];
    for (int tier = 0; tier < RETRY_TIER_COUNT; tier++)
        topics[tier] = topic_for_retry(prefix, (enum retry_tier)tier, names[tier]);
    (void)snprintf(group, sizeof group, "%s-retrier", prefix);
    const struct kafka_consumer_settings settings = {.kafka = &retrier->kafka,
                                                     .client_id = CLIENT_ID,
                                                     .group = group,
                                                     .topics = topics,
                                                     .topic_count = RETRY_TIER_COUNT,
                                                     .revoke_grace_ms = REVOKE_GRACE_MS};
    const struct kafka_consumer_owner owner = {
        .owner = retrier, .has_room = has_room, .take = take, .revoked = revoked};
    return kafka_consumer_new(&settings, &owner, service_loop(retrier->run), &retrier->consumer, error);
}

int retrier_start(void *owner, struct service_run *run, struct error *error)
{
    struct retrier *retrier = owner;
    uv_loop_t *loop = service_loop(run);
    retrier->run = run;
    int code = kafka_producer_new(&retrier->kafka, CLIENT_ID, loop, &retrier->producer, error);
    if (code < 0)
        return code;
    retrier->mover =
        mover_new(loop, retrier->producer, retrier->kafka.topic_prefix, (size_t)retrier->settings.unacknowledged_max);
    code = start_consumer(retrier, error);
    if (code < 0)
        return code;
    (void)uv_timer_init(loop, &retrier->room_check);
    (void)uv_timer_init(loop, &retrier->drain_check);
    retrier->room_check.data = retrier->drain_check.data = retrier;
    retrier->is_started = true;
    (void)uv_timer_start(&retrier->room_check, on_room_check, ROOM_CHECK_MS, ROOM_CHECK_MS);
    return 0;
}

static void on_closed(void *owner)
{
    struct retrier *retrier = owner;
    service_drained(retrier->run);
}

static void on_drain_check(uv_timer_t *timer)
{
    struct retrier *retrier = timer->data;
    bool is_late = clock_monotonic_ms() - retrier->drain_started_ms > FLUSH_GRACE_MS;
    if (mover_unacknowledged_count(retrier->mover) > 0 && !is_late)
        return;
    (void)uv_timer_stop(timer);
    kafka_consumer_close(retrier->consumer, CLOSE_TIMEOUT_MS, on_closed, retrier);
}

void retrier_drain(void *owner)
{
    struct retrier *retrier = owner;
    retrier->drain_started_ms = clock_monotonic_ms();
    (void)uv_timer_stop(&retrier->room_check);
    kafka_consumer_stop_reading(retrier->consumer);
    mover_drop_held(retrier->mover, NULL);
    (void)uv_timer_start(&retrier->drain_check, on_drain_check, 0, DRAIN_CHECK_MS);
}

void retrier_stop(void *owner)
{
    struct retrier *retrier = owner;
    if (retrier->mover != NULL)
        mover_drop_held(retrier->mover, NULL);
    kafka_producer_free(retrier->producer);
    mover_free(retrier->mover);
    kafka_consumer_free(retrier->consumer);
    if (retrier->is_started) {
        uv_close((uv_handle_t *)&retrier->room_check, NULL);
        uv_close((uv_handle_t *)&retrier->drain_check, NULL);
    }
}

void retrier_scrape(void *owner)
{
    struct retrier *retrier = owner;
    gauge(RETRY_HELD, (int64_t)mover_held_count(retrier->mover));
    gauge(RETRY_UNACKNOWLEDGED, (int64_t)mover_unacknowledged_count(retrier->mover));
    gauge(RETRY_OVERDUE_SECONDS, mover_oldest_overdue_ms(retrier->mover, clock_wall_ms()) / 1000);
}
