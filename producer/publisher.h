#pragma once
/*
 * One event on its way into Kafka: checked, completed, handed to the producer. What requests and files have in common.
 * One thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/error.h"
#include "common/kafka/producer.h"

#include "producer/admission.h"

struct publisher {
    struct kafka_producer *producer; /* borrowed */
    const char *topic_prefix;
    struct buffer envelope; /* reused */
};

void publisher_init(struct publisher *publisher, struct kafka_producer *producer, const char *topic_prefix);
void publisher_deinit(struct publisher *publisher); /* zeroed is fine */

struct submission { /* everything borrowed */
    const struct admission_rules *rules;
    const char *json;
    size_t length;
    const char *traceparent; /* passed on when valid; may be NULL */
    int64_t now_ms;
};

/* 0: handed over, ack->done follows; event_out says what it is. Otherwise an enum problem and the reason in words;
 * PROBLEM_BUSY: the producer's queue is full, and the same event may be submitted again. */
MUST_CHECK int publisher_submit(struct publisher *publisher, const struct submission *submission, struct kafka_ack *ack,
                                struct event *event_out, struct error *reason);
