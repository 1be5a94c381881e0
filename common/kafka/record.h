#pragma once
/*
 * A Kafka record on its way out, and our headers on the way in. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/attempt.h"
#include "common/domain/delivery.h"
#include "common/domain/event.h"

#define RECORD_HEADERS_MAX      24
#define RECORD_HEADERS_READ_MAX 256          /* a record with more is not read */
#define RECORD_VALUE_BYTES_MAX  (768 * 1024) /* of an unreadable record that is kept */
#define RECORD_HEADER_BYTES_MAX (64 * 1024)  /* of its headers, names and values together */
#define RECORD_LEFT_MS_MAX      (7 * 24 * 3600 * 1000LL)

struct record_header {
    const char *name;
    const void *value;
    size_t value_size;
};

struct record { /* everything borrowed */
    const char *topic;
    const void *key;
    size_t key_size;
    const void *value;
    size_t value_size;
    struct record_header headers[RECORD_HEADERS_MAX];
    size_t header_count;
};

void record_add_header(struct record *record, const char *name, const char *text); /* NULL or "" is left out */

/* The record of a new event, ready for its topic (kt-id, kt-org, kt-time, kt-ordering-key, content-type, traceparent).
 * scratch holds the texts and must live as long as the record. */
struct record_scratch {
    char topic[TOPIC_BYTES_MAX + 1];
    char numbers[8][24];
    char time[32];
    char origin[TOPIC_BYTES_MAX + 48];
};

void record_from_event(const char *prefix, const struct event *event, const char *traceparent, const void *value,
                       size_t value_size, struct record_scratch *scratch, struct record *record_out);

/* Where an internal record goes, and why. */
struct record_route {
    const char *topic;
    const char *reason; /* may be NULL */
    int64_t left_ms;    /* of the retry plan after this topic, 0: nothing */
    int64_t jitter_ms;  /* at the plan's end, 0: none */
};

/* An internal record: keyed by webhook id, value unchanged, the delivery in headers (kt-webhook, kt-attempt, kt-due-ms,
 * kt-first-ms, kt-origin, kt-reason, kt-trigger, kt-series, kt-type, kt-id, kt-org, kt-ordering-key, traceparent;
 * left_ms > 0: kt-left-ms; jitter_ms > 0: kt-jitter-ms). Without a topic in delivery->origin there is no kt-origin: the
 * event stands in this very record (a test), and whoever reads it takes its coordinates as the origin. */
void record_from_delivery(const struct record_route *route, const struct delivery *delivery, const void *value,
                          size_t value_size, struct record_scratch *scratch, struct record *record_out);

/* A record of kt.dead for one that could not be understood: same key, value and headers as far as they fit, plus
 * kt-reason, kt-detail, kt-origin. reason and detail must live as long as the record. */
void record_from_unreadable(const char *topic, const rd_kafka_message_t *message, const char *reason,
                            const char *detail, struct record_scratch *scratch, struct record *record_out);

/* A header's value as text (not NUL-terminated), or NULL. Of several with one name the last counts. */
const char *message_header(const rd_kafka_message_t *message, const char *name, size_t *size_out);

/* Reads an event record: from our headers when kt-id and kt-org are there (type from the topic), else by parsing the
 * envelope once. An event without id gets one from where it stands. -EINVAL with flaw and text. */
MUST_CHECK int event_from_message(const rd_kafka_message_t *message, const char *cluster_id, const char *event_type,
                                  struct event *event_out, enum event_flaw *flaw_out, struct error *error);

/* Reads an internal record; missing or bad headers: -EINVAL that names the header. left_ms_out and jitter_ms_out may be
 * NULL. */
MUST_CHECK int delivery_from_message(const rd_kafka_message_t *message, struct delivery *delivery_out,
                                     int64_t *left_ms_out, int64_t *jitter_ms_out, struct error *error);
