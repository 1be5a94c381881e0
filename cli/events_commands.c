/* kt events publish: one event from flags, or a file of them. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/domain/event.h"

#include "cli/api.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/publishing.h"
#include "cli/raw_json.h"
#include "cli/terminal.h"

/* --data as it is, or from @FILE, without blanks around. */
static int read_data(const char *text, struct buffer *out, struct error *error)
{
    if (text[0] != '@') {
        buffer_append_text(out, text);
        return out->is_overflowed ? error_set(error, EMSGSIZE, "--data is larger than %d bytes", EVENT_BYTES_MAX) : 0;
    }
    int code = input_read(text + 1, out, error);
    return code < 0 ? error_prefix(error, code, "--data") : 0;
}

static void append_member(struct buffer *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buffer_append_format(out, "\"%s\":", name);
    buffer_append_json(out, value, strlen(value));
    buffer_append_char(out, ',');
}

/* The envelope for --type and --data, checked as far as it can be here. */
static int make_event(const struct call *call, struct buffer *out, struct error *error)
{
    struct event event;
    CLEANUP(buffer_deinit) struct buffer data;
    buffer_init(&data, EVENT_BYTES_MAX);
    int code = read_data(call_value(call, "data"), &data, error);
    if (code < 0)
        return code;
    buffer_append_char(out, '{');
    append_member(out, "id", call_value(call, "id"));
    append_member(out, "type", call_value(call, "type"));
    append_member(out, "ordering_key", call_value(call, "ordering-key"));
    buffer_append_text(out, "\"data\":");
    buffer_append(out, data.bytes, data.length);
    buffer_append_char(out, '}');
    if (out->is_overflowed)
        return error_set(error, EMSGSIZE, "the event is larger than %d bytes", EVENT_BYTES_MAX);
    return event_parse(out->bytes, out->length, &event, NULL, error);
}

static enum exit_code publish_one(const struct call *call)
{
    enum exit_code code;
    struct error error = {""};
    CLEANUP(buffer_deinit) struct buffer body;
    buffer_init(&body, EVENT_BYTES_MAX);
    if (make_event(call, &body, &error) < 0)
        return terminal_usage_error(call, "%s", error.text);
    CLEANUP_API struct api *api = api_open(call, API_EVENTS, &code);
    return api == NULL ? code : publish_event(call, api, body.bytes, body.length);
}

enum exit_code events_publish(const struct call *call)
{
    bool has_type = call_has(call, "type"), has_data = call_has(call, "data"), has_file = call_has(call, "file");
    if (has_file && (has_type || has_data || call_has(call, "id") || call_has(call, "ordering-key")))
        return terminal_usage_error(
            call, "--file brings whole events; --type, --data, --id and --ordering-key do not go with it");
    if (has_file)
        return publish_file(call, call_value(call, "file"));
    if (!has_type && !has_data)
        return terminal_usage_error(call, "give --type and --data for one event, or --file for a file of events");
    if (!has_type || !has_data)
        return terminal_usage_error(call, "--%s is missing", has_type ? "data" : "type");
    return publish_one(call);
}
