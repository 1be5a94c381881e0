#pragma once
/*
 * A record that was taken from Kafka, and how much of it is still to do. It is settled when the last of its parts is
 * durable elsewhere; one that was dropped (revoked, shutdown) is not: whoever owns the partition next reads it again.
 * Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdint.h>

#include "common/kafka/consumer.h"

struct source {
    rd_kafka_message_t *message; /* owned; the value is the body of every delivery made of it */
    struct kafka_partition *partition;
    uint64_t ticket;
    unsigned open_count;    /* parts not yet durable, plus one while it is being read */
    unsigned started_count; /* above 0: some part was sent or settled, so reading it again would double that */
    bool is_lost;           /* a part will not become durable in this process */
};

/* Takes the message; open_count is 1: the reader's own part. */
struct source *source_new(struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket);
void source_open(struct source *source);
/* One part is done, or lost for this process (is_durable false). The last one settles or forgets, and frees. */
void source_close(struct source *source, bool is_durable);
