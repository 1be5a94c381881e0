#pragma once
/*
 * What every Kafka client of ours shares: settings → configuration, librdkafka's logs → our log, its queues → the loop.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <librdkafka/rdkafka.h>
#include <uv.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/config/settings.h"

struct kafka_settings {
#define SETTING SETTINGS_FIELD
#include "common/kafka/settings.def"
#undef SETTING
};

/* The section for service.sections. */
struct settings_section kafka_settings_section(struct kafka_settings *values);

/* A new configuration with everything that producers and consumers have in common; the caller adds its own and hands it
 * to rd_kafka_new(), or destroys it. client_id e.g. "kt-dispatcher". */
MUST_CHECK int kafka_conf_new(const struct kafka_settings *settings, const char *client_id, rd_kafka_conf_t **conf_out,
                              struct error *error);
/* rd_kafka_conf_set() with an error text. */
MUST_CHECK int kafka_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *error);
/* For a client whose queue is not polled: librdkafka's threads log by themselves. */
MUST_CHECK int kafka_conf_log_at_once(rd_kafka_conf_t *conf, struct error *error);
/* For the events LOG and ERROR of any queue; returns true when the event was one of these (not destroyed). */
bool kafka_event_is_log(rd_kafka_event_t *event);

/* Ends a client without leaving its group (close it before) and waits for its threads, but not longer than timeout_ms:
 * librdkafka waits for ever when anything of the client is still held, so a thread does the waiting. False: it goes on
 * waiting in the background. */
bool kafka_destroy(rd_kafka_t *client, unsigned timeout_ms);

/* Wakes the loop when a queue is no longer empty. on_ready must read until it is empty, or call kafka_wakeup_again().
 */
struct kafka_wakeup;
struct kafka_wakeup *kafka_wakeup_new(uv_loop_t *loop, rd_kafka_queue_t *queue, void (*on_ready)(void *owner),
                                      void *owner);
void kafka_wakeup_again(struct kafka_wakeup *wakeup);
void kafka_wakeup_free(struct kafka_wakeup *wakeup); /* NULL-safe; before the queue is destroyed */
