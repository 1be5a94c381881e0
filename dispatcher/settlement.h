#pragma once
/*
 * Makes the end of an attempt durable: its record on the attempts topic, and the record of where the delivery goes on
 * (retry, slow, dead). Only when Kafka has acknowledged all of it is the job over. Loop's thread.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <uv.h>

#include "common/domain/retry_policy.h"
#include "common/kafka/producer.h"

#include "dispatcher/job.h"

struct settlement;

struct settlement *settlement_new(uv_loop_t *loop, struct kafka_producer *producer, const char *topic_prefix);
void settlement_free(
    struct settlement *settlement); /* NULL-safe; what is unsent is lost for this process and read again */

/* An attempt ended, or a decision without a request was made. The strings of attempt are borrowed. The job is gone
 * afterwards or later. */
void settlement_finish(struct settlement *settlement, struct job *job, struct attempt *attempt,
                       const struct verdict *verdict);
/* The webhook is gone or disabled: a terminal row without a request. */
void settlement_cancel(struct settlement *settlement, struct job *job, const char *why);
/* Nothing was attempted: goes on in the slow lane, or in a retry topic after delay_ms, with the same number. */
void settlement_spill(struct settlement *settlement, struct job *job, const char *reason);
void settlement_defer(struct settlement *settlement, struct job *job, int64_t delay_ms, const char *reason);
/* Shutdown cut it on the wire: an aborted row, and again in 5 s with the same number. */
void settlement_abort(struct settlement *settlement, struct job *job, struct attempt *attempt);
/* A record that could not be understood goes to the dead topic; closes the reader's part of the source when
 * acknowledged. */
void settlement_bury(struct settlement *settlement, struct source *source, const char *reason, const char *detail);

size_t settlement_unsent_count(const struct settlement *settlement); /* waiting for room in the producer's queue */
