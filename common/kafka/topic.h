#pragma once
/*
 * The topics: names, and making sure they exist. Source: docs/contract.md. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/delivery.h"
#include "common/domain/retry_tier.h"
#include "common/kafka/client.h"

/* TOPIC(id, "name after the prefix", retention in days) */
#define TOPICS(TOPIC)              \
    TOPIC(DIRECT, "direct", 7)     \
    TOPIC(DUE, "due", 7)           \
    TOPIC(SLOW, "slow", 7)         \
    TOPIC(ATTEMPTS, "attempts", 7) \
    TOPIC(DEAD, "dead", 30)

enum topic {
#define X(id, name, retention_days) TOPIC_##id,
    TOPICS(X)
#undef X
};

char *topic_name(const char *prefix, enum topic topic, char name_out[static TOPIC_BYTES_MAX + 1]);
char *topic_for_event(const char *prefix, const char *event_type, char name_out[static TOPIC_BYTES_MAX + 1]);
char *topic_for_retry(const char *prefix, enum retry_tier tier, char name_out[static TOPIC_BYTES_MAX + 1]);
/* The event type of "<prefix>.events.<type>", borrowed from topic; NULL when it is another topic. */
const char *topic_event_type(const char *prefix, const char *topic);

/* Creates what is missing, all with message.timestamp.type=LogAppendTime; existing topics are left alone but shown when
 * they differ (partitions fewer, retention shorter than needed: a warning on stderr). Blocks, at most timeout_ms.
 * Prints one line per topic on stdout. extra_types: custom event types. */
MUST_CHECK int topics_ensure(const struct kafka_settings *settings, const char *const *extra_types, size_t extra_count,
                             int timeout_ms, struct error *error);
