#pragma once
/*
 * POST /v1/events: a request becomes a batch of events, is kept until Kafka has acknowledged each of them, and is
 * answered then, or when its time is up. A request that was answered too early stays until its last acknowledgement, so
 * that what is under way stays bounded. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "common/http/server.h"
#include "common/store/token.h"

#include "producer/publisher.h"

#define INTAKE_REQUEST_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define INTAKE_EVENT_COST_BYTES  256 /* what an event takes while it is under way, besides its own bytes */

struct intake;

struct intake_settings { /* everything borrowed */
    struct publisher *publisher;
    const struct token_cache *tokens;
    const struct settings_list *extra_types;
    uint64_t ack_timeout_ms;
    size_t in_flight_bytes_max;
};

struct intake *intake_new(const struct intake_settings *settings, uv_loop_t *loop);
void intake_refuse_new(struct intake *intake);            /* drain: answers 503 from now on */
void intake_answer_all(struct intake *intake);            /* what waits is answered with what is known now */
size_t intake_waiting_count(const struct intake *intake); /* requests not answered yet */
size_t intake_in_flight_bytes(
    const struct intake *intake); /* of events not acknowledged yet, as INTAKE_EVENT_COST_BYTES says */
/* NULL-safe. After everything was answered and the Kafka producer is freed: until then acknowledgements lead here. */
void intake_free(struct intake *intake);

/* The route's handler; owner is the intake. */
void intake_handle(void *owner, struct http_request *request);
