/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/lane.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#include "dispatcher/endpoint.h"
#include "dispatcher/metrics.h"
#include "dispatcher/request_head.h"

#define TICK_MS             250
#define ENDPOINT_KEPT_MS    60000
#define SLOW_SPILL_DELAY_MS 30000
#define HANDOVER_DELAY_MS   5000

struct lane {
    bool is_slow;
    bool is_aborting;
    bool was_full;
    struct lane_limits limits;
    struct sender *sender;
    struct settlement *settlement;
    void (*has_room_again)(void *owner);
    void *owner;
    struct endpoint *endpoints; /* hash by webhook id */
    struct endpoint *ready;     /* with work and a free slot, in turn */
    size_t queued_count;
    size_t in_flight_count;
    struct buffer head; /* scratch */
    uv_timer_t tick;
};

static void pump(struct lane *lane);

/* ---- the line of an endpoint ---------------------------------------------------------------------------------------
 */

static void update_ready(struct lane *lane, struct endpoint *endpoint)
{
    bool is_ready = endpoint->queued_count > 0 && endpoint->in_flight_count < lane->limits.endpoint_in_flight_max;
    if (is_ready == endpoint->is_ready)
        return;
    endpoint->is_ready = is_ready;
    if (is_ready)
        DL_APPEND(lane->ready, endpoint);
    else
        DL_DELETE(lane->ready, endpoint);
}

static void enqueue(struct lane *lane, struct endpoint *endpoint, struct job *job)
{
    job_set_state(job, JOB_QUEUED);
    job->lane = lane;
    job->endpoint = endpoint;
    job->queued_at_ms = clock_monotonic_ms();
    DL_APPEND(endpoint->line, job);
    endpoint->queued_count++;
    lane->queued_count++;
    update_ready(lane, endpoint);
}

static void dequeue(struct lane *lane, struct job *job)
{
    struct endpoint *endpoint = job->endpoint;
    DL_DELETE(endpoint->line, job);
    endpoint->queued_count--;
    lane->queued_count--;
    update_ready(lane, endpoint);
}

/* The endpoint cannot keep up: elsewhere, with the same number. */
static void spill(struct lane *lane, struct job *job)
{
    if (lane->is_slow)
        settlement_defer(lane->settlement, job, SLOW_SPILL_DELAY_MS, "endpoint_full");
    else
        settlement_spill(lane->settlement, job, "endpoint_full");
}

/* ---- one attempt ---------------------------------------------------------------------------------------------------
 */

static enum trigger attempt_trigger(const struct delivery *delivery)
{
    return delivery->number > 1 ? TRIGGER_RETRY : delivery->trigger;
}

static void describe_attempt(struct lane *lane, struct job *job, const struct sender_response *response,
                             struct attempt *attempt)
{
    attempt->delivery = job->delivery;
    attempt->delivery.trigger = attempt_trigger(&job->delivery);
    attempt->error = response->error;
    attempt->code = response->code;
    attempt->started_ms = job->started_ms;
    attempt->timing = response->timing;
    (void)snprintf(attempt->detail, sizeof attempt->detail, "%s", response->detail);
    memcpy(attempt->remote_address, response->remote_address, sizeof attempt->remote_address);
    buffer_clear(&lane->head);
    request_head_describe(job->webhook, job->head, job->exchange.request.head_size, &lane->head);
    attempt->request_head = lane->head.bytes;
    attempt->request_head_size =
        lane->head.length < ATTEMPT_HEAD_BYTES_MAX ? lane->head.length : ATTEMPT_HEAD_BYTES_MAX;
    attempt->response_head = response->head;
    attempt->response_head_size = response->head_size;
    attempt->response_body = response->body;
    attempt->response_body_size = response->body_size;
    attempt->response_body_total_bytes = response->body_total_bytes;
}

/* A test is made once; everything else follows the webhook's schedule. */
static struct verdict decide(const struct job *job, const struct sender_response *response)
{
    static const struct retry_schedule once = {.count = 0};
    struct attempt_result result = {
        .error = response->error, .code = response->code, .retry_after_ms = response->retry_after_ms};
    const struct retry_schedule *schedule = job->delivery.trigger == TRIGGER_TEST ? &once : &job->webhook->schedule;
    return retry_decide(schedule, job->delivery.number, &result);
}

static void on_done(struct sender_exchange *exchange, const struct sender_response *response)
{
    struct job *job = CONTAINER_OF(exchange, struct job, exchange);
    struct lane *lane = job->lane;
    struct endpoint *endpoint = job->endpoint;
    struct attempt attempt = {0};

    lane->in_flight_count--;
    endpoint->in_flight_count--;
    endpoint_answered(endpoint, clock_monotonic_ms() - job->sent_at_ms);
    update_ready(lane, endpoint);
    observe_ms(DISPATCH_ATTEMPT_SECONDS, response->timing.total_ms);

    describe_attempt(lane, job, response, &attempt);
    if (lane->is_aborting && response->error == ERROR_CLASS_RESET) {
        settlement_abort(lane->settlement, job, &attempt);
    } else {
        struct verdict verdict = decide(job, response);
        if (verdict.disables_webhook)
            job->webhook->state = WEBHOOK_DISABLED; /* at once here; the recorder makes it last */
        settlement_finish(lane->settlement, job, &attempt, &verdict);
    }
    pump(lane);
}

static void start(struct lane *lane, struct job *job)
{
    const rd_kafka_message_t *message = job->source->message;
    struct sender_request *request = &job->exchange.request;
    job_set_state(job, JOB_SENDING);
    job->source->started_count++;
    job->sent_at_ms = clock_monotonic_ms();
    job->started_ms = clock_wall_ms();
    if (job->delivery.number == 1)
        observe_ms(DISPATCH_FIRST_DELAY_SECONDS, job->started_ms - job->delivery.accepted_ms);

    buffer_clear(&lane->head);
    request_head_write(job->webhook, &job->delivery, job->started_ms, message->payload, message->len, &lane->head);
    request->head_size = lane->head.length;
    request->head = job->head = alloc_text_n(lane->head.bytes, lane->head.length);
    request->url = &job->webhook->url;
    request->body = message->payload;
    request->body_size = message->len;
    request->timeout_ms = job->webhook->timeout_ms;
    request->connect_timeout_ms = lane->limits.connect_timeout_ms;
    job->exchange.done = on_done;
    job->endpoint->in_flight_count++;
    lane->in_flight_count++;
    sender_post(lane->sender, &job->exchange);
}

/* The webhook may have been disabled while the delivery stood in line; a test is sent all the same. */
static void start_or_cancel(struct lane *lane, struct job *job)
{
    struct endpoint *endpoint = job->endpoint;
    dequeue(lane, job);
    if (job->webhook->state == WEBHOOK_DISABLED && job->delivery.trigger != TRIGGER_TEST)
        settlement_cancel(lane->settlement, job, "the webhook is disabled");
    else
        start(lane, job);
    update_ready(lane, endpoint);
}

/* Each ready endpoint starts one, then it is the next one's turn. */
static void pump(struct lane *lane)
{
    while (lane->ready != NULL && lane->in_flight_count < lane->limits.in_flight_max) {
        struct endpoint *endpoint = lane->ready;
        DL_DELETE(lane->ready, endpoint);
        DL_APPEND(lane->ready, endpoint);
        start_or_cancel(lane, endpoint->line);
    }
    if (lane->was_full && lane->queued_count < lane->limits.queued_max / 2) {
        lane->was_full = false;
        lane->has_room_again(lane->owner);
    }
}

void lane_submit(struct lane *lane, struct job *job)
{
    struct endpoint *endpoint = endpoint_find_or_add(&lane->endpoints, job->delivery.webhook_id);
    size_t line_max = endpoint_line_max(endpoint, lane->limits.endpoint_in_flight_max, lane->limits.queue_wait_max_ms);
    endpoint->used_at_ms = clock_monotonic_ms();
    if (endpoint->queued_count >= line_max) {
        spill(lane, job);
        return;
    }
    enqueue(lane, endpoint, job);
    if (lane->queued_count >= lane->limits.queued_max)
        lane->was_full = true;
    pump(lane);
}

/* ---- time passes ---------------------------------------------------------------------------------------------------
 */

static void spill_overdue(struct lane *lane, struct endpoint *endpoint, uint64_t now_ms)
{
    while (endpoint->line != NULL && now_ms - endpoint->line->queued_at_ms > lane->limits.queue_wait_max_ms) {
        struct job *job = endpoint->line;
        dequeue(lane, job);
        spill(lane, job);
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct lane *lane = timer->data;
    struct endpoint *endpoint, *tmp;
    uint64_t now_ms = clock_monotonic_ms();
    HASH_ITER(hh, lane->endpoints, endpoint, tmp) {
        spill_overdue(lane, endpoint, now_ms);
        if (now_ms - endpoint->used_at_ms > ENDPOINT_KEPT_MS)
            endpoint_remove_if_idle(&lane->endpoints, endpoint);
    }
    pump(lane);
}

static void drop_or_defer(struct lane *lane, struct job *job)
{
    dequeue(lane, job);
    if (job->source->started_count > 0)
        settlement_defer(lane->settlement, job, HANDOVER_DELAY_MS, "handover");
    else
        job_free(job, false);
}

void lane_drop_queued(struct lane *lane, const struct kafka_partition *partition)
{
    struct endpoint *endpoint, *next;
    HASH_ITER(hh, lane->endpoints, endpoint, next) {
        struct job *job, *tmp;
        DL_FOREACH_SAFE(endpoint->line, job, tmp) {
            if (partition == NULL || job->source->partition == partition)
                drop_or_defer(lane, job);
        }
    }
}

void lane_start_aborting(struct lane *lane)
{
    lane->is_aborting = true;
}

/* ---- life ----------------------------------------------------------------------------------------------------------
 */

struct lane *lane_new(uv_loop_t *loop, bool is_slow, const struct lane_limits *limits, struct sender *sender,
                      struct settlement *settlement, void (*has_room_again)(void *owner), void *owner)
{
    struct lane *lane = ALLOC(struct lane);
    lane->is_slow = is_slow;
    lane->limits = *limits;
    lane->sender = sender;
    lane->settlement = settlement;
    lane->has_room_again = has_room_again;
    lane->owner = owner;
    buffer_init(&lane->head, 2 * REQUEST_HEAD_BYTES_MAX);
    (void)uv_timer_init(loop, &lane->tick);
    lane->tick.data = lane;
    (void)uv_timer_start(&lane->tick, on_tick, TICK_MS, TICK_MS);
    return lane;
}

static void on_closed(uv_handle_t *timer)
{
    free(timer->data);
}

void lane_free(struct lane *lane)
{
    struct endpoint *endpoint, *tmp;
    if (lane == NULL)
        return;
    HASH_ITER(hh, lane->endpoints, endpoint, tmp) {
        assert(endpoint->queued_count == 0 && endpoint->in_flight_count == 0);
        endpoint_remove_if_idle(&lane->endpoints, endpoint);
    }
    buffer_deinit(&lane->head);
    uv_close((uv_handle_t *)&lane->tick, on_closed);
}

bool lane_has_room(const struct lane *lane)
{
    return lane->queued_count < lane->limits.queued_max;
}

size_t lane_queued_count(const struct lane *lane)
{
    return lane->queued_count;
}

size_t lane_in_flight_count(const struct lane *lane)
{
    return lane->in_flight_count;
}
