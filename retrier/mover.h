#pragma once
/*
 * Moves records from their tier to where they go next, each when its time has come: the first of a partition waits
 * there and holds back those behind it, whose time comes later; those with jitter wait in memory. A record is settled
 * when Kafka has acknowledged it in its next topic. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/domain/retry_tier.h"
#include "common/kafka/consumer.h"
#include "common/kafka/producer.h"

struct mover;
struct move;

/* The state of a partition of a tier. */
struct head {
    enum retry_tier tier;
    struct move *waiting; /* the first record, when its time has not come */
};

struct mover_limits {
    size_t held_max;
    size_t bytes_max; /* held and in flight */
    size_t in_flight_max;
};

/* has_room_again is called when there was none and now is. */
struct mover *mover_new(uv_loop_t *loop, struct kafka_producer *producer, const char *topic_prefix,
                        const struct mover_limits *limits, void (*has_room_again)(void *owner), void *owner);
void mover_free(struct mover *mover); /* NULL-safe; after the producer */

bool mover_has_room(struct mover *mover, const struct kafka_partition *partition);
/* Takes the message. partition->state is its struct head. */
void mover_take(struct mover *mover, struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket);
/* The partition (NULL: every one) is given back. What waits is forgotten, to be read again. What has only jitter left
 * waits for the rest of it in another tier: were it forgotten, those after it that are gone already would be read and
 * delivered a second time. */
void mover_give_back(struct mover *mover, const struct kafka_partition *partition);

size_t mover_held_count(const struct mover *mover);
size_t mover_in_flight_count(const struct mover *mover);
/* How long the oldest record of the tier should have left it, in milliseconds; 0 when none is late. */
int64_t mover_overdue_ms(const struct mover *mover, enum retry_tier tier, int64_t now_ms);
