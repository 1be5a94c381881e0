/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/domain/delivery.h"
#include "common/domain/event_type.h"
#include "common/kafka/producer.h"
#include "common/kafka/record.h"
#include "common/kafka/topic.h"
#include "common/store/webhook_store.h"

#include "api/api.h"
#include "api/operations.h"
#include "api/test_event.h"

/* The type to show an example of: the one asked for, or the first one built in that the webhook subscribes to. */
static int choose_type(struct call *call, const struct stored_webhook *webhook, const char **type_out)
{
    struct field_errors errors = {0};
    const char *name;
    json_t *value, *pattern;
    size_t i;
    *type_out = event_type_name(EVENT_TYPE_EVENT_CREATED);
    json_array_foreach(webhook->events, i, pattern) {
        const char *text = json_string_value(pattern);
        if (text != NULL && event_type_is_builtin(text, strlen(text))) {
            *type_out = text;
            break;
        }
    }
    json_object_foreach(call->body, name, value) {
        char path[POINTER_PATH_BYTES];
        const char *text = json_string_value(value);
        if (strcmp(name, "event_type") != 0)
            field_errors_add(&errors, pointer_path("", name, path), "is no field of a test");
        else if (text != NULL && event_type_is_builtin(text, strlen(text)))
            *type_out = text;
        else if (!json_is_null(value))
            field_errors_add(&errors, name,
                             "has to be one of the built-in event types; GET /v1/event-types lists them");
    }
    int outcome = field_errors_count(&errors) == 0 ? 0 : call_refuse_fields(call, &errors);
    field_errors_deinit(&errors);
    return outcome;
}

static void describe_delivery(const struct call *call, const struct test_event *event, struct delivery *delivery_out)
{
    *delivery_out = (struct delivery){.accepted_ms = event->created_ms, .number = 1, .trigger = TRIGGER_TEST};
    delivery_id(event->id, event->webhook_id, delivery_out->id);
    (void)snprintf(delivery_out->webhook_id, sizeof delivery_out->webhook_id, "%s", event->webhook_id);
    (void)snprintf(delivery_out->event_id, sizeof delivery_out->event_id, "%s", event->id);
    (void)snprintf(delivery_out->event_type, sizeof delivery_out->event_type, "%s", EVENT_TYPE_TEST);
    (void)snprintf(delivery_out->org_id, sizeof delivery_out->org_id, "%s", call->token.org_id);
}

/* 0 or CALL_REFUSED. */
static int produce(struct call *call, const struct delivery *delivery, const char *envelope)
{
    struct api *api = call->api;
    char topic[TOPIC_BYTES_MAX + 1];
    struct record_scratch scratch;
    struct record record;
    struct error error = {0};
    const struct record_route route = {.topic = topic_name(api->kafka.topic_prefix, TOPIC_DIRECT, topic)};
    record_from_delivery(&route, delivery, envelope, strlen(envelope), &scratch, &record);
    int result = kafka_producer_send_wait(api->producer, &record, (int)api->settings.produce_timeout, &error);
    if (result == 0) {
        api_count(API_TESTS);
        return 0;
    }
    log_event(LOG_WARNING, "test_failed",
              LOG_FIELDS({"request_id", call->request->request_id}, {"webhook_id", delivery->webhook_id}),
              "test delivery was not accepted by Kafka: %s, answered with 503", error.text);
    return call_refuse(call, PROBLEM_KAFKA_UNAVAILABLE, "the test may not have been sent; try again");
}

int webhook_test(struct call *call, struct error *error)
{
    struct stored_webhook webhook;
    int outcome = webhook_store_get(call->connection, call->token.org_id, CALL_ID(call), &webhook, error);
    if (outcome == WEBHOOK_ABSENT)
        return call_refuse_webhook(call);
    if (outcome < 0)
        return outcome;
    char event_id[RANDOM_ID_BYTES];
    struct delivery delivery;
    struct test_event event = {.org_id = call->token.org_id, .webhook_id = webhook.id, .created_ms = clock_wall_ms()};
    event.id = random_id("evt_", event.created_ms, event_id);
    CLEANUP(free_pointer) char *envelope = NULL;
    outcome = choose_type(call, &webhook, &event.example_type);
    if (outcome == 0) {
        describe_delivery(call, &event, &delivery);
        envelope = test_event_json(&event);
        outcome = call_commit(call, error); /* the connection is not for waiting with */
    }
    stored_webhook_deinit(&webhook);
    if (outcome == 0)
        outcome = produce(call, &delivery, envelope);
    if (outcome != 0)
        return outcome;
    call_add_header(call, "Location: /v1/deliveries/%s", delivery.id);
    return call_answer(call, 202, json_pack("{s:s, s:s}", "delivery_id", delivery.id, "event_id", event_id));
}
