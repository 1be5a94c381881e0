/* kt webhook list, get, create, update, delete, pause, resume, enable. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/api.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "cli/terminal.h"
#include "cli/webhook_fields.h"

/* Sends a JSON body and shows the webhook that comes back. */
static enum exit_code change(const struct call *call, const char *method, const char *path, const json_t *fields)
{
    enum exit_code code;
    CLEANUP_API struct api *api = api_open(call, API_REST, &code);
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    if (api == NULL)
        return code;
    char *body = fields == NULL ? NULL : json_dumps(fields, JSON_COMPACT);
    const struct api_request request = {
        .method = method, .path = path, .body = body, .body_length = body == NULL ? 0 : strlen(body)};
    code = api_exchange(api, &request, &answer);
    if (body != NULL) {
        explicit_bzero(body, strlen(body));
        free(body);
    }
    if (code == EXIT_CODE_OK)
        show_webhook(call, &answer);
    return code;
}

/* POST …/pause, resume or enable: the command's own name. */
static enum exit_code change_state(const struct call *call)
{
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/webhooks/%s/%s", call->argument, call->command->name);
    return change(call, "POST", path.bytes, NULL);
}

enum exit_code webhook_pause(const struct call *call)
{
    return change_state(call);
}

enum exit_code webhook_resume(const struct call *call)
{
    return change_state(call);
}

enum exit_code webhook_enable(const struct call *call)
{
    return change_state(call);
}

enum exit_code webhook_list(const struct call *call)
{
    return show_page(call, "/v1/webhooks", NULL);
}

enum exit_code webhook_get(const struct call *call)
{
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/webhooks/%s", call->argument);
    return change(call, "GET", path.bytes, NULL);
}

enum exit_code webhook_create(const struct call *call)
{
    struct error error = {""};
    json_t *fields = json_object();
    int code = webhook_fields_add(call, fields, &error);
    if (code == 0)
        code = webhook_secret_add(call, fields, &error);
    enum exit_code result =
        code < 0 ? terminal_usage_error(call, "%s", error.text) : change(call, "POST", "/v1/webhooks", fields);
    json_decref(fields);
    return result;
}

enum exit_code webhook_update(const struct call *call)
{
    struct error error = {""};
    enum exit_code result;
    CLEANUP(buffer_deinit) struct buffer path;
    json_t *fields = json_object();
    buffer_init(&path, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/webhooks/%s", call->argument);
    if (call_has(call, "clear-headers") && call_has(call, "header"))
        result = terminal_usage_error(call, "--clear-headers and --header do not go together");
    else if (webhook_fields_add(call, fields, &error) < 0)
        result = terminal_usage_error(call, "%s", error.text);
    else if (json_object_size(fields) == 0 && !call_has(call, "clear-headers"))
        result = terminal_usage_error(call, "there is nothing to change; give at least one flag");
    else {
        if (call_has(call, "clear-headers"))
            json_object_set_new(fields, "headers", json_null());
        result = change(call, "PATCH", path.bytes, fields);
    }
    json_decref(fields);
    return result;
}

/* Asks with the webhook's name and URL, so that a wrong id is noticed. */
static enum exit_code confirm_delete(const struct call *call, struct api *api, const char *path)
{
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    const struct api_request request = {.method = "GET", .path = path};
    if (!terminal_can_ask())
        return terminal_usage_error(call, "there is nobody to ask; say --yes");
    enum exit_code code = api_exchange(api, &request, &answer);
    if (code != EXIT_CODE_OK)
        return code;
    const char *name = json_string_value(json_object_get(answer.json, "name"));
    const char *url = json_string_value(json_object_get(answer.json, "url"));
    if (terminal_confirm("Delete webhook %s, %s, %s?", call->argument,
                         name != NULL && name[0] != '\0' ? name : "no name", url != NULL ? url : "no URL"))
        return EXIT_CODE_OK;
    return terminal_error(call, EXIT_CODE_FAILURE, "nothing was deleted");
}

enum exit_code webhook_delete(const struct call *call)
{
    enum exit_code code;
    CLEANUP_API struct api *api = api_open(call, API_REST, &code);
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/webhooks/%s", call->argument);
    if (api == NULL)
        return code;
    if (!call_has(call, "yes"))
        code = confirm_delete(call, api, path.bytes);
    if (code != EXIT_CODE_OK)
        return code;
    code = api_exchange(api, &(struct api_request){.method = "DELETE", .path = path.bytes}, &answer);
    if (code == EXIT_CODE_OK && !call->is_json)
        terminal_note("%s is deleted.", call->argument);
    return code;
}
