/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/intake.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/kafka/record.h"
#include "common/kafka/topic.h"

#include "dispatcher/metrics.h"
#include "dispatcher/source.h"

#define PAUSED_DELAY_MS   30000
#define UNKNOWN_DELAY_MS  1000
#define SNAPSHOT_SLACK_MS 2000 /* a webhook this much younger than the snapshot's last check is surely in it */

/* One event while its webhooks are looked for. */
struct matching {
    const struct intake *intake;
    struct source *source;
    struct delivery delivery;
    size_t job_count;
};

static int64_t message_ms(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, &type);
    return timestamp_ms > 0 ? timestamp_ms : clock_wall_ms();
}

static void set_text(char *target, size_t size, const char *text)
{
    (void)snprintf(target, size, "%s", text);
}

/* A webhook of the event's organization: a delivery if it subscribes. */
static void match(void *owner, struct webhook *webhook)
{
    struct matching *matching = owner;
    struct delivery *delivery = &matching->delivery;
    if (webhook->state == WEBHOOK_DISABLED || !webhook_subscribes(webhook, delivery->event_type))
        return;
    matching->job_count++;
    set_text(delivery->webhook_id, sizeof delivery->webhook_id, webhook->id);
    delivery_id(delivery->event_id, webhook->id, delivery->id);
    struct job *job = job_new(matching->source, webhook, delivery);
    if (webhook->state == WEBHOOK_PAUSED)
        settlement_defer(matching->intake->settlement, job, PAUSED_DELAY_MS, "paused");
    else
        lane_submit(matching->intake->lane, job);
}

static void take_event(const struct intake *intake, const char *cluster_id, const char *event_type,
                       struct source *source)
{
    const rd_kafka_message_t *message = source->message;
    struct matching matching = {.intake = intake, .source = source};
    struct delivery *delivery = &matching.delivery;
    struct event event;
    enum event_flaw flaw = EVENT_SOUND;
    struct error error = {0};
    if (event_from_message(message, cluster_id, event_type, &event, &flaw, &error) < 0) {
        settlement_bury(intake->settlement, source, event_flaw_text(flaw), error.text);
        return;
    }
    set_text(delivery->event_id, sizeof delivery->event_id, event.id);
    set_text(delivery->event_type, sizeof delivery->event_type, event.type);
    set_text(delivery->org_id, sizeof delivery->org_id, event.org_id);
    set_text(delivery->ordering_key, sizeof delivery->ordering_key, event.ordering_key);
    size_t trace_size = 0;
    const char *trace = message_header(message, "traceparent", &trace_size);
    if (trace != NULL && trace_size == TRACEPARENT_BYTES)
        memcpy(delivery->traceparent, trace, trace_size);
    set_text(delivery->origin.topic, sizeof delivery->origin.topic, rd_kafka_topic_name(message->rkt));
    delivery->origin.partition = message->partition;
    delivery->origin.offset = message->offset;
    delivery->accepted_ms = message_ms(message);
    delivery->number = 1;
    delivery->trigger = TRIGGER_EVENT;

    webhook_table_each(snapshot_table(intake->snapshot), event.org_id, match, &matching);
    if (matching.job_count == 0)
        count(DISPATCH_UNMATCHED);
    source_close(source, true);
}

/* A webhook that is not in the table may be so new that the table does not have it yet. */
static void take_for_unknown_webhook(const struct intake *intake, struct job *job)
{
    int64_t age_ms = snapshot_age_ms(intake->snapshot, clock_monotonic_ms());
    int64_t checked_ms = clock_wall_ms() - age_ms;
    if (age_ms < 0 || checked_ms < job->delivery.accepted_ms + SNAPSHOT_SLACK_MS)
        settlement_defer(intake->settlement, job, UNKNOWN_DELAY_MS, "webhook_unknown");
    else
        settlement_cancel(intake->settlement, job, "the webhook was deleted");
}

static void take_delivery(const struct intake *intake, struct source *source)
{
    struct delivery delivery;
    struct error error = {0};
    if (delivery_from_message(source->message, &delivery, NULL, NULL, &error) < 0) {
        settlement_bury(intake->settlement, source, "bad_headers", error.text);
        return;
    }
    struct webhook *webhook = webhook_table_find(snapshot_table(intake->snapshot), delivery.webhook_id);
    bool is_foreign = webhook != NULL && strcmp(webhook->org_id, delivery.org_id) != 0;
    if (is_foreign) {
        settlement_bury(intake->settlement, source, "wrong_org",
                        "the event and the webhook belong to different organizations");
        return;
    }
    struct job *job = job_new(source, webhook, &delivery);
    bool is_test = delivery.trigger == TRIGGER_TEST;
    if (webhook == NULL)
        take_for_unknown_webhook(intake, job);
    else if (webhook->state == WEBHOOK_DISABLED && !is_test)
        settlement_cancel(intake->settlement, job, "the webhook is disabled");
    else if (webhook->state == WEBHOOK_PAUSED && !is_test)
        settlement_defer(intake->settlement, job, PAUSED_DELAY_MS, "paused");
    else
        lane_submit(intake->lane, job);
    source_close(source, true);
}

void intake_take(const struct intake *intake, const char *cluster_id, struct kafka_partition *partition,
                 rd_kafka_message_t *message, uint64_t ticket)
{
    assert(snapshot_table(intake->snapshot) != NULL);
    struct source *source = source_new(partition, message, ticket);
    const char *event_type = topic_event_type(intake->topic_prefix, partition->topic);
    if (event_type != NULL)
        take_event(intake, cluster_id, event_type, source);
    else
        take_delivery(intake, source);
}
