#pragma once
/*
 * A consumed record without Kafka: stand-ins for librdkafka's headers. SPDX-License-Identifier: Apache-2.0
 */
#include <librdkafka/rdkafka.h>
#include <stddef.h>

#include "common/kafka/record.h"

#define STAND_IN_HEADERS_MAX 512

struct stand_in_message {
    rd_kafka_message_t message;
    struct rd_kafka_headers_s *headers;
};

/* The same record as a consumer gets it; headers may be added. Freed with stand_in_free(). */
struct stand_in_message *stand_in_message(const struct record *record);
struct stand_in_message *stand_in_bare(const char *topic, const char *value); /* without headers */
void stand_in_add_header(struct stand_in_message *message, const char *name, const void *value, size_t size);
void stand_in_set_header(struct stand_in_message *message, const char *name, const char *value); /* NULL removes it */
void stand_in_free(struct stand_in_message *message);
