/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/store/event_type_store.h"

#include "api/api.h"
#include "api/operations.h"
#include "api/page.h"
#include "api/webhook_input.h"
#include "api/webhook_json.h"

static void release_webhook(struct stored_webhook *webhook)
{
    stored_webhook_deinit(webhook);
}

/* ETag is the version, quoted. */
static void add_etag(struct call *call, const struct stored_webhook *webhook)
{
    call_add_header(call, "ETag: \"%lld\"", (long long)webhook->version);
}

/* Is the version among the entity tags of the If-Match header? Strong comparison (RFC 9110 section 13.1.1). */
static bool matches_etag(const char *header, int64_t version)
{
    char tag[32];
    int length = snprintf(tag, sizeof tag, "\"%lld\"", (long long)version);
    if (strcmp(header, "*") == 0)
        return true;
    for (const char *found = header; (found = strstr(found, tag)) != NULL; found += length) {
        bool is_weak = found - header >= 2 && memcmp(found - 2, "W/", 2) == 0;
        if (!is_weak)
            return true;
    }
    return false;
}

/* For a change: the webhook, which nobody else can change until the transaction ends. 0 or CALL_REFUSED: absent, or not
 * the version that If-Match names. */
static int load_for_change(struct call *call, struct stored_webhook *webhook_out, struct error *error)
{
    int outcome = webhook_store_lock(call->connection, error);
    if (outcome == 0)
        outcome = webhook_store_get(call->connection, call->token.org_id, CALL_ID(call), webhook_out, error);
    if (outcome == WEBHOOK_ABSENT)
        return call_refuse_webhook(call);
    if (outcome < 0)
        return outcome;
    const char *if_match = http_request_header(call->request, "If-Match");
    if (if_match == NULL || matches_etag(if_match, webhook_out->version))
        return 0;
    stored_webhook_deinit(webhook_out);
    return call_refuse(call, PROBLEM_PRECONDITION_FAILED,
                       "If-Match does not name the webhook's version; read it again");
}

/* ---- create, list, get, delete -------------------------------------------------------------------------------------
 */

/* Applies the body to the webhook. 0 or CALL_REFUSED. */
static int apply_body(struct call *call, struct webhook_input *input, struct error *error)
{
    json_t *custom_types = NULL;
    int outcome = 0;
    if (json_object_get(call->body, "events") != NULL)
        outcome = event_type_store_list(call->connection, &custom_types, error);
    if (outcome < 0)
        return outcome;
    input->policy = &call->api->policy;
    input->custom_types = custom_types;
    webhook_input_apply(input, call->body);
    json_decref(custom_types);
    return field_errors_count(&input->errors) == 0 ? 0 : call_refuse_fields(call, &input->errors);
}

static void make_secret(struct secret *secret_out)
{
    uint8_t bytes[SECRET_KEY_BYTES_MADE];
    random_bytes(bytes, sizeof bytes);
    secret_from_bytes(bytes, secret_out);
    explicit_bzero(bytes, sizeof bytes);
}

static int store_new(struct call *call, struct stored_webhook *webhook, const struct secret *secret,
                     struct error *error)
{
    int64_t webhooks_max = call->api->settings.webhooks_max;
    random_id("wh_", clock_wall_ms(), webhook->id);
    int outcome = webhook_store_lock(call->connection, error);
    if (outcome == 0)
        outcome = webhook_store_create(call->connection, call->token.org_id, webhook, webhooks_max, error);
    if (outcome == WEBHOOK_LIMIT_REACHED)
        return call_refuse(call, PROBLEM_WEBHOOK_LIMIT_REACHED, "the organization has the %lld webhooks it may have",
                           (long long)webhooks_max);
    if (outcome == 0)
        outcome = webhook_store_add_secret(call->connection, &call->api->keys, call->token.org_id, webhook->id, secret,
                                           error);
    if (outcome == 0)
        outcome = call_audit(call, "webhook.created", webhook->id, NULL, error);
    return outcome;
}

int webhook_create(struct call *call, struct error *error)
{
    CLEANUP(release_webhook) struct stored_webhook webhook;
    CLEANUP(webhook_input_deinit) struct webhook_input input = {.is_new = true, .webhook = &webhook};
    stored_webhook_init(&webhook);
    int outcome = apply_body(call, &input, error);
    if (outcome != 0)
        return outcome;
    if (input.secret.key_size == 0)
        make_secret(&input.secret);
    outcome = store_new(call, &webhook, &input.secret, error);
    if (outcome != 0)
        return outcome;
    add_etag(call, &webhook);
    call_add_header(call, "Location: /v1/webhooks/%s", webhook.id);
    return call_answer(call, 201, webhook_json(&webhook, input.secret.text));
}

static void add_to_page(void *owner, const struct stored_webhook *webhook)
{
    page_add(owner, webhook_json(webhook, NULL), webhook->created_micros, webhook->id);
}

int webhook_list(struct call *call, struct error *error)
{
    CLEANUP(page_deinit) struct page page;
    int outcome = page_init(&page, call, "webhooks");
    if (outcome == 0)
        outcome = webhook_store_list(call->connection, call->token.org_id, &page.after, page.limit + 1, add_to_page,
                                     &page, error);
    return outcome == 0 ? page_answer(&page, call) : outcome;
}

int webhook_get(struct call *call, struct error *error)
{
    CLEANUP(release_webhook) struct stored_webhook webhook = {0};
    int outcome = webhook_store_get(call->connection, call->token.org_id, CALL_ID(call), &webhook, error);
    if (outcome == WEBHOOK_ABSENT)
        return call_refuse_webhook(call);
    if (outcome < 0)
        return outcome;
    add_etag(call, &webhook);
    return call_answer(call, 200, webhook_json(&webhook, NULL));
}

int webhook_delete(struct call *call, struct error *error)
{
    CLEANUP(release_webhook) struct stored_webhook webhook = {0};
    int outcome = load_for_change(call, &webhook, error);
    if (outcome != 0)
        return outcome;
    outcome = webhook_store_delete(call->connection, call->token.org_id, webhook.id, error);
    if (outcome == WEBHOOK_ABSENT)
        return call_refuse_webhook(call);
    if (outcome == 0)
        outcome = call_audit(call, "webhook.deleted", webhook.id, NULL, error);
    return outcome == 0 ? call_answer_text(call, 204, NULL) : outcome;
}

/* ---- update and changes of state -----------------------------------------------------------------------------------
 */

/* Stores the changed webhook and answers with it. */
static int store_change(struct call *call, struct stored_webhook *webhook, const char *action, json_t *details,
                        struct error *error)
{
    int outcome = webhook_store_update(call->connection, call->token.org_id, webhook, error);
    if (outcome == 0)
        outcome = call_audit(call, action, webhook->id, json_incref(details), error);
    json_decref(details);
    if (outcome != 0)
        return outcome < 0 ? outcome : call_refuse_webhook(call);
    add_etag(call, webhook);
    return call_answer(call, 200, webhook_json(webhook, NULL));
}

/* {"fields": […]}: values may hold secrets. */
static json_t *changed_fields(json_t *body)
{
    json_t *names = json_array();
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
        json_array_append_new(names, json_string(name));
    return json_pack("{s:o}", "fields", names);
}

int webhook_update(struct call *call, struct error *error)
{
    CLEANUP(release_webhook) struct stored_webhook webhook = {0};
    CLEANUP(webhook_input_deinit) struct webhook_input input = {.webhook = &webhook};
    int outcome = load_for_change(call, &webhook, error);
    if (outcome == 0)
        outcome = apply_body(call, &input, error);
    return outcome == 0 ? store_change(call, &webhook, "webhook.updated", changed_fields(call->body), error) : outcome;
}

/* From any state but the forbidden one; where it already is, nothing changes. */
struct state_change {
    enum webhook_state to;
    bool is_refused_when_disabled;
    const char *reason;
    const char *action;
};

static int change_state(struct call *call, const struct state_change *change, struct error *error)
{
    CLEANUP(release_webhook) struct stored_webhook webhook = {0};
    if (json_object_size(call->body) > 0)
        return call_refuse(call, PROBLEM_INVALID_FIELDS, "this takes no fields");
    int outcome = load_for_change(call, &webhook, error);
    if (outcome != 0)
        return outcome;
    if (webhook.state == WEBHOOK_DISABLED && change->is_refused_when_disabled)
        return call_refuse(call, PROBLEM_WEBHOOK_DISABLED, "a disabled webhook is brought back with enable");
    if (webhook.state == change->to) {
        add_etag(call, &webhook);
        return call_answer(call, 200, webhook_json(&webhook, NULL));
    }
    json_t *details =
        json_pack("{s:s, s:s}", "from", webhook_state_text(webhook.state), "to", webhook_state_text(change->to));
    webhook.state = change->to;
    (void)snprintf(webhook.state_reason, sizeof webhook.state_reason, "%s", change->reason);
    return store_change(call, &webhook, change->action, details, error);
}

int webhook_pause(struct call *call, struct error *error)
{
    return change_state(call, &(struct state_change){WEBHOOK_PAUSED, true, "paused by a user", "webhook.paused"},
                        error);
}

int webhook_resume(struct call *call, struct error *error)
{
    return change_state(call, &(struct state_change){WEBHOOK_ENABLED, true, "", "webhook.resumed"}, error);
}

int webhook_enable(struct call *call, struct error *error)
{
    return change_state(call, &(struct state_change){WEBHOOK_ENABLED, false, "", "webhook.enabled"}, error);
}

/* ---- secrets -------------------------------------------------------------------------------------------------------
 */

static int store_rotation(struct call *call, const struct rotation_input *input, struct stored_webhook *webhook,
                          struct error *error)
{
    int outcome = load_for_change(call, webhook, error);
    if (outcome == 0)
        outcome = webhook_store_expire_secrets(call->connection, call->token.org_id, webhook->id,
                                               input->overlap_seconds, error);
    if (outcome == WEBHOOK_SECRETS_FULL)
        return call_refuse(call, PROBLEM_SECRET_LIMIT_REACHED,
                           "%d older secrets still sign; wait for one to expire or rotate with overlap_seconds 0",
                           SIGNATURE_SECRETS_MAX);
    if (outcome == 0)
        outcome = webhook_store_add_secret(call->connection, &call->api->keys, call->token.org_id, webhook->id,
                                           &input->secret, error);
    if (outcome == 0)
        outcome = call_audit(call, "webhook.secret_rotated", webhook->id,
                             json_pack("{s:I}", "overlap_seconds", (json_int_t)input->overlap_seconds), error);
    return outcome;
}

int webhook_rotate_secret(struct call *call, struct error *error)
{
    CLEANUP(release_webhook) struct stored_webhook webhook = {0};
    struct rotation_input input;
    struct field_errors errors = {0};
    rotation_input_read(call->body, &input, &errors);
    int outcome = field_errors_count(&errors) == 0 ? 0 : call_refuse_fields(call, &errors);
    field_errors_deinit(&errors);
    if (outcome == 0 && input.secret.key_size == 0)
        make_secret(&input.secret);
    if (outcome == 0)
        outcome = store_rotation(call, &input, &webhook, error);
    if (outcome == 0) {
        add_etag(call, &webhook);
        (void)call_answer(call, 200, webhook_json(&webhook, input.secret.text));
    }
    secret_wipe(&input.secret);
    return outcome;
}
