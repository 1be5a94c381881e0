#pragma once
/*
 * What goes into one transaction: records of all partitions in the order read, their rows ready for COPY, and how far
 * each partition comes with them. The loop fills a batch; while the writer's job has it, the loop leaves it alone. A
 * record stays here until it is settled (committed) or forgotten (its partition is somebody else's now).
 * SPDX-License-Identifier: Apache-2.0
 */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buffer.h"
#include "common/kafka/consumer.h"

#include "recorder/history.h"

#define BATCH_BYTES_MAX ((size_t)32 * 1024 * 1024) /* of rows; beyond it no record is taken */

/* BATCH_ROW_STATE(id, "text"), and what it means for the row and for the partition's offset. */
#define BATCH_ROW_STATES(X)                                                           \
    X(PASSED, "passed")   /* no row, the offset moves: skipped, or safe in kt.dead */ \
    X(WAITING, "waiting") /* a row to be written, with the offset */                  \
    X(DYING, "dying")     /* on its way to kt.dead; the whole batch waits for that */ \
    X(GONE, "gone")       /* neither row nor offset: somebody else reads the partition */

enum batch_row_state {
#define X(name, text) BATCH_ROW_##name,
    BATCH_ROW_STATES(X)
#undef X
};

/* What PostgreSQL says of a partition, as far as this process knows: kafka_partition.state. */
struct batch_source {
    int64_t next_offset;
    bool is_astray; /* Kafka stands elsewhere and has to be set back; until then its records are passed over */
};

struct batch_row {
    struct kafka_partition *partition; /* not when GONE */
    uint64_t ticket;
    rd_kafka_message_t *message; /* owned */
    enum batch_row_state state;
    enum history_table table;
    size_t start, end; /* in bytes[table] */
    int64_t day;       /* of the history's partition */
    char *refusal;     /* owned; set by the writer: why the database does not take the row */
};

struct batch_disabling { /* an endpoint answered 410 */
    size_t row;
    char org_id[ORG_ID_BYTES_MAX + 1];
    char webhook_id[WEBHOOK_ID_BYTES_MAX + 1];
    int64_t observed_ms;
};

/* A partition's way through this batch, as compare-and-set. */
struct batch_step {
    struct kafka_partition *partition;
    int64_t expected_offset; /* what PostgreSQL says before */
    int64_t next_offset;     /* and afterwards */
    bool is_lost;            /* set by the writer: it said */
    int64_t found_offset;    /* something else */
};

struct batch {
    struct batch_row *rows;
    size_t count;
    size_t capacity;
    struct buffer bytes[HISTORY_TABLE_COUNT];
    struct batch_disabling *disablings;
    size_t disabling_count;
    struct batch_step *steps;
    size_t step_count;
    size_t dying_count;  /* rows whose letter to kt.dead is open, GONE ones included */
    uint64_t started_ms; /* monotonic; when the first record came */
};

void batch_init(struct batch *batch, size_t rows_max);
void batch_deinit(struct batch *batch); /* empty */

bool batch_is_full(const struct batch *batch);

/* Takes ownership of the message; the row is PASSED until one of the next two says otherwise. Not when full (asserted).
 */
struct batch_row *batch_add(struct batch *batch, struct kafka_partition *partition, rd_kafka_message_t *message,
                            uint64_t ticket, uint64_t monotonic_now_ms);
void batch_write_attempt(struct batch *batch, struct batch_row *row, const struct attempt *attempt);
void batch_write_event(struct batch *batch, struct batch_row *row, const struct history_event *event);

/* The row's letter to kt.dead is on its way, and has arrived. */
void batch_row_dies(struct batch *batch, struct batch_row *row);
void batch_row_died(struct batch *batch, struct batch_row *row);

/* Computes the steps of the rows that are still ours. Before each try to write. */
void batch_plan(struct batch *batch);
/* After the commit: moves the sources, settles the records. */
void batch_settle(struct batch *batch);
/* Lets go of a partition's records; NULL: of all. */
void batch_forget(struct batch *batch, const struct kafka_partition *partition);
/* The same for every partition that was revoked meanwhile. */
void batch_forget_revoked(struct batch *batch);
/* Empties it. Every record was settled or forgotten, and no row is dying (asserted). */
void batch_clear(struct batch *batch);

/* Kafka's time of the oldest record that is still ours, 0 if there is none. */
int64_t batch_oldest_ms(const struct batch *batch);
