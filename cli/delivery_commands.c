/* kt webhook deliveries, kt webhook test, kt delivery get. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"

#include "cli/api.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "cli/terminal.h"

#define TEST_WAIT_MS  40000 /* the longest time-out of a webhook, and some for the way through the history */
#define TEST_PAUSE_MS 250

enum exit_code webhook_deliveries(const struct call *call)
{
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/webhooks/%s/deliveries", call->argument);
    return show_page(call, path.bytes, call->argument);
}

enum exit_code delivery_get(const struct call *call)
{
    enum exit_code code;
    CLEANUP_API struct api *api = api_open(call, API_REST, &code);
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    if (api == NULL)
        return code;
    api_path(&path, "/v1/deliveries/%s", call->argument);
    code = api_exchange(api, &(struct api_request){.method = "GET", .path = path.bytes}, &answer);
    if (code == EXIT_CODE_OK)
        show_delivery(call, &answer);
    return code;
}

/* ---- test ------------------------------------------------------------------------------------------------------ */

static void pause_ms(long milliseconds)
{
    const struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    (void)nanosleep(&time, NULL); /* woken early: asks early */
}

/* The first attempt that says something about the endpoint, NULL while there is none. */
static const json_t *first_attempt(const json_t *delivery)
{
    const json_t *attempts = json_object_get(delivery, "attempts");
    for (size_t i = 0; i < json_array_size(attempts); i++) {
        const json_t *attempt = json_array_get(attempts, i);
        const char *outcome = json_string_value(json_object_get(attempt, "outcome"));
        if (outcome != NULL && strcmp(outcome, "aborted") != 0)
            return attempt;
    }
    return NULL;
}

/* Asks for the delivery until its first attempt is in the history. 404 only means that it is not there yet. */
static enum exit_code wait_for_attempt(const struct call *call, struct api *api, const char *delivery_id,
                                       struct api_answer *answer)
{
    uint64_t deadline_ms = clock_monotonic_ms() + TEST_WAIT_MS;
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/deliveries/%s", delivery_id);
    const struct api_request request = {.method = "GET", .path = path.bytes};
    while (clock_monotonic_ms() < deadline_ms) {
        enum exit_code code = api_send(api, &request, answer);
        if (code == EXIT_CODE_OK && answer->status != 404)
            code = api_check(call, answer);
        if (code != EXIT_CODE_OK)
            return code;
        if (answer->status == 200 && first_attempt(answer->json) != NULL)
            return EXIT_CODE_OK;
        pause_ms(TEST_PAUSE_MS);
    }
    return terminal_error(call, EXIT_CODE_UNAVAILABLE,
                          "no attempt was seen within %d s; kt delivery get %s shows it later", TEST_WAIT_MS / 1000,
                          delivery_id);
}

static enum exit_code start_test(const struct call *call, struct api *api, struct api_answer *answer)
{
    const char *event_type = call_value(call, "event-type");
    CLEANUP(buffer_deinit) struct buffer path, body;
    buffer_init(&path, API_PATH_BYTES_MAX);
    buffer_init(&body, API_PATH_BYTES_MAX);
    api_path(&path, "/v1/webhooks/%s/test", call->argument);
    if (event_type != NULL) {
        buffer_append_text(&body, "{\"event_type\":");
        buffer_append_json(&body, event_type, strlen(event_type));
        buffer_append_char(&body, '}');
    }
    const struct api_request request = {
        .method = "POST", .path = path.bytes, .body = body.bytes, .body_length = body.length};
    return api_exchange(api, &request, answer);
}

static enum exit_code report_test(const struct call *call, const struct api_answer *answer)
{
    const json_t *attempt = first_attempt(answer->json);
    const char *outcome = json_string_value(json_object_get(attempt, "outcome"));
    const char *error = json_string_value(json_object_get(attempt, "error"));
    const char *detail = json_string_value(json_object_get(attempt, "detail"));
    json_int_t code = json_integer_value(json_object_get(attempt, "code"));
    json_int_t total_ms = json_integer_value(json_object_get(json_object_get(attempt, "timing_ms"), "total"));
    show_delivery(call, answer);
    if (strcmp(outcome, "delivered") == 0) {
        terminal_note("The endpoint answered %" JSON_INTEGER_FORMAT " in %" JSON_INTEGER_FORMAT " ms.", code, total_ms);
        return EXIT_CODE_OK;
    }
    char status[48] = "";
    if (code != 0)
        (void)snprintf(status, sizeof status, ", HTTP %" JSON_INTEGER_FORMAT, code);
    return terminal_error(call, EXIT_CODE_TEST_FAILED, "the test delivery failed: %s%s%s%s",
                          error != NULL ? error : outcome, status, detail != NULL ? ": " : "",
                          detail != NULL ? detail : "");
}

enum exit_code webhook_test(const struct call *call)
{
    enum exit_code code;
    CLEANUP_API struct api *api = api_open(call, API_REST, &code);
    CLEANUP(api_answer_deinit) struct api_answer started = {0};
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    if (api == NULL)
        return code;
    code = start_test(call, api, &started);
    if (code != EXIT_CODE_OK)
        return code;
    const char *delivery_id = json_string_value(json_object_get(started.json, "delivery_id"));
    if (delivery_id == NULL)
        return terminal_error(call, EXIT_CODE_FAILURE, "the API did not say which delivery the test is");
    if (!call->is_json)
        terminal_note("Test delivery %s is on its way.", delivery_id);
    code = wait_for_attempt(call, api, delivery_id, &answer);
    return code != EXIT_CODE_OK ? code : report_test(call, &answer);
}
