/* SPDX-License-Identifier: Apache-2.0 */
#include "api/delivery_json.h"

#include "common/base/alloc.h"
#include "common/base/encoding.h"
#include "common/base/parse.h"

#include "api/render.h"

json_t *delivery_json(const struct stored_delivery *delivery, json_t *attempts)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "id", delivery->id, "webhook_id",
                     delivery->webhook_id, "event_id", delivery->event_id, "event_type", delivery->event_type, "status",
                     outcome_status(delivery->outcome), "attempts", attempts, "code", render_number(delivery->code),
                     "error", render_text(delivery->error), "trigger", delivery->trigger, "created_at",
                     render_time(delivery->accepted_ms), "last_attempt_at", render_time(delivery->started_ms),
                     "next_attempt_at", render_time(delivery->next_attempt_ms));
}

static json_t *request_json(const struct attempt *attempt)
{
    json_t *line, *headers;
    if (attempt->request_head_size == 0)
        return json_null();
    headers = render_head(attempt->request_head, attempt->request_head_size, &line);
    return json_pack("{s:o, s:o}", "line", line, "headers", headers);
}

/* What is no UTF-8 is shown in base64. */
static json_t *body_json(const struct attempt *attempt)
{
    const char *body = attempt->response_body;
    size_t size = attempt->response_body_size;
    if (size == 0)
        return json_string("");
    if (parse_is_utf8(body, size))
        return json_stringn(body, size);
    CLEANUP(free_pointer) char *base64 = alloc_bytes(BASE64_BYTES(size));
    return json_stringn(base64, base64_encode(body, size, base64));
}

static json_t *response_json(const struct attempt *attempt)
{
    json_t *line, *headers;
    if (attempt->response_head_size == 0)
        return json_null();
    headers = render_head(attempt->response_head, attempt->response_head_size, &line);
    bool is_text = parse_is_utf8(attempt->response_body, attempt->response_body_size);
    return json_pack("{s:o, s:o, s:o, s:o, s:s, s:I}", "code", render_number(attempt->code), "line", line, "headers",
                     headers, "body", body_json(attempt), "body_encoding", is_text ? "utf-8" : "base64", "body_bytes",
                     (json_int_t)attempt->response_body_total_bytes);
}

json_t *attempt_json(const struct attempt *attempt)
{
    const struct timing *timing = &attempt->timing;
    json_t *timing_ms = json_pack("{s:I, s:I, s:I, s:I, s:I}", "dns", (json_int_t)timing->dns_ms, "connect",
                                  (json_int_t)timing->connect_ms, "tls", (json_int_t)timing->tls_ms, "first_byte",
                                  (json_int_t)timing->first_byte_ms, "total", (json_int_t)timing->total_ms);
    return json_pack("{s:I, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "number",
                     (json_int_t)attempt->delivery.number, "series", (json_int_t)attempt->delivery.series, "trigger",
                     trigger_text(attempt->delivery.trigger), "outcome", outcome_text(attempt->outcome), "fault",
                     render_text(fault_text(error_class_fault(attempt->error))), "error",
                     render_text(error_class_text(attempt->error)), "detail", render_text(attempt->detail), "code",
                     render_number(attempt->code), "started_at", render_time(attempt->started_ms), "next_attempt_at",
                     render_time(attempt->next_attempt_ms), "remote_address", render_text(attempt->remote_address),
                     "timing_ms", timing_ms, "request", request_json(attempt), "response", response_json(attempt));
}
