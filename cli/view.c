/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/inert.h"

#define LABEL_CELLS     14
#define CELL_TEXT_BYTES 4096
#define NUMBER_BYTES    32

/* ---- pieces of JSON as text ------------------------------------------------------------------------------------ */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A number, however it is written; "" when there is none. */
static const char *number_of(const json_t *object, const char *key, char text_out[static NUMBER_BYTES])
{
    const json_t *value = json_object_get(object, key);
    text_out[0] = '\0';
    if (json_is_integer(value))
        (void)snprintf(text_out, NUMBER_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return text_out;
}

/* The texts or numbers of an array, with commas between; too many are cut. */
static const char *list_of(const json_t *array, char text_out[static CELL_TEXT_BYTES])
{
    struct buffer list;
    buffer_init(&list, CELL_TEXT_BYTES - 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        buffer_append_text(&list, i > 0 ? ", " : "");
        if (json_is_integer(item))
            buffer_append_format(&list, "%" JSON_INTEGER_FORMAT, json_integer_value(item));
        else
            buffer_append_text(&list, json_is_string(item) ? json_string_value(item) : "?");
    }
    (void)snprintf(text_out, CELL_TEXT_BYTES, "%s", list.bytes != NULL ? list.bytes : "");
    buffer_deinit(&list);
    return text_out;
}

static const char *time_of(const struct view *view, const json_t *object, const char *key,
                           char text_out[static VIEW_AGE_BYTES])
{
    const char *time = text_of(object, key);
    if (time == NULL || !view->has_ages)
        return time;
    return view_age(time, view->now_ms, text_out);
}

const char *view_age(const char *time, int64_t now_ms, char text_out[static VIEW_AGE_BYTES])
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {
        {86400, "d"},
        {3600,  "h"},
        {60,    "m"},
        {1,     "s"}
    };

    int64_t time_ms;
    if (clock_parse(time, strlen(time), &time_ms) < 0)
        return time;
    int64_t apart_s = (time_ms > now_ms ? time_ms - now_ms : now_ms - time_ms) / 1000;
    size_t i = 0;
    while (i + 1 < ARRAY_LENGTH(units) && apart_s < units[i].seconds)
        i++;
    (void)snprintf(text_out, VIEW_AGE_BYTES, time_ms > now_ms ? "in %" PRId64 "%s" : "%" PRId64 "%s ago",
                   apart_s / units[i].seconds, units[i].unit);
    return text_out;
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

static void start_line(const struct view *view, const char *label)
{
    buffer_append_format(view->out, "%s%-*s%s", view->look.has_colour ? COLOUR_BOLD : "", LABEL_CELLS, label,
                         view->look.has_colour ? COLOUR_OFF : "");
}

void view_line(const struct view *view, const char *label, const char *text)
{
    const char *shown = text == NULL || text[0] == '\0' ? "-" : text;
    const char *colour = view->look.has_colour ? state_colour(shown) : "";
    start_line(view, label);
    buffer_append_text(view->out, colour);
    inert_append(view->out, shown, strlen(shown));
    buffer_append_text(view->out, colour[0] != '\0' ? COLOUR_OFF "\n" : "\n");
}

static void view_state(const struct view *view, const json_t *webhook)
{
    char text[512];
    const char *reason = text_of(webhook, "state_reason");
    const char *state = text_of(webhook, "state");
    if (reason == NULL || reason[0] == '\0' || state == NULL) {
        view_line(view, "State", state);
        return;
    }
    (void)snprintf(text, sizeof text, "%s (%s)", state, reason);
    view_line(view, "State", text);
}

static void view_headers(const struct view *view, json_t *headers)
{
    const char *name, *label = "Headers";
    json_t *value;
    char text[CELL_TEXT_BYTES];
    if (json_object_size(headers) == 0)
        view_line(view, label, NULL);
    json_object_foreach(headers, name, value) {
        (void)snprintf(text, sizeof text, "%s: %s", name, json_is_string(value) ? json_string_value(value) : "");
        view_line(view, label, text);
        label = "";
    }
}

static void view_schedule(const struct view *view, const json_t *webhook)
{
    char text[CELL_TEXT_BYTES], line[CELL_TEXT_BYTES + 16];
    const json_t *schedule = json_object_get(webhook, "retry_schedule");
    if (json_is_string(schedule)) {
        view_line(view, "Retries", json_string_value(schedule));
        return;
    }
    (void)snprintf(line, sizeof line, "after %s s", list_of(schedule, text));
    view_line(view, "Retries", json_array_size(schedule) == 0 ? "none" : line);
}

static void view_rate_limit(const struct view *view, const json_t *webhook)
{
    const json_t *limit = json_object_get(webhook, "rate_limit");
    char text[128], per_second[NUMBER_BYTES], concurrency[NUMBER_BYTES];
    (void)number_of(limit, "per_second", per_second);
    (void)number_of(limit, "concurrency", concurrency);
    (void)snprintf(text, sizeof text, "%s%s%s%s%s", per_second, per_second[0] != '\0' ? " per second" : "",
                   per_second[0] != '\0' && concurrency[0] != '\0' ? ", " : "", concurrency,
                   concurrency[0] != '\0' ? " at a time" : "");
    view_line(view, "Rate limit", text[0] != '\0' ? text : "none");
}

/* ---- webhooks -------------------------------------------------------------------------------------------------- */

void view_webhooks(const struct view *view, const json_t *webhooks)
{
    static const struct table_column columns[] = {
        {"ID",      COLUMN_PLAIN  },
        {"NAME",    COLUMN_SHRINKS},
        {"URL",     COLUMN_SHRINKS},
        {"STATE",   COLUMN_STATE  },
        {"EVENTS",  COLUMN_SHRINKS},
        {"CREATED", COLUMN_EXTRA  },
    };
    struct table *table = table_new(columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < json_array_size(webhooks); i++) {
        const json_t *webhook = json_array_get(webhooks, i);
        char events[CELL_TEXT_BYTES], created[VIEW_AGE_BYTES];
        const char *cells[] = {text_of(webhook, "id"),
                               text_of(webhook, "name"),
                               text_of(webhook, "url"),
                               text_of(webhook, "state"),
                               list_of(json_object_get(webhook, "events"), events),
                               time_of(view, webhook, "created_at", created)};
        table_add(table, cells);
    }
    table_write(table, &view->look, view->out);
    table_free(table);
}

void view_webhook(const struct view *view, const json_t *webhook)
{
    char text[CELL_TEXT_BYTES], number[NUMBER_BYTES], age[VIEW_AGE_BYTES];
    view_line(view, "ID", text_of(webhook, "id"));
    view_line(view, "Name", text_of(webhook, "name"));
    view_line(view, "URL", text_of(webhook, "url"));
    view_line(view, "Events", list_of(json_object_get(webhook, "events"), text));
    view_state(view, webhook);
    view_headers(view, json_object_get(webhook, "headers"));
    (void)snprintf(text, sizeof text, "%s ms", number_of(webhook, "timeout_ms", number));
    view_line(view, "Time-out", number[0] != '\0' ? text : NULL);
    view_schedule(view, webhook);
    view_rate_limit(view, webhook);
    view_line(view, "Ordering", text_of(webhook, "ordering"));
    view_line(view, "Created", time_of(view, webhook, "created_at", age));
    view_line(view, "Changed", time_of(view, webhook, "updated_at", age));
    if (text_of(webhook, "secret") != NULL)
        view_line(view, "Secret", text_of(webhook, "secret"));
}

/* ---- deliveries ------------------------------------------------------------------------------------------------ */

void view_deliveries(const struct view *view, const json_t *deliveries)
{
    static const struct table_column columns[] = {
        {"ID",       COLUMN_PLAIN  },
        {"EVENT",    COLUMN_SHRINKS},
        {"STATUS",   COLUMN_STATE  },
        {"CODE",     COLUMN_PLAIN  },
        {"ERROR",    COLUMN_SHRINKS},
        {"LAST",     COLUMN_PLAIN  },
        {"NEXT",     COLUMN_EXTRA  },
        {"ATTEMPTS", COLUMN_EXTRA  },
    };
    struct table *table = table_new(columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < json_array_size(deliveries); i++) {
        const json_t *delivery = json_array_get(deliveries, i);
        char attempts[NUMBER_BYTES], code[NUMBER_BYTES], last[VIEW_AGE_BYTES], next[VIEW_AGE_BYTES];
        const char *cells[] = {text_of(delivery, "id"),
                               text_of(delivery, "event_type"),
                               text_of(delivery, "status"),
                               number_of(delivery, "code", code),
                               text_of(delivery, "error"),
                               time_of(view, delivery, "last_attempt_at", last),
                               time_of(view, delivery, "next_attempt_at", next),
                               number_of(delivery, "attempts", attempts)};
        table_add(table, cells);
    }
    table_write(table, &view->look, view->out);
    table_free(table);
}

static void view_attempts(const struct view *view, const json_t *attempts)
{
    static const struct table_column columns[] = {
        {"ATTEMPT", COLUMN_PLAIN  },
        {"OUTCOME", COLUMN_STATE  },
        {"CODE",    COLUMN_PLAIN  },
        {"ERROR",   COLUMN_SHRINKS},
        {"MS",      COLUMN_PLAIN  },
        {"STARTED", COLUMN_EXTRA  },
        {"DETAIL",  COLUMN_SHRINKS},
    };
    struct table *table = table_new(columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < json_array_size(attempts); i++) {
        const json_t *attempt = json_array_get(attempts, i);
        char number[NUMBER_BYTES], code[NUMBER_BYTES], started[VIEW_AGE_BYTES], total[NUMBER_BYTES];
        const char *cells[] = {number_of(attempt, "number", number),
                               text_of(attempt, "outcome"),
                               number_of(attempt, "code", code),
                               text_of(attempt, "error"),
                               number_of(json_object_get(attempt, "timing_ms"), "total", total),
                               time_of(view, attempt, "started_at", started),
                               text_of(attempt, "detail")};
        table_add(table, cells);
    }
    table_write(table, &view->look, view->out);
    table_free(table);
}

/* What the endpoint said last. */
static void view_answer(const struct view *view, const json_t *response)
{
    const char *body = text_of(response, "body");
    const char *encoding = text_of(response, "body_encoding");
    if (body == NULL)
        return;
    buffer_append_char(view->out, '\n');
    view_line(view, "Last answer", text_of(response, "line"));
    view_line(view, encoding != NULL && strcmp(encoding, "base64") == 0 ? "Body (base64)" : "Body", body);
}

static void view_payload(const struct view *view, const json_t *delivery, const struct raw_json *payload)
{
    const char *reason = text_of(delivery, "payload_reason");
    if (payload->text == NULL || reason != NULL) {
        view_line(view, "Payload", reason);
        return;
    }
    buffer_append_text(view->out, "\nPayload\n");
    inert_append_json(view->out, payload->text, payload->length);
    buffer_append_char(view->out, '\n');
}

void view_delivery(const struct view *view, const json_t *delivery, const struct raw_json *payload)
{
    char age[VIEW_AGE_BYTES];
    const json_t *attempts = json_object_get(delivery, "attempts");
    view_line(view, "ID", text_of(delivery, "id"));
    view_line(view, "Webhook", text_of(delivery, "webhook_id"));
    view_line(view, "Event", text_of(delivery, "event_id"));
    view_line(view, "Type", text_of(delivery, "event_type"));
    view_line(view, "Status", text_of(delivery, "status"));
    view_line(view, "Trigger", text_of(delivery, "trigger"));
    view_line(view, "Created", time_of(view, delivery, "created_at", age));
    view_line(view, "Next attempt", time_of(view, delivery, "next_attempt_at", age));
    if (json_array_size(attempts) > 0) {
        buffer_append_char(view->out, '\n');
        view_attempts(view, attempts);
        view_answer(view, json_object_get(json_array_get(attempts, json_array_size(attempts) - 1), "response"));
    }
    view_payload(view, delivery, payload);
}
