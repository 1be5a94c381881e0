/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/recorder.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/consumer.h"
#include "common/kafka/producer.h"
#include "common/kafka/topic.h"

#include "recorder/batch.h"
#include "recorder/metrics.h"
#include "recorder/pipeline.h"

#define CLIENT_ID        "kt-recorder"
#define REVOKE_GRACE_MS  5000
#define CLOSE_TIMEOUT_MS 5000

struct recorder {
    struct recorder_settings settings;
    struct kafka_settings kafka;
    struct database_settings database;
    char group[TOPIC_BYTES_MAX + 1];
    char attempts_topic[TOPIC_BYTES_MAX + 1];
    char dead_topic[TOPIC_BYTES_MAX + 1];
    struct service_run *run;
    struct kafka_producer *producer;
    struct kafka_consumer *consumer;
    struct pipeline *pipeline;
    bool is_closing;
    bool is_failed;
};

static const struct setting rows[] = {
#define SETTINGS_STRUCT recorder_settings
#define SETTING         SETTINGS_ROW
#include "recorder/settings.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

struct recorder *recorder_new(void)
{
    return ALLOC(struct recorder);
}

void recorder_free(struct recorder *recorder)
{
    free(recorder);
}

void recorder_sections(struct recorder *recorder, struct settings_section sections_out[static RECORDER_SECTION_COUNT])
{
    sections_out[0] = (struct settings_section){
        .name = "recorder", .rows = rows, .count = ARRAY_LENGTH(rows), .values = &recorder->settings};
    sections_out[1] = kafka_settings_section(&recorder->kafka);
    sections_out[2] = database_settings_section(&recorder->database);
}

/* ---- readiness ---- */

static bool has_joined(void *owner)
{
    const struct recorder *recorder = owner;
    return recorder->consumer != NULL && kafka_consumer_has_joined(recorder->consumer);
}

static bool can_write(void *owner)
{
    const struct recorder *recorder = owner;
    return recorder->pipeline != NULL && pipeline_is_healthy(recorder->pipeline);
}

const struct service_check recorder_checks[] = {
    {"group_joined", has_joined},
    {"database",     can_write },
    {NULL,           NULL      },
};

/* ---- the consumer's owner ---- */

static int assigned(void *owner, struct kafka_partition *const *partitions, int64_t *start_offsets, size_t count)
{
    struct recorder *recorder = owner;
    return pipeline_assigned(recorder->pipeline, partitions, start_offsets, count);
}

static bool has_room(void *owner, struct kafka_partition *partition)
{
    struct recorder *recorder = owner;
    (void)partition;
    /* The cluster's id is a part of event ids that we make, so nothing is read before it is known. */
    return kafka_consumer_cluster_id(recorder->consumer)[0] != '\0' && pipeline_has_room(recorder->pipeline);
}

static void take(void *owner, struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket)
{
    struct recorder *recorder = owner;
    pipeline_take(recorder->pipeline, kafka_consumer_cluster_id(recorder->consumer), partition, message, ticket);
}

static void revoked(void *owner, struct kafka_partition *partition)
{
    struct recorder *recorder = owner;
    pipeline_revoked(recorder->pipeline, partition);
}

static void dropped(void *owner, struct kafka_partition *partition)
{
    (void)owner;
    free(partition->state);
    partition->state = NULL;
}

static int start_consumer(struct recorder *recorder, struct error *error)
{
    char events[TOPIC_BYTES_MAX + 32];
    (void)snprintf(events, sizeof(events), "^%s\\.events\\..*", recorder->kafka.topic_prefix);
    const char *topics[] = {recorder->attempts_topic, events};
    const struct kafka_consumer_settings settings = {
        .kafka = &recorder->kafka,
        .client_id = CLIENT_ID,
        .group = recorder->group,
        .topics = topics,
        .topic_count = ARRAY_LENGTH(topics),
        .revoke_grace_ms = REVOKE_GRACE_MS,
        .offsets_elsewhere = true,
    };
    const struct kafka_consumer_owner owner = {.owner = recorder,
                                               .assigned = assigned,
                                               .has_room = has_room,
                                               .take = take,
                                               .revoked = revoked,
                                               .dropped = dropped};
    return kafka_consumer_new(&settings, &owner, service_loop(recorder->run), &recorder->consumer, error);
}

/* ---- the pipeline's owner ---- */

static void wake(void *owner, struct kafka_partition *partition)
{
    (void)owner;
    pipeline_set_right(partition);
    kafka_partition_wake(partition);
}

static void wake_all(void *owner)
{
    struct recorder *recorder = owner;
    if (recorder->consumer == NULL)
        return;
    kafka_consumer_each_partition(recorder->consumer, wake, NULL);
    if (!recorder->is_failed &&
        (kafka_consumer_is_fatal(recorder->consumer) || kafka_producer_is_fatal(recorder->producer))) {
        recorder->is_failed = true;
        log_error("kafka_fatal", "Kafka does not have this process back; stopping, to be started anew");
        service_fail(recorder->run);
    }
}

static void consumer_closed(void *owner)
{
    struct recorder *recorder = owner;
    service_drained(recorder->run);
}

static void close_consumer(void *owner)
{
    struct recorder *recorder = owner;
    if (recorder->is_closing)
        return;
    recorder->is_closing = true;
    pipeline_abandon(recorder->pipeline); /* nothing is left, or PostgreSQL is away */
    kafka_consumer_close(recorder->consumer, CLOSE_TIMEOUT_MS, consumer_closed, recorder);
}

static void start_pipeline(struct recorder *recorder)
{
    const struct pipeline_settings settings = {
        .database = &recorder->database,
        .group = recorder->group,
        .topic_prefix = recorder->kafka.topic_prefix,
        .attempts_topic = recorder->attempts_topic,
        .dead_topic = recorder->dead_topic,
        .batch_rows_max = (size_t)recorder->settings.batch_rows,
        .batch_wait_ms = (uint64_t)recorder->settings.batch_wait,
        .retention_days = recorder->settings.retention_days,
    };
    const struct pipeline_owner owner = {.owner = recorder, .has_room = wake_all, .is_empty = close_consumer};
    recorder->pipeline = pipeline_new(&settings, recorder->producer, &owner, service_loop(recorder->run));
}

/* ---- life ---- */

int recorder_start(void *owner, struct service_run *run, struct error *error)
{
    struct recorder *recorder = owner;
    const char *prefix = recorder->kafka.topic_prefix;
    recorder->run = run;
    (void)snprintf(recorder->group, sizeof(recorder->group), "%s-recorder", prefix);
    (void)topic_name(prefix, TOPIC_ATTEMPTS, recorder->attempts_topic); /* returns its buffer */
    (void)topic_name(prefix, TOPIC_DEAD, recorder->dead_topic);
    int result = kafka_producer_new(&recorder->kafka, CLIENT_ID, service_loop(run), &recorder->producer, error);
    if (result < 0)
        return result;
    start_pipeline(recorder);
    return start_consumer(recorder, error);
}

void recorder_drain(void *owner)
{
    struct recorder *recorder = owner;
    kafka_consumer_stop_reading(recorder->consumer);
    pipeline_drain(recorder->pipeline);
}

/* A job that still runs (the deadline is over, or a second signal came) keeps what it works with: the process ends with
 * it. */
void recorder_stop(void *owner)
{
    struct recorder *recorder = owner;
    if (recorder->pipeline != NULL && pipeline_is_busy(recorder->pipeline))
        return;
    if (recorder->pipeline != NULL)
        pipeline_abandon(recorder->pipeline);
    kafka_consumer_free(recorder->consumer);
    kafka_producer_free(recorder->producer);
    pipeline_free(recorder->pipeline);
}

/* ---- metrics ---- */

static void add_lag(void *owner, struct kafka_partition *partition)
{
    int64_t *lag = owner;
    const struct batch_source *source = partition->state;
    if (source != NULL && partition->end_offset > source->next_offset)
        *lag += partition->end_offset - source->next_offset;
}

void recorder_scrape(void *owner)
{
    struct recorder *recorder = owner;
    int64_t lag = 0;
    int64_t oldest_ms = pipeline_oldest_ms(recorder->pipeline);
    kafka_consumer_each_partition(recorder->consumer, add_lag, &lag);
    gauge(RECORD_LAG_RECORDS, lag);
    gauge(RECORD_LAG_SECONDS, oldest_ms > 0 ? (clock_wall_ms() - oldest_ms) / 1000 : 0);
    gauge(RECORD_WAITING_ROWS, (int64_t)pipeline_record_count(recorder->pipeline));
    gauge(RECORD_DATABASE_UP, pipeline_is_healthy(recorder->pipeline) ? 1 : 0);
}
