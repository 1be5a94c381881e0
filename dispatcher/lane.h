#pragma once
/*
 * A lane: endpoints with deliveries in line, and the slots for requests on the wire. Endpoints with work take turns;
 * one that is too far behind spills, so that it never holds up a partition. The main lane spills to the slow topic, the
 * slow lane to a retry topic. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/http/sender.h"

#include "dispatcher/job.h"
#include "dispatcher/settlement.h"

struct lane_limits {
    size_t in_flight_max;
    size_t endpoint_in_flight_max;
    size_t queued_max;
    uint64_t queue_wait_max_ms;
    uint32_t connect_timeout_ms;
};

struct lane;

/* has_room_again is called when the lane was full and no longer is. */
struct lane *lane_new(uv_loop_t *loop, bool is_slow, const struct lane_limits *limits, struct sender *sender,
                      struct settlement *settlement, void (*has_room_again)(void *owner), void *owner);
void lane_free(struct lane *lane); /* NULL-safe; nothing queued, nothing in flight */

bool lane_has_room(const struct lane *lane);
void lane_submit(struct lane *lane, struct job *job); /* takes the job */

/* Forgets what waits in line and was not seen by anybody: of one partition, or of all (NULL). Deliveries whose event
 * has others on the wire or done are deferred instead, so that the event can settle. */
void lane_drop_queued(struct lane *lane, const struct kafka_partition *partition);
/* From now on an attempt that the sender aborts is made again, and uses up no number. */
void lane_start_aborting(struct lane *lane);

size_t lane_queued_count(const struct lane *lane);
size_t lane_in_flight_count(const struct lane *lane);
