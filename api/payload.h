#pragma once
/*
 * Reads an event's payload back from Kafka, where it stands for as long as its topic keeps it. One simple consumer
 * without a group for all handler threads; one read at a time, each bounded. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/delivery.h"
#include "common/kafka/client.h"

struct payload_reader;

/* Any thread. timeout_ms bounds one read, waiting for its turn included. */
MUST_CHECK int payload_reader_new(const struct kafka_settings *settings, int timeout_ms,
                                  struct payload_reader **reader_out, struct error *error);
void payload_reader_free(struct payload_reader *reader); /* NULL-safe; no read under way */

enum payload_outcome {
    PAYLOAD_GONE = 1,
    PAYLOAD_UNREADABLE, /* not the JSON of an event: it was delivered because its headers were sound */
};

/* The bytes as they were delivered, with a NUL after them; the caller frees. 0; PAYLOAD_GONE: the topic no longer has
 * the record, or another event stands there (a topic made anew); negative: Kafka did not answer. */
struct payload_wanted { /* borrowed */
    const struct origin *origin;
    const char *event_id;
    const char *org_id;
};

MUST_CHECK int payload_read(struct payload_reader *reader, const struct payload_wanted *wanted, char **payload_out,
                            struct error *error);
