#pragma once
/*
 * An idempotent producer (acks=all) whose acknowledgements come back on the loop. One thread, except
 * kafka_producer_send_wait() and the three questions about its state. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/kafka/client.h"
#include "common/kafka/record.h"

#define KAFKA_PRODUCER_QUEUE_BYTES_MAX (64 * 1024 * 1024)
#define KAFKA_SEND_WAIT_MS_MAX         10000

struct kafka_producer;

/* Embedded in whatever waits for the acknowledgement; done is called exactly once for each accepted send, on the loop.
 */
struct kafka_ack {
    void (*done)(struct kafka_ack *ack, rd_kafka_resp_err_t result);
};

/* loop NULL: no loop; only kafka_producer_send_wait() may be used then, from any thread. */
MUST_CHECK int kafka_producer_new(const struct kafka_settings *settings, const char *client_id, uv_loop_t *loop,
                                  struct kafka_producer **producer_out, struct error *error);
/* Copies key, value and headers. -ENOBUFS: the queue is full, try again after an acknowledgement; other codes: this
 * record can never be sent (-EMSGSIZE too large, -ENOENT unknown topic, -EIO the producer is broken or closing). ack
 * may be NULL. Records fail only for reasons that do not heal: delivery time-out is infinite. */
MUST_CHECK int kafka_producer_send(struct kafka_producer *producer, const struct record *record, struct kafka_ack *ack,
                                   struct error *error);
/* Blocks until acknowledged or timeout_ms has passed: -ETIMEDOUT, and the record is purged or its fate unknown. With
 * KAFKA_SEND_WAIT_MS_MAX + 2000 ms or more the answer is final, except that a time-out of a record already on the wire
 * may still turn out to have arrived. */
MUST_CHECK int kafka_producer_send_wait(struct kafka_producer *producer, const struct record *record, int timeout_ms,
                                        struct error *error);

size_t kafka_producer_pending_count(const struct kafka_producer *producer); /* not yet acknowledged */
bool kafka_producer_is_fatal(const struct kafka_producer *producer);        /* stop reading, drain, exit with 1 */
/* A broker answered lately; for readiness and 503. Asking starts a new look when the last is a while ago. */
bool kafka_producer_is_connected(struct kafka_producer *producer);
/* Serves acknowledgements for at most timeout_ms; returns how many are still pending. For the end of a drain. */
size_t kafka_producer_flush(struct kafka_producer *producer, int timeout_ms);
void kafka_producer_free(struct kafka_producer *producer); /* NULL-safe; pending records get done(…, _PURGE_…) first */
