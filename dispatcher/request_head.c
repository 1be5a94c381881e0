/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/request_head.h"

#include <inttypes.h>
#include <string.h>

static void append_line(struct buffer *out, const char *name, const char *value)
{
    buffer_append_text(out, name);
    buffer_append(out, ": ", 2);
    buffer_append_text(out, value);
    buffer_append(out, "\r\n", 2);
}

void request_head_write(const struct webhook *webhook, const struct delivery *delivery, int64_t now_ms,
                        const void *body, size_t body_size, struct buffer *out)
{
    struct secret secrets[SIGNATURE_SECRETS_MAX];
    struct signature signature;
    size_t secret_count = webhook_secrets_at(webhook, now_ms, secrets);
    signature_make(secrets, secret_count, delivery->event_id, now_ms / 1000, body, body_size, &signature);
    explicit_bzero(secrets, sizeof secrets);

    for (size_t i = 0; i < webhook->header_count; i++)
        append_line(out, webhook->headers[i].name, webhook->headers[i].value);
    append_line(out, "Content-Type", "application/json");
    append_line(out, "User-Agent", "Keeptrusts-Webhooks/" KT_VERSION);
    append_line(out, "X-Keeptrusts-Event", delivery->event_type);
    append_line(out, "X-Keeptrusts-Delivery", delivery->id);
    buffer_append_format(out, "X-Keeptrusts-Attempt: %u\r\n", delivery->number);
    append_line(out, "X-Keeptrusts-Signature", signature.keeptrusts);
    append_line(out, "webhook-id", delivery->event_id);
    buffer_append_format(out, "webhook-timestamp: %" PRId64 "\r\n", now_ms / 1000);
    append_line(out, "webhook-signature", signature.standard);
    if (delivery->traceparent[0] != '\0')
        append_line(out, "traceparent", delivery->traceparent);
}

void request_head_describe(const struct webhook *webhook, const char *lines, size_t size, struct buffer *out)
{
    const struct url *url = &webhook->url;
    const char *end = lines + size;
    bool is_ipv6 = strchr(url->host, ':') != NULL;
    buffer_append_format(out, "POST %s HTTP/1.1\r\nHost: %s%s%s", url->target, is_ipv6 ? "[" : "", url->host,
                         is_ipv6 ? "]" : "");
    if (url->port != (url->is_https ? 443 : 80))
        buffer_append_format(out, ":%u", url->port);
    buffer_append(out, "\r\n", 2);
    for (size_t i = 0; i < webhook->header_count && lines != NULL; i++) {
        append_line(out, webhook->headers[i].name, "***");
        const char *line_end = memmem(lines, (size_t)(end - lines), "\r\n", 2);
        lines = line_end != NULL ? line_end + 2 : end;
    }
    buffer_append(out, lines, (size_t)(end - lines));
}
