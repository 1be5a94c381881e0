/* SPDX-License-Identifier: Apache-2.0 */
#include "api/webhook_input.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/domain/event_type.h"
#include "common/domain/header_policy.h"
#include "common/domain/retry_policy.h"

#define RATE_PER_SECOND_MAX  10000
#define RATE_CONCURRENCY_MAX 1000

/* A whole number of a range, or an error. */
static bool read_number(struct field_errors *errors, const char *path, const json_t *value, int64_t min, int64_t max,
                        int64_t *number_out)
{
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < min || number > max) {
        field_errors_add(errors, path, "has to be a whole number from %lld to %lld", (long long)min, (long long)max);
        return false;
    }
    *number_out = number;
    return true;
}

static void read_secret(struct field_errors *errors, json_t *value, struct secret *secret_out)
{
    struct error error = {0};
    if (json_is_null(value))
        return;
    if (!json_is_string(value))
        field_errors_add(errors, "secret", "has to be a text that starts with whsec_");
    else if (secret_parse(json_string_value(value), secret_out, &error) < 0)
        field_errors_add(errors, "secret", "%s", error.text);
}

/* ---- fields --------------------------------------------------------------------------------------------------------
 */

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return true;
    }
    return false;
}

static void apply_name(struct webhook_input *input, json_t *value)
{
    const char *name = json_is_null(value) ? "" : json_string_value(value);
    if (name == NULL)
        field_errors_add(&input->errors, "name", "has to be a text");
    else if (strlen(name) > WEBHOOK_NAME_BYTES_MAX)
        field_errors_add(&input->errors, "name", "has to be at most %d bytes long", WEBHOOK_NAME_BYTES_MAX);
    else if (has_control_character(name))
        field_errors_add(&input->errors, "name", "has to be without control characters");
    else
        (void)snprintf(input->webhook->name, sizeof input->webhook->name, "%s", name);
}

static void apply_url(struct webhook_input *input, json_t *value)
{
    struct url url;
    struct error error = {0};
    if (!json_is_string(value))
        field_errors_add(&input->errors, "url", "has to be a text, an https URL");
    else if (url_check(input->policy, json_string_value(value), &url, &error) < 0)
        field_errors_add(&input->errors, "url", "%s", error.text);
    else
        (void)snprintf(input->webhook->url, sizeof input->webhook->url, "%s", url.text);
}

/* Why a pattern is refused, or NULL. */
static const char *pattern_refusal(const struct webhook_input *input, const json_t *earlier, const json_t *value)
{
    const char *pattern = json_string_value(value);
    if (pattern == NULL || !event_pattern_is_valid(pattern, strlen(pattern)))
        return "has to be an event type such as escalation.created, a pattern such as escalation.*, or *";
    bool is_type = event_type_is_valid(pattern, strlen(pattern));
    if (is_type && !event_type_is_builtin(pattern, strlen(pattern)) &&
        json_object_get(input->custom_types, pattern) == NULL)
        return "is no event type here; GET /v1/event-types lists them";
    size_t i;
    const json_t *other;
    json_array_foreach(earlier, i, other) {
        if (json_equal(other, value))
            return "is listed twice";
    }
    return NULL;
}

static void apply_events(struct webhook_input *input, json_t *value)
{
    size_t i, count = json_array_size(value);
    if (!json_is_array(value) || count < 1 || count > WEBHOOK_PATTERNS_MAX) {
        field_errors_add(&input->errors, "events", "has to be a list of 1 to %d event types or patterns",
                         WEBHOOK_PATTERNS_MAX);
        return;
    }
    json_t *patterns = json_array(), *pattern;
    json_array_foreach(value, i, pattern) {
        char path[32];
        const char *refusal = pattern_refusal(input, patterns, pattern);
        (void)snprintf(path, sizeof path, "events/%zu", i);
        if (refusal != NULL)
            field_errors_add(&input->errors, path, "%s", refusal);
        else
            json_array_append(patterns, pattern);
    }
    json_decref(input->webhook->events);
    input->webhook->events = patterns;
}

/* true: enabled. false: disabled, unless it is paused already and so receives nothing. */
static void apply_enabled(struct webhook_input *input, json_t *value)
{
    struct stored_webhook *webhook = input->webhook;
    if (!json_is_boolean(value)) {
        field_errors_add(&input->errors, "enabled", "has to be true or false");
    } else if (json_is_true(value)) {
        webhook->state = WEBHOOK_ENABLED;
        webhook->state_reason[0] = '\0';
    } else if (webhook->state == WEBHOOK_ENABLED) {
        webhook->state = WEBHOOK_DISABLED;
        (void)snprintf(webhook->state_reason, sizeof webhook->state_reason, "disabled by a user");
    }
}

/* The stored header of that name in any case, or NULL. */
static const char *find_header(json_t *headers, const char *name)
{
    const char *stored;
    json_t *value;
    json_object_foreach(headers, stored, value) {
        if (strcasecmp(stored, name) == 0)
            return stored;
    }
    return NULL;
}

/* Puts one header in, or takes it out (null). The mask that reading shows leaves a stored value as it is. */
static void apply_header(struct webhook_input *input, json_t *merged, const char *name, json_t *value)
{
    char path[POINTER_PATH_BYTES];
    struct error error = {0};
    const char *stored = find_header(merged, name);
    const char *text = json_string_value(value);
    bool is_mask = text != NULL && strcmp(text, HEADER_VALUE_MASK) == 0 && header_value_is_secret(name);
    pointer_path("headers", name, path);
    if (json_is_null(value)) {
        if (stored != NULL)
            json_object_del(merged, stored);
    } else if (text == NULL) {
        field_errors_add(&input->errors, path, "has to be a text, or null to remove the header");
    } else if (is_mask && stored == NULL) {
        field_errors_add(&input->errors, path, "is the mask that reading shows; send the value itself");
    } else if (header_check(name, text, &error) < 0) {
        field_errors_add(&input->errors, path, "%s", error.text);
    } else if (!is_mask) {
        if (stored != NULL)
            json_object_del(merged, stored);
        json_object_set(merged, name, value);
    }
}

static void check_headers_size(struct webhook_input *input, json_t *headers)
{
    size_t bytes = 0;
    const char *name;
    json_t *value;
    json_object_foreach(headers, name, value)
        bytes += strlen(name) + json_string_length(value);
    if (json_object_size(headers) > HEADERS_MAX)
        field_errors_add(&input->errors, "headers", "may be at most %d", HEADERS_MAX);
    else if (bytes > HEADERS_BYTES_MAX)
        field_errors_add(&input->errors, "headers", "may have at most %d bytes together", HEADERS_BYTES_MAX);
}

/* Two spellings of one name in a request would overwrite one another without a word. */
static void check_header_names(struct webhook_input *input, json_t *value)
{
    const char *name;
    json_t *text;
    json_t *seen = json_object();
    json_object_foreach(value, name, text) {
        char path[POINTER_PATH_BYTES];
        if (find_header(seen, name) != NULL)
            field_errors_add(&input->errors, pointer_path("headers", name, path),
                             "is there twice; case makes no difference");
        json_object_set(seen, name, text);
    }
    json_decref(seen);
}

static void apply_headers(struct webhook_input *input, json_t *value)
{
    struct stored_webhook *webhook = input->webhook;
    if (json_is_null(value)) {
        json_object_clear(webhook->headers);
        return;
    }
    if (!json_is_object(value) || json_object_size(value) > (size_t)2 * HEADERS_MAX) {
        field_errors_add(&input->errors, "headers", "has to be an object of at most %d header names and texts",
                         HEADERS_MAX);
        return;
    }
    check_header_names(input, value);
    const char *name;
    json_t *text;
    json_object_foreach(value, name, text)
        apply_header(input, webhook->headers, name, text);
    check_headers_size(input, webhook->headers);
}

static void apply_timeout_ms(struct webhook_input *input, json_t *value)
{
    input->webhook->timeout_ms = json_is_null(value) ? WEBHOOK_TIMEOUT_MS_DEFAULT : input->webhook->timeout_ms;
    if (!json_is_null(value))
        read_number(&input->errors, "timeout_ms", value, WEBHOOK_TIMEOUT_MS_MIN, WEBHOOK_TIMEOUT_MS_MAX,
                    &input->webhook->timeout_ms);
}

static void check_delays(struct webhook_input *input, json_t *value)
{
    size_t i;
    json_t *delay;
    if (json_array_size(value) > RETRY_DELAYS_MAX)
        field_errors_add(&input->errors, "retry_schedule", "may have at most %d delays", RETRY_DELAYS_MAX);
    json_array_foreach(value, i, delay) {
        char path[48];
        int64_t seconds;
        (void)snprintf(path, sizeof path, "retry_schedule/%zu", i);
        read_number(&input->errors, path, delay, 1, RETRY_DELAY_S_MAX, &seconds);
    }
}

static void apply_retry_schedule(struct webhook_input *input, json_t *value)
{
    json_t *schedule = json_is_null(value) ? json_string("standard") : json_incref(value);
    if (json_is_array(schedule))
        check_delays(input, schedule);
    else if (!json_is_string(schedule) || retry_schedule_preset(json_string_value(schedule)) == NULL)
        field_errors_add(&input->errors, "retry_schedule",
                         "has to be \"standard\", \"fast\", or a list of up to %d delays in seconds", RETRY_DELAYS_MAX);
    json_decref(input->webhook->retry_schedule);
    input->webhook->retry_schedule = schedule;
}

/* null, or {"per_second", "concurrency"}, each a number or null for no limit. */
static void apply_rate_limit(struct webhook_input *input, json_t *value)
{
    struct stored_webhook *webhook = input->webhook;

    const struct {
        const char *name;
        int64_t max;
        int64_t *number;
    } members[] = {
        {"per_second",  RATE_PER_SECOND_MAX,  &webhook->rate_per_second },
        {"concurrency", RATE_CONCURRENCY_MAX, &webhook->rate_concurrency},
    };

    if (!json_is_null(value) && !json_is_object(value)) {
        field_errors_add(&input->errors, "rate_limit",
                         "has to be null or an object with per_second, concurrency or both");
        return;
    }
    size_t known_count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
        char path[POINTER_PATH_BYTES];
        json_t *member = json_object_get(value, members[i].name);
        known_count += member != NULL;
        if (json_is_null(value) || json_is_null(member))
            *members[i].number = 0;
        else if (member != NULL)
            read_number(&input->errors, pointer_path("rate_limit", members[i].name, path), member, 1, members[i].max,
                        members[i].number);
    }
    if (json_object_size(value) > known_count)
        field_errors_add(&input->errors, "rate_limit", "has only the fields per_second and concurrency");
}

static void apply_ordering(struct webhook_input *input, json_t *value)
{
    const char *text = json_is_null(value) ? "none" : json_string_value(value);
    if (text == NULL || (strcmp(text, "none") != 0 && strcmp(text, "key") != 0))
        field_errors_add(&input->errors, "ordering", "has to be \"none\" or \"key\"");
    else
        input->webhook->is_ordered = strcmp(text, "key") == 0;
}

static void apply_secret(struct webhook_input *input, json_t *value)
{
    if (!input->is_new)
        field_errors_add(&input->errors, "secret", "is changed with rotate-secret");
    else
        read_secret(&input->errors, value, &input->secret);
}

/* ---- the table -----------------------------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    void (*apply)(struct webhook_input *input, json_t *value); /* NULL: read only */
    bool is_needed;
} fields[] = {
    {"name",           apply_name,           false},
    {"url",            apply_url,            true },
    {"events",         apply_events,         true },
    {"enabled",        apply_enabled,        false},
    {"headers",        apply_headers,        false},
    {"timeout_ms",     apply_timeout_ms,     false},
    {"retry_schedule", apply_retry_schedule, false},
    {"rate_limit",     apply_rate_limit,     false},
    {"ordering",       apply_ordering,       false},
    {"secret",         apply_secret,         false},
    {"id",             NULL,                 false},
    {"state",          NULL,                 false},
    {"state_reason",   NULL,                 false},
    {"created_at",     NULL,                 false},
    {"updated_at",     NULL,                 false},
};

static void apply_field(struct webhook_input *input, const char *name, json_t *value)
{
    char path[POINTER_PATH_BYTES];
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
        if (strcmp(fields[i].name, name) != 0)
            continue;
        if (fields[i].apply != NULL)
            fields[i].apply(input, value);
        else
            field_errors_add(&input->errors, name, "is read only");
        return;
    }
    field_errors_add(&input->errors, pointer_path("", name, path), "is no field of a webhook");
}

void webhook_input_apply(struct webhook_input *input, json_t *body)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
        apply_field(input, name, value);
    for (size_t i = 0; i < ARRAY_LENGTH(fields) && input->is_new; i++) {
        if (fields[i].is_needed && json_object_get(body, fields[i].name) == NULL)
            field_errors_add(&input->errors, fields[i].name, "is needed");
    }
}

void webhook_input_deinit(struct webhook_input *input)
{
    secret_wipe(&input->secret);
    field_errors_deinit(&input->errors);
}

void rotation_input_read(json_t *body, struct rotation_input *input_out, struct field_errors *errors)
{
    const char *name;
    json_t *value;
    *input_out = (struct rotation_input){.overlap_seconds = OVERLAP_SECONDS_DEFAULT};
    json_object_foreach(body, name, value) {
        char path[POINTER_PATH_BYTES];
        if (strcmp(name, "secret") == 0)
            read_secret(errors, value, &input_out->secret);
        else if (strcmp(name, "overlap_seconds") != 0)
            field_errors_add(errors, pointer_path("", name, path), "is no field of a rotation");
        else if (!json_is_null(value))
            read_number(errors, "overlap_seconds", value, 0, OVERLAP_SECONDS_MAX, &input_out->overlap_seconds);
    }
}

bool header_value_is_secret(const char *name)
{
    static const char *const parts[] = {"auth",     "token",      "secret",    "key",
                                        "password", "credential", "signature", "session"};
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        if (strcasestr(name, parts[i]) != NULL)
            return true;
    }
    return false;
}
