/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/admission.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/delivery.h"

static bool is_known(const struct settings_list *extra_types, const char *type)
{
    if (event_type_is_builtin(type, strlen(type)))
        return true;
    for (size_t i = 0; i < extra_types->count; i++) {
        if (strcmp(extra_types->items[i], type) == 0)
            return true;
    }
    return false;
}

static int refuse_type(const struct settings_list *extra_types, const char *type, struct error *reason)
{
    CLEANUP(buffer_deinit) struct buffer known;
    buffer_init(&known, ERROR_TEXT_BYTES);
    for (int i = 0; i < EVENT_TYPE_COUNT; i++)
        buffer_append_format(&known, "%s%s", i > 0 ? ", " : "", event_type_name((enum event_type)i));
    for (size_t i = 0; i < extra_types->count; i++)
        buffer_append_format(&known, ", %s", extra_types->items[i]);
    (void)error_set(reason, EINVAL, "the event type %s is not known; known are %s", type, known.bytes);
    return PROBLEM_UNKNOWN_TYPE;
}

int admission_check(const struct admission_rules *rules, const char *json, size_t length, struct event *event_out,
                    struct error *reason)
{
    enum event_flaw flaw = EVENT_SOUND;
    if (event_parse(json, length, event_out, &flaw, reason) < 0)
        return (int)problem_of_flaw(flaw);
    if (!is_known(rules->extra_types, event_out->type))
        return refuse_type(rules->extra_types, event_out->type, reason);
    if (event_out->org_id[0] == '\0' && rules->org_id == NULL) {
        (void)error_set(reason, EINVAL, "org_id is missing, and no organization was given for events without one");
        return PROBLEM_NO_ORG;
    }
    if (rules->is_org_binding && event_out->org_id[0] != '\0' && strcmp(event_out->org_id, rules->org_id) != 0) {
        (void)error_set(reason, EACCES, "org_id is %s, but the token belongs to %s", event_out->org_id, rules->org_id);
        return PROBLEM_WRONG_ORG;
    }
    return 0;
}

int admission_complete(const struct admission_rules *rules, const char *json, size_t length, const char *fresh_id,
                       int64_t now_ms, struct event *event, struct buffer *envelope, struct error *reason)
{
    const struct event parsed = *event;
    if (event->id[0] == '\0')
        (void)snprintf(event->id, sizeof event->id, "%s", fresh_id);
    if (event->org_id[0] == '\0')
        (void)snprintf(event->org_id, sizeof event->org_id, "%s", rules->org_id);
    if (!event->has_created_at)
        event->created_ms = now_ms;
    size_t size_before = envelope->length;
    event_complete(json, length, &parsed, event, envelope);
    if (!envelope->is_overflowed && envelope->length - size_before <= EVENT_BYTES_MAX)
        return 0;
    (void)error_set(reason, EMSGSIZE, "with id, created_at and org_id filled in the event is larger than %d bytes",
                    EVENT_BYTES_MAX);
    return PROBLEM_TOO_LARGE;
}

/* length lower-case hex digits that are not all zero. */
static bool is_hex_id(const char *text, size_t length)
{
    bool is_zero = true;
    for (size_t i = 0; i < length; i++) {
        if (strchr("0123456789abcdef", text[i]) == NULL || text[i] == '\0')
            return false;
        is_zero &= text[i] == '0';
    }
    return !is_zero;
}

/* Two lower-case hex digits. */
static bool is_hex_byte(const char *text)
{
    return is_hex_id(text, 2) || strncmp(text, "00", 2) == 0;
}

bool traceparent_is_valid(const char *text)
{
    if (text == NULL || strlen(text) != TRACEPARENT_BYTES)
        return false;
    return is_hex_byte(text) && strncmp(text, "ff", 2) != 0 && text[2] == '-' && is_hex_id(text + 3, 32) &&
           text[35] == '-' && is_hex_id(text + 36, 16) && text[52] == '-' && is_hex_byte(text + 53);
}
