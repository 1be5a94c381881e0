/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/settlement.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/domain/retry_tier.h"
#include "common/kafka/topic.h"

#include "dispatcher/metrics.h"

#define UNSENT_RETRY_MS        20
#define ABORTED_DELAY_MS       5000
#define BURIED_VALUE_BYTES_MAX (768 * 1024) /* the broker's limit for a whole record is 1 MiB */

struct settlement {
    struct kafka_producer *producer;
    char prefix[TOPIC_BYTES_MAX + 1];
    char attempts_topic[TOPIC_BYTES_MAX + 1];
    char dead_topic[TOPIC_BYTES_MAX + 1];
    char slow_topic[TOPIC_BYTES_MAX + 1];
    struct buffer scratch;
    uv_timer_t unsent_timer;
    struct job *unsent; /* jobs with a record that the producer had no room for */
    size_t unsent_count;
};

/* A dead record on its way. */
struct burial {
    struct kafka_ack ack;
    struct source *source;
};

static void on_unsent_timer(uv_timer_t *timer);

struct settlement *settlement_new(uv_loop_t *loop, struct kafka_producer *producer, const char *topic_prefix)
{
    struct settlement *settlement = ALLOC(struct settlement);
    settlement->producer = producer;
    (void)snprintf(settlement->prefix, sizeof settlement->prefix, "%s", topic_prefix);
    (void)topic_name(topic_prefix, TOPIC_ATTEMPTS, settlement->attempts_topic);
    (void)topic_name(topic_prefix, TOPIC_DEAD, settlement->dead_topic);
    (void)topic_name(topic_prefix, TOPIC_SLOW, settlement->slow_topic);
    buffer_init(&settlement->scratch, ATTEMPT_RECORD_BYTES_MAX);
    (void)uv_timer_init(loop, &settlement->unsent_timer);
    settlement->unsent_timer.data = settlement;
    return settlement;
}

static void on_closed(uv_handle_t *timer)
{
    free(timer->data);
}

void settlement_free(struct settlement *settlement)
{
    if (settlement == NULL)
        return;
    while (settlement->unsent != NULL) {
        struct job *job = settlement->unsent;
        DL_DELETE(settlement->unsent, job);
        job->pending_count = 0;
        job_free(job, false);
    }
    buffer_deinit(&settlement->scratch);
    uv_close((uv_handle_t *)&settlement->unsent_timer, on_closed);
}

size_t settlement_unsent_count(const struct settlement *settlement)
{
    return settlement->unsent_count;
}

/* ---- sending and acknowledgements ----------------------------------------------------------------------------------
 */

static void job_acked(struct job *job, rd_kafka_resp_err_t result)
{
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR && !job->has_failed) {
        job->has_failed = true;
        log_event(LOG_ERROR, "record_not_durable",
                  LOG_FIELDS({"delivery_id", job->delivery.id}, {"error", rd_kafka_err2name(result)}),
                  "an outcome could not be written to Kafka; its event will be read and attempted again");
    }
    assert(job->pending_count > 0);
    if (--job->pending_count == 0)
        job_free(job, !job->has_failed);
}

static void on_attempt_acked(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    job_acked(CONTAINER_OF(ack, struct job, attempt_ack), result);
}

static void on_hop_acked(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    job_acked(CONTAINER_OF(ack, struct job, hop_ack), result);
}

/* True when the record is with the producer or never will be; false when there was no room. */
static bool send_record(struct settlement *settlement, struct job *job, const struct record *record,
                        struct kafka_ack *ack)
{
    struct error error = {0};
    int code = kafka_producer_send(settlement->producer, record, ack, &error);
    if (code == -ENOBUFS)
        return false;
    if (code < 0) {
        log_event(LOG_ERROR, "record_refused", LOG_FIELDS({"delivery_id", job->delivery.id}, {"topic", record->topic}),
                  "a record cannot be sent: %s; its event will be read and attempted again", error.text);
        job->has_failed = true;
        job->pending_count--;
    }
    return true;
}

static bool send_attempt(struct settlement *settlement, struct job *job, const char *json, size_t size)
{
    struct record record = {.topic = settlement->attempts_topic,
                            .key = job->delivery.webhook_id,
                            .key_size = strlen(job->delivery.webhook_id),
                            .value = json,
                            .value_size = size};
    job->attempt_ack.done = on_attempt_acked;
    return send_record(settlement, job, &record, &job->attempt_ack);
}

static bool send_hop(struct settlement *settlement, struct job *job)
{
    struct record record;
    struct record_scratch scratch;
    const rd_kafka_message_t *message = job->source->message;
    const struct record_route route = {.topic = job->hop.topic,
                                       .reason = job->hop.reason,
                                       .left_ms = job->hop.left_ms,
                                       .jitter_ms = job->hop.jitter_ms};
    record_from_delivery(&route, &job->next_delivery, message->payload, message->len, &scratch, &record);
    job->hop_ack.done = on_hop_acked;
    return send_record(settlement, job, &record, &job->hop_ack);
}

static void wait_for_room(struct settlement *settlement, struct job *job)
{
    DL_APPEND(settlement->unsent, job);
    settlement->unsent_count++;
    if (!uv_is_active((uv_handle_t *)&settlement->unsent_timer))
        (void)uv_timer_start(&settlement->unsent_timer, on_unsent_timer, UNSENT_RETRY_MS, UNSENT_RETRY_MS);
}

/* pending_count counts the records of the job plus one for this function, so that no early end frees it underneath. */
static void send_records(struct settlement *settlement, struct job *job, const char *attempt_json, size_t attempt_size)
{
    bool has_room = true;
    if (job->has_hop_to_send) {
        has_room = send_hop(settlement, job);
        job->has_hop_to_send = !has_room;
    }
    if (attempt_size > 0 && (!has_room || !send_attempt(settlement, job, attempt_json, attempt_size))) {
        has_room = false;
        if (job->unsent_attempt == NULL) {
            job->unsent_attempt = alloc_copy(attempt_json, attempt_size);
            job->unsent_attempt_size = attempt_size;
        }
    } else {
        job->unsent_attempt_size = 0;
    }
    if (!has_room)
        wait_for_room(settlement, job);
    else if (--job->pending_count == 0)
        job_free(job, !job->has_failed);
}

static void on_unsent_timer(uv_timer_t *timer)
{
    struct settlement *settlement = timer->data;
    struct job *waiting = settlement->unsent;
    settlement->unsent = NULL;
    settlement->unsent_count = 0;
    while (waiting != NULL) {
        struct job *job = waiting;
        DL_DELETE(waiting, job);
        send_records(settlement, job, job->unsent_attempt, job->unsent_attempt_size);
    }
    if (settlement->unsent == NULL)
        (void)uv_timer_stop(timer);
}

/* attempt NULL: only the hop. */
static void settle(struct settlement *settlement, struct job *job, struct attempt *attempt)
{
    job_set_state(job, JOB_SETTLING);
    job->source->started_count++;
    job->has_hop_to_send = job->hop.topic[0] != '\0';
    job->pending_count = 1U + (job->has_hop_to_send ? 1U : 0U) + (attempt != NULL ? 1U : 0U);
    buffer_clear(&settlement->scratch);
    if (attempt != NULL) {
        (void)snprintf(attempt->next_topic, sizeof attempt->next_topic, "%s", job->hop.topic);
        attempt_encode(attempt, &settlement->scratch);
        assert(!settlement->scratch.is_overflowed);
    }
    send_records(settlement, job, settlement->scratch.bytes, settlement->scratch.length);
}

/* ---- where a delivery goes on --------------------------------------------------------------------------------------
 */

static void set_reason(struct job *job, const char *reason)
{
    (void)snprintf(job->hop.reason, sizeof job->hop.reason, "%s", reason);
}

static void go_to_retry(struct settlement *settlement, struct job *job, unsigned number, int64_t delay_ms,
                        const char *reason)
{
    int64_t planned_ms = retry_plan_round_ms(delay_ms > 0 ? delay_ms : 1);
    enum retry_tier tier = retry_plan_next(planned_ms, &job->hop.left_ms);
    uint64_t random;
    random_bytes(&random, sizeof random);
    job->hop.jitter_ms = retry_jitter_ms(delay_ms, random);
    (void)topic_for_retry(settlement->prefix, tier, job->hop.topic);
    set_reason(job, reason);
    job->next_delivery = job->delivery;
    job->next_delivery.number = number;
    job->next_delivery.due_ms = clock_wall_ms() + planned_ms + job->hop.jitter_ms;
}

static void go_to(struct job *job, const char *topic, const char *reason)
{
    (void)snprintf(job->hop.topic, sizeof job->hop.topic, "%s", topic);
    set_reason(job, reason);
    job->next_delivery = job->delivery;
}

void settlement_finish(struct settlement *settlement, struct job *job, struct attempt *attempt,
                       const struct verdict *verdict)
{
    attempt->outcome = verdict->outcome;
    attempt->disables_webhook = verdict->disables_webhook;
    if (verdict->outcome == OUTCOME_RETRYING) {
        go_to_retry(settlement, job, job->delivery.number + 1, verdict->delay_ms, error_class_text(attempt->error));
        attempt->next_attempt_ms = job->next_delivery.due_ms;
    } else if (verdict->outcome != OUTCOME_DELIVERED && job->delivery.trigger != TRIGGER_TEST) {
        go_to(job, settlement->dead_topic, outcome_text(verdict->outcome));
    }
    count_attempt(attempt->outcome, attempt->error);
    settle(settlement, job, attempt);
}

void settlement_cancel(struct settlement *settlement, struct job *job, const char *why)
{
    struct attempt attempt = {.delivery = job->delivery, .outcome = OUTCOME_CANCELLED, .started_ms = clock_wall_ms()};
    (void)snprintf(attempt.detail, sizeof attempt.detail, "%s", why);
    count_attempt(OUTCOME_CANCELLED, ERROR_CLASS_NONE);
    settle(settlement, job, &attempt);
}

void settlement_spill(struct settlement *settlement, struct job *job, const char *reason)
{
    go_to(job, settlement->slow_topic, reason);
    count(DISPATCH_SPILLED_SLOW);
    settle(settlement, job, NULL);
}

void settlement_defer(struct settlement *settlement, struct job *job, int64_t delay_ms, const char *reason)
{
    go_to_retry(settlement, job, job->delivery.number, delay_ms, reason);
    count(DISPATCH_SPILLED_RETRY);
    settle(settlement, job, NULL);
}

void settlement_abort(struct settlement *settlement, struct job *job, struct attempt *attempt)
{
    attempt->outcome = OUTCOME_ABORTED;
    go_to_retry(settlement, job, job->delivery.number, ABORTED_DELAY_MS, "aborted");
    attempt->next_attempt_ms = job->next_delivery.due_ms;
    count_attempt(attempt->outcome, attempt->error);
    settle(settlement, job, attempt);
}

/* ---- records that could not be understood --------------------------------------------------------------------------
 */

static void on_buried(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    struct burial *burial = CONTAINER_OF(ack, struct burial, ack);
    source_close(burial->source, result == RD_KAFKA_RESP_ERR_NO_ERROR);
    free(burial);
}

void settlement_bury(struct settlement *settlement, struct source *source, const char *reason, const char *detail)
{
    struct record record;
    struct record_scratch scratch;
    struct error error = {0};
    struct burial *burial = ALLOC(struct burial);
    burial->ack.done = on_buried;
    burial->source = source;
    record_from_unreadable(settlement->dead_topic, source->message, reason, detail, &scratch, &record);
    if (record.value_size > BURIED_VALUE_BYTES_MAX)
        record.value_size = BURIED_VALUE_BYTES_MAX;
    count(DISPATCH_UNREADABLE);
    log_event(LOG_WARNING, "record_unreadable",
              LOG_FIELDS({"topic", rd_kafka_topic_name(source->message->rkt)}, {"reason", reason}, {"error", detail}),
              "a record of partition %d at offset %lld could not be understood; it goes to the dead topic",
              source->message->partition, (long long)source->message->offset);
    int code = kafka_producer_send(settlement->producer, &record, &burial->ack, &error);
    while (code == -ENOBUFS) { /* rare, and nothing else may overtake it: wait for room */
        (void)kafka_producer_flush(settlement->producer, UNSENT_RETRY_MS);
        code = kafka_producer_send(settlement->producer, &record, &burial->ack, &error);
    }
    if (code < 0) {
        log_error("dead_record_refused", "a dead record cannot be sent: %s; it is skipped", error.text);
        on_buried(&burial->ack, RD_KAFKA_RESP_ERR_NO_ERROR);
    }
}
