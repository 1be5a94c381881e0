/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/parse.h"

#include "cli/terminal.h"

#define PAGE_LIMIT_MAX 200

static struct view open_view(struct buffer *out)
{
    buffer_init(out, VIEW_BYTES_MAX);
    return (struct view){
        .out = out, .look = terminal_look(), .now_ms = clock_wall_ms(), .has_ages = terminal_is_shown()};
}

void show_webhook(const struct call *call, const struct api_answer *answer)
{
    CLEANUP(buffer_deinit) struct buffer out;
    struct view view = open_view(&out);
    if (call->is_json) {
        api_print(answer);
    } else {
        view_webhook(&view, answer->json);
        terminal_write(&out);
    }
    if (json_object_get(answer->json, "secret") != NULL)
        terminal_note("The secret is shown this once; keep it where your endpoint can verify signatures with it.");
}

void show_delivery(const struct call *call, const struct api_answer *answer)
{
    CLEANUP(buffer_deinit) struct buffer out;
    struct view view = open_view(&out);
    if (call->is_json) {
        api_print(answer);
        return;
    }
    view_delivery(&view, answer->json, &answer->payload);
    terminal_write(&out);
}

/* ---- pages ----------------------------------------------------------------------------------------------------- */

static const char *const statuses[] = {"pending", "delivered", "retrying", "failed", "cancelled"};

static bool is_status(const char *text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++) {
        if (strcmp(statuses[i], text) == 0)
            return true;
    }
    return false;
}

static enum exit_code page_path(const struct call *call, const char *path, struct buffer *out)
{
    int64_t limit;
    const char *limit_text = call_value(call, "limit"), *cursor = call_value(call, "cursor");
    if (limit_text != NULL &&
        (parse_int64(limit_text, strlen(limit_text), &limit) < 0 || limit < 1 || limit > PAGE_LIMIT_MAX))
        return terminal_usage_error(call, "--limit: %s is not a number from 1 to %d", limit_text, PAGE_LIMIT_MAX);
    buffer_append_text(out, path);
    if (limit_text != NULL)
        api_path(out, "?limit=%s", limit_text);
    if (cursor != NULL)
        api_path(out, limit_text != NULL ? "&cursor=%s" : "?cursor=%s", cursor);
    return EXIT_CODE_OK;
}

/* Takes out of a page what has another status. */
static void keep_status(json_t *page, const char *status)
{
    json_t *items = json_object_get(page, "data");
    for (size_t i = json_array_size(items); i-- > 0;) {
        const char *own = json_string_value(json_object_get(json_array_get(items, i), "status"));
        if (own == NULL || strcmp(own, status) != 0)
            json_array_remove(items, i);
    }
}

/* What was filtered is no longer the API's own text. */
static void print_filtered(const json_t *page)
{
    char *text = json_dumps(page, JSON_COMPACT);
    struct api_answer answer = {
        .body = {.bytes = text, .length = strlen(text)}
    };
    api_print(&answer);
    free(text);
}

static void print_page(const struct call *call, const struct api_answer *answer, const char *of)
{
    CLEANUP(buffer_deinit) struct buffer out;
    struct view view = open_view(&out);
    const json_t *items = json_object_get(answer->json, "data");
    const char *cursor = json_string_value(json_object_get(answer->json, "next_cursor"));
    if (json_array_size(items) == 0)
        terminal_note(of != NULL ? "There are no deliveries." : "There are no webhooks; kt webhook create makes one.");
    else if (of != NULL)
        view_deliveries(&view, items);
    else
        view_webhooks(&view, items);
    if (out.length > 0)
        terminal_write(&out);
    if (cursor != NULL)
        terminal_note("There are more: kt %s %s%s%s --cursor %s", call->group, call->command->name,
                      of != NULL ? " " : "", of != NULL ? of : "", cursor);
}

enum exit_code show_page(const struct call *call, const char *path, const char *of)
{
    enum exit_code code;
    const char *status = of != NULL ? call_value(call, "status") : NULL;
    CLEANUP(buffer_deinit) struct buffer full_path;
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    buffer_init(&full_path, API_PATH_BYTES_MAX);
    if (status != NULL && !is_status(status))
        return terminal_usage_error(call, "--status: %s is not pending, delivered, retrying, failed or cancelled",
                                    status);
    code = page_path(call, path, &full_path);
    if (code != EXIT_CODE_OK)
        return code;
    CLEANUP_API struct api *api = api_open(call, API_REST, &code);
    if (api == NULL)
        return code;
    code = api_exchange(api, &(struct api_request){.method = "GET", .path = full_path.bytes}, &answer);
    if (code != EXIT_CODE_OK)
        return code;
    if (status != NULL)
        keep_status(answer.json, status);
    if (!call->is_json)
        print_page(call, &answer, of);
    else if (status != NULL)
        print_filtered(answer.json);
    else
        api_print(&answer);
    return EXIT_CODE_OK;
}
