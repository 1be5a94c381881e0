/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/webhook_fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/parse.h"
#include "common/domain/event_type.h"
#include "common/domain/header_policy.h"
#include "common/domain/retry_policy.h"
#include "common/domain/secret.h"
#include "common/domain/webhook.h"

#include "cli/input.h"
#include "cli/terminal.h"

#define RATE_MAX 10000

/* The next item of a list with commas between, without blanks around; false at the end. */
static bool next_item(const char **list, const char **item_out, size_t *length_out)
{
    if (*list == NULL)
        return false;
    const char *item = *list + strspn(*list, " ");
    size_t length = strcspn(item, ",");
    *list = item[length] == ',' ? item + length + 1 : NULL;
    while (length > 0 && item[length - 1] == ' ')
        length--;
    *item_out = item;
    *length_out = length;
    return true;
}

static int add_events(const char *list, json_t *fields, struct error *error)
{
    json_t *events = json_array();
    const char *item;
    size_t length;
    json_object_set_new(fields, "events", events);
    while (next_item(&list, &item, &length)) {
        if (!event_pattern_is_valid(item, length))
            return error_set(error, EINVAL,
                             "--events: \"%.*s\" is no event type; one looks like escalation.created, "
                             "escalation.* or *",
                             (int)length, item);
        json_array_append_new(events, json_stringn(item, length));
    }
    if (json_array_size(events) > WEBHOOK_PATTERNS_MAX)
        return error_set(error, EINVAL, "--events: more than %d types", WEBHOOK_PATTERNS_MAX);
    return 0;
}

/* "K: V"; without a value the header is taken out (null). */
static int add_header(const char *text, json_t *headers, struct error *error)
{
    char name[HEADER_NAME_BYTES_MAX + 1];
    const char *colon = strchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);
    if (length == 0 || length > HEADER_NAME_BYTES_MAX)
        return error_set(error, EINVAL, "--header: has to look like 'X-Team: security'");
    (void)snprintf(name, sizeof name, "%.*s", (int)length, text);
    const char *value = colon + 1 + strspn(colon + 1, " \t");
    if (json_object_get(headers, name) != NULL)
        return error_set(error, EINVAL, "--header: %s is given twice", name);
    if (value[0] != '\0' && header_check(name, value, error) < 0)
        return error_prefix(error, -EINVAL, "--header %s", name);
    if (!parse_is_utf8(text, strlen(text)))
        return error_set(error, EINVAL, "--header: %s is no UTF-8 text", name);
    json_object_set_new(headers, name, value[0] != '\0' ? json_string(value) : json_null());
    return 0;
}

static int add_headers(const struct call *call, json_t *fields, struct error *error)
{
    size_t position = 0;
    const char *text;
    if (!call_has(call, "header"))
        return 0;
    json_t *headers = json_object();
    json_object_set_new(fields, "headers", headers);
    while ((text = call_next_value(call, "header", &position)) != NULL) {
        int code = add_header(text, headers, error);
        if (code < 0)
            return code;
    }
    return 0;
}

static int add_timeout(const char *text, json_t *fields, struct error *error)
{
    int64_t timeout_ms;
    if (parse_duration_ms(text, strlen(text), &timeout_ms) < 0 || timeout_ms < WEBHOOK_TIMEOUT_MS_MIN ||
        timeout_ms > WEBHOOK_TIMEOUT_MS_MAX)
        return error_set(error, EINVAL, "--timeout: %s is not a time from 1s to 30s, like 15s or 1500ms", text);
    json_object_set_new(fields, "timeout_ms", json_integer(timeout_ms));
    return 0;
}

/* One delay: 5, 5s, 1m …; -EINVAL when it is none. */
static int parse_delay_s(const char *text, size_t length, int64_t *delay_s_out)
{
    int64_t delay;
    bool has_unit = length > 0 && (text[length - 1] < '0' || text[length - 1] > '9');
    int code = has_unit ? parse_duration_ms(text, length, &delay) : parse_int64(text, length, &delay);
    if (code < 0 || (has_unit && delay % 1000 != 0))
        return -EINVAL;
    *delay_s_out = has_unit ? delay / 1000 : delay;
    return *delay_s_out >= 1 && *delay_s_out <= RETRY_DELAY_S_MAX ? 0 : -EINVAL;
}

static int add_retry(const char *plan, json_t *fields, struct error *error)
{
    const char *item;
    size_t length;
    int64_t delay_s;
    if (retry_schedule_preset(plan) != NULL) {
        json_object_set_new(fields, "retry_schedule", json_string(plan));
        return 0;
    }
    json_t *delays = json_array();
    json_object_set_new(fields, "retry_schedule", delays);
    if (strcmp(plan, "none") == 0)
        return 0;
    while (next_item(&plan, &item, &length)) {
        if (parse_delay_s(item, length, &delay_s) < 0)
            return error_set(error, EINVAL,
                             "--retry: \"%.*s\" is not standard, fast, none or delays from 1s to 24h, like "
                             "5s,1m,1h",
                             (int)length, item);
        json_array_append_new(delays, json_integer(delay_s));
    }
    if (json_array_size(delays) > RETRY_DELAYS_MAX)
        return error_set(error, EINVAL, "--retry: more than %d delays", RETRY_DELAYS_MAX);
    return 0;
}

/* --rate-limit and --concurrency together make one object. */
static int add_limit(const struct call *call, const char *flag, const char *key, json_t *fields, struct error *error)
{
    int64_t number;
    const char *text = call_value(call, flag);
    if (text == NULL)
        return 0;
    json_t *limit = json_object_get(fields, "rate_limit");
    if (limit == NULL) {
        limit = json_object();
        json_object_set_new(fields, "rate_limit", limit);
    }
    if (strcmp(text, "none") == 0) {
        json_object_set_new(limit, key, json_null());
        return 0;
    }
    if (parse_int64(text, strlen(text), &number) < 0 || number < 1 || number > RATE_MAX)
        return error_set(error, EINVAL, "--%s: %s is not a number from 1 to %d, or none", flag, text, RATE_MAX);
    json_object_set_new(limit, key, json_integer(number));
    return 0;
}

static int add_text(const struct call *call, const char *flag, const char *key, json_t *fields, struct error *error)
{
    const char *text = call_value(call, flag);
    if (text == NULL)
        return 0;
    if (!parse_is_utf8(text, strlen(text)))
        return error_set(error, EINVAL, "--%s is no UTF-8 text", flag);
    json_object_set_new(fields, key, json_string(text));
    return 0;
}

static int add_ordering(const struct call *call, json_t *fields, struct error *error)
{
    const char *text = call_value(call, "ordering");
    if (text != NULL && strcmp(text, "none") != 0 && strcmp(text, "key") != 0)
        return error_set(error, EINVAL, "--ordering: %s is neither none nor key", text);
    return add_text(call, "ordering", "ordering", fields, error);
}

int webhook_fields_add(const struct call *call, json_t *fields, struct error *error)
{
    const char *events = call_value(call, "events"), *timeout = call_value(call, "timeout");
    const char *retry = call_value(call, "retry");
    int code = add_text(call, "url", "url", fields, error);
    if (code == 0 && events != NULL)
        code = add_events(events, fields, error);
    if (code == 0)
        code = add_text(call, "name", "name", fields, error);
    if (code == 0)
        code = add_headers(call, fields, error);
    if (code == 0 && timeout != NULL)
        code = add_timeout(timeout, fields, error);
    if (code == 0 && retry != NULL)
        code = add_retry(retry, fields, error);
    if (code == 0)
        code = add_limit(call, "rate-limit", "per_second", fields, error);
    if (code == 0)
        code = add_limit(call, "concurrency", "concurrency", fields, error);
    return code < 0 ? code : add_ordering(call, fields, error);
}

int secret_read(const char *path, struct secret *secret_out, struct error *error)
{
    CLEANUP(buffer_wipe) struct buffer file;
    buffer_init(&file, SECRET_TEXT_BYTES + 16);
    int code = input_read(path, &file, error);
    while (code == 0 && file.length > 0 && strchr("\r\n", file.bytes[file.length - 1]) != NULL)
        file.bytes[--file.length] = '\0';
    if (code == 0)
        code = secret_parse(file.bytes != NULL ? file.bytes : "", secret_out, error);
    if (code == 0 && input_is_shared(path))
        terminal_note("note: others may read %s; chmod 600 keeps the secret to you", path);
    return code < 0 ? error_prefix(error, code, "--secret-file") : 0;
}

int webhook_secret_add(const struct call *call, json_t *fields, struct error *error)
{
    const char *text = call_value(call, "secret"), *path = call_value(call, "secret-file");
    struct secret secret;
    if (text == NULL && path == NULL)
        return 0;
    if (text != NULL && path != NULL)
        return error_set(error, EINVAL, "--secret and --secret-file do not go together");
    if (text != NULL)
        terminal_note("note: --secret can be seen in the process list; --secret-file keeps it out of there");
    int code = path != NULL ? secret_read(path, &secret, error) : secret_parse(text, &secret, error);
    if (code < 0)
        return path != NULL ? code : error_prefix(error, code, "--secret");
    json_object_set_new(fields, "secret", json_string(secret.text));
    secret_wipe(&secret);
    return 0;
}
