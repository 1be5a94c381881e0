#pragma once
/*
 * Records on their way into PostgreSQL: one batch gathers, one is written by a job in the thread pool. A batch is due
 * when it is full or its first record has waited long enough; it waits for those of its records that have to be safe in
 * kt.dead first. PostgreSQL away: the job is tried again with growing pauses, both batches fill, and the rest stays in
 * Kafka. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "common/kafka/consumer.h"
#include "common/kafka/producer.h"
#include "common/store/database.h"

struct pipeline;

struct pipeline_settings { /* everything borrowed */
    const struct database_settings *database;
    const char *group;
    const char *topic_prefix;
    const char *attempts_topic;
    const char *dead_topic;
    size_t batch_rows_max;
    uint64_t batch_wait_ms;
    int64_t retention_days;
};

struct pipeline_owner {
    void *owner;
    void (*has_room)(void *owner); /* again, for every partition */
    void (*is_empty)(
        void *owner); /* after pipeline_drain(): everything is committed, or was given up (PostgreSQL is away) */
};

struct pipeline *pipeline_new(const struct pipeline_settings *settings, struct kafka_producer *producer,
                              const struct pipeline_owner *owner, uv_loop_t *loop);

/* The callbacks of struct kafka_consumer_owner. */
int pipeline_assigned(struct pipeline *pipeline, struct kafka_partition *const *partitions, int64_t *start_offsets,
                      size_t count);
bool pipeline_has_room(const struct pipeline *pipeline);
void pipeline_take(struct pipeline *pipeline, const char *cluster_id, struct kafka_partition *partition,
                   rd_kafka_message_t *message, uint64_t ticket);
/* Where a partition stands in Kafka is set right if it has to be. After has_room(), for every partition. */
void pipeline_set_right(struct kafka_partition *partition);
void pipeline_revoked(struct pipeline *pipeline, const struct kafka_partition *partition);

/* Writes what has gathered, takes nothing more. */
void pipeline_drain(struct pipeline *pipeline);
/* Lets go of every record; before the consumer is freed. Not while a job runs. */
void pipeline_abandon(struct pipeline *pipeline);
bool pipeline_is_busy(const struct pipeline *pipeline); /* a job runs */
/* NULL-safe; abandoned, and the producer is gone. */
void pipeline_free(struct pipeline *pipeline);

bool pipeline_is_healthy(const struct pipeline *pipeline); /* PostgreSQL did what was asked for last */
size_t pipeline_record_count(const struct pipeline *pipeline);
int64_t pipeline_oldest_ms(const struct pipeline *pipeline); /* Kafka's time of the oldest record held, 0 if none */
