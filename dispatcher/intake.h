#pragma once
/*
 * From a record to deliveries: reads it, finds the webhooks it goes to, and hands a job for each to the lane.
 * Unreadable records are buried, deliveries to webhooks that are gone are cancelled, those to paused ones deferred.
 * Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/kafka/consumer.h"
#include "common/store/snapshot.h"

#include "dispatcher/lane.h"
#include "dispatcher/settlement.h"

struct intake {
    const char *topic_prefix;
    struct snapshot *snapshot;
    struct settlement *settlement;
    struct lane *lane;
};

/* Takes the message. A table must have been loaded. cluster_id: for events without an id. */
void intake_take(const struct intake *intake, const char *cluster_id, struct kafka_partition *partition,
                 rd_kafka_message_t *message, uint64_t ticket);
