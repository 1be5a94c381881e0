#pragma once
/*
 * Stand-ins for the parts of Kafka that a batch calls: they count. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/kafka/consumer.h"
#include "common/kafka/record.h"

struct stand_ins {
    size_t settled_count;
    uint64_t settled_tickets; /* their sum */
    size_t forgotten_count;
    size_t destroyed_count;
    const struct event *event; /* what event_from_message() finds; NULL: it cannot be read */
};
extern struct stand_ins stand_ins;

/* A record that only these stand-ins know how to destroy. */
rd_kafka_message_t *stand_in_message(int64_t offset, int64_t time_ms, const char *value);
