/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/buffer.h"
#include "common/base/log.h"
#include "common/store/history_store.h"
#include "common/store/webhook_store.h"

#include "api/api.h"
#include "api/delivery_json.h"
#include "api/operations.h"
#include "api/page.h"
#include "api/payload.h"

#define ANSWER_BYTES_MAX \
    ((size_t)64 * 1024 * 1024) /* HISTORY_ATTEMPTS_MAX attempts with their heads and bodies, and a payload */

static void add_to_page(void *owner, const struct stored_delivery *delivery)
{
    page_add(owner, delivery_json(delivery, json_integer(delivery->attempt_count)), delivery->accepted_ms * 1000,
             delivery->id);
}

int delivery_list(struct call *call, struct error *error)
{
    char list[CURSOR_LIST_BYTES_MAX + 1];
    struct stored_webhook webhook;
    int outcome = webhook_store_get(call->connection, call->token.org_id, CALL_ID(call), &webhook, error);
    if (outcome != 0)
        return outcome < 0 ? outcome : call_refuse_webhook(call);
    CLEANUP(page_deinit) struct page page;
    (void)snprintf(list, sizeof list, "deliveries:%s", webhook.id);
    stored_webhook_deinit(&webhook);
    outcome = page_init(&page, call, list);
    if (outcome == 0)
        outcome = history_store_list(call->connection, call->token.org_id, CALL_ID(call), &page.after, page.limit + 1,
                                     add_to_page, &page, error);
    return outcome == 0 ? page_answer(&page, call) : outcome;
}

/* ---- one delivery --------------------------------------------------------------------------------------------------
 */

static void add_attempt(void *owner, const struct attempt *attempt)
{
    json_array_append_new(owner, attempt_json(attempt));
}

/* The payload's bytes, or NULL and why not. */
static char *read_payload(struct call *call, const struct stored_delivery *delivery, const char **reason_out)
{
    struct payload_wanted wanted = {&delivery->origin, delivery->event_id, call->token.org_id};
    struct error error = {0};
    char *payload = NULL;
    int outcome = payload_read(call->api->payloads, &wanted, &payload, &error);
    api_count(outcome == 0 ? API_PAYLOADS_READ : outcome > 0 ? API_PAYLOADS_GONE : API_PAYLOADS_FAILED);
    if (outcome < 0)
        log_event(LOG_WARNING, "payload_not_read",
                  LOG_FIELDS({"request_id", call->request->request_id}, {"delivery_id", delivery->id}),
                  "payload could not be read: %s, answered without it", error.text);
    *reason_out = outcome == 0                    ? NULL
                  : outcome == PAYLOAD_GONE       ? "gone"
                  : outcome == PAYLOAD_UNREADABLE ? "unreadable"
                                                  : "unavailable";
    return payload;
}

/* The payload goes in byte for byte (it was parsed when it came), so it is written behind the rest. Takes json. */
static int answer_with_payload(struct call *call, json_t *json, const char *payload)
{
    CLEANUP(free_pointer) char *head = json_dumps(json, JSON_COMPACT);
    struct buffer answer;
    json_decref(json);
    buffer_init(&answer, ANSWER_BYTES_MAX);
    buffer_append(&answer, head, strlen(head) - 1); /* without the closing brace */
    buffer_append_text(&answer, ",\"payload\":");
    buffer_append_text(&answer, payload != NULL ? payload : "null");
    buffer_append_char(&answer, '}');
    return call_answer_text(call, 200, buffer_take(&answer));
}

int delivery_get(struct call *call, struct error *error)
{
    struct stored_delivery delivery;
    json_t *attempts = json_array();
    int outcome = history_store_get(call->connection, call->token.org_id, CALL_ID(call), &delivery, error);
    if (outcome == HISTORY_ABSENT)
        outcome = call_refuse(call, PROBLEM_NOT_FOUND,
                              "there is no delivery with this id, or its first attempt is still to come");
    else if (outcome == 0)
        outcome = history_store_attempts(call->connection, call->token.org_id, &delivery, add_attempt, attempts, error);
    if (outcome == 0)
        outcome = call_commit(call, error); /* Kafka may take its time */
    if (outcome != 0) {
        json_decref(attempts);
        return outcome;
    }
    const char *reason;
    CLEANUP(free_pointer) char *payload = read_payload(call, &delivery, &reason);
    json_t *json = delivery_json(&delivery, attempts);
    json_object_set_new(json, "payload_reason", reason == NULL ? json_null() : json_string(reason));
    return answer_with_payload(call, json, payload);
}
