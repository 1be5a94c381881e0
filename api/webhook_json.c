/* SPDX-License-Identifier: Apache-2.0 */
#include "api/webhook_json.h"

#include "api/render.h"
#include "api/webhook_input.h"

static json_t *masked_headers(json_t *headers)
{
    json_t *masked = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(headers, name, value) {
        if (header_value_is_secret(name))
            json_object_set_new(masked, name, json_string(HEADER_VALUE_MASK));
        else
            json_object_set(masked, name, value);
    }
    return masked;
}

static json_t *rate_limit(const struct stored_webhook *webhook)
{
    if (webhook->rate_per_second == 0 && webhook->rate_concurrency == 0)
        return json_null();
    return json_pack("{s:o, s:o}", "per_second", render_number(webhook->rate_per_second), "concurrency",
                     render_number(webhook->rate_concurrency));
}

json_t *webhook_json(const struct stored_webhook *webhook, const char *secret)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:O, s:b, s:s, s:o, s:o, s:I, s:O, s:o, s:s, s:o, s:o}", "id", webhook->id, "name",
        webhook->name, "url", webhook->url, "events", webhook->events, "enabled", webhook->state == WEBHOOK_ENABLED,
        "state", webhook_state_text(webhook->state), "state_reason", render_text(webhook->state_reason), "headers",
        masked_headers(webhook->headers), "timeout_ms", (json_int_t)webhook->timeout_ms, "retry_schedule",
        webhook->retry_schedule, "rate_limit", rate_limit(webhook), "ordering", webhook->is_ordered ? "key" : "none",
        "created_at", render_time(webhook->created_ms), "updated_at", render_time(webhook->updated_ms));
    if (secret != NULL)
        json_object_set_new(json, "secret", json_string(secret));
    return json;
}
