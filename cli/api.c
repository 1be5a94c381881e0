/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/api.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/inert.h"
#include "common/base/parse.h"

#include "cli/environment.h"
#include "cli/terminal.h"

#define CONNECT_TIMEOUT_MS 5000L
#define TIMEOUT_MS         30000L

struct api {
    const struct call *call;
    CURL *curl;
    struct curl_slist *headers; /* those of every request */
    const char *base_url;
};

/* ---- open ------------------------------------------------------------------------------------------------------ */

/* A bearer token has none of these, and a header must not have some of them. */
static bool is_token(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text >= 0x7f)
            return false;
    }
    return true;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0;
}

/* Is it an address we can use? Says so if the token would travel in the open. */
static bool check_url(const char *url)
{
    char *scheme = NULL, *host = NULL;
    CURLU *parsed = curl_url();
    bool is_usable = curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                     curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                     curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                     (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0);
    if (is_usable && strcmp(scheme, "http") == 0 && !is_loopback(host))
        terminal_note("note: the token travels unencrypted to %s; https is safer", host);
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parsed);
    return is_usable;
}

static enum exit_code read_environment(const struct call *call, enum api_place place, const char **url_out,
                                       const char **token_out)
{
    const char *events_url = environment_text(VARIABLE_EVENTS_URL);
    enum variable variable = place == API_EVENTS && events_url != NULL ? VARIABLE_EVENTS_URL : VARIABLE_API_URL;
    *url_out = environment_text(variable);
    *token_out = environment_text(VARIABLE_API_TOKEN);
    if (*url_out == NULL)
        return terminal_error(
            call, EXIT_CODE_USAGE,
            "KEEPTRUSTS_API_URL is not set; say where the API is: export KEEPTRUSTS_API_URL=https://…");
    if (!check_url(*url_out))
        return terminal_error(call, EXIT_CODE_USAGE, "%s is %s; it has to be a URL like https://webhooks.example.com",
                              environment_name(variable), *url_out);
    if (*token_out == NULL)
        return terminal_error(call, EXIT_CODE_AUTHENTICATION,
                              "KEEPTRUSTS_API_TOKEN is not set; ask your administrator for a token and export it");
    if (!is_token(*token_out))
        return terminal_error(call, EXIT_CODE_AUTHENTICATION,
                              "KEEPTRUSTS_API_TOKEN holds spaces or characters that no token has");
    return EXIT_CODE_OK;
}

static void set_options(struct api *api, const char *token)
{
    CLEANUP(buffer_deinit) struct buffer header;
    buffer_init(&header, 8192);
    buffer_append_format(&header, "Authorization: Bearer %s", token);
    api->headers = curl_slist_append(api->headers, header.bytes);
    explicit_bzero(header.bytes, header.length);
    api->headers = curl_slist_append(api->headers, "Accept: application/json, application/problem+json");
    api->headers = curl_slist_append(api->headers, "Expect:");
    curl_easy_setopt(api->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(api->curl, CURLOPT_FOLLOWLOCATION, 0L); /* would carry the token somewhere else */
    curl_easy_setopt(api->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(api->curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(api->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(api->curl, CURLOPT_USERAGENT, "kt/" KT_VERSION);
}

struct api *api_open(const struct call *call, enum api_place place, enum exit_code *code_out)
{
    const char *url, *token;
    *code_out = read_environment(call, place, &url, &token);
    if (*code_out != EXIT_CODE_OK)
        return NULL;
    struct api *api = ALLOC(struct api);
    api->call = call;
    api->base_url = url;
    api->curl = curl_easy_init();
    if (api->curl == NULL)
        abort(); /* out of memory */
    set_options(api, token);
    return api;
}

void api_close(struct api *api)
{
    if (api == NULL)
        return;
    curl_easy_cleanup(api->curl);
    curl_slist_free_all(api->headers);
    free(api);
}

void api_cleanup(struct api **api)
{
    api_close(*api);
}

/* ---- requests -------------------------------------------------------------------------------------------------- */

void api_path(struct buffer *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at != '\0'; at++) {
        if (strncmp(at, "%s", 2) != 0) {
            buffer_append_char(out, *at);
            continue;
        }
        char *escaped = curl_easy_escape(NULL, va_arg(arguments, const char *), 0);
        buffer_append_text(out, escaped);
        curl_free(escaped);
        at++;
    }
    va_end(arguments);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
    struct api_answer *answer = owner;
    buffer_append(&answer->body, bytes, size * count);
    return answer->body.is_overflowed ? 0 : size * count;
}

static void prepare(struct api *api, const struct api_request *request, const char *url, struct curl_slist *headers,
                    struct api_answer *answer)
{
    bool has_body = request->body != NULL;
    curl_easy_setopt(api->curl, CURLOPT_URL, url);
    curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(api->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(api->curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(api->curl, CURLOPT_HTTPGET, 1L);
    if (has_body || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDS, has_body ? request->body : "");
    }
    curl_easy_setopt(api->curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static enum exit_code perform(struct api *api, struct api_answer *answer)
{
    char reason[CURL_ERROR_SIZE] = "";
    curl_off_t retry_after = 0;
    curl_easy_setopt(api->curl, CURLOPT_ERRORBUFFER, reason);
    CURLcode result = curl_easy_perform(api->curl);
    curl_easy_setopt(api->curl, CURLOPT_ERRORBUFFER, NULL);
    if (answer->body.is_overflowed)
        return terminal_error(api->call, EXIT_CODE_FAILURE, "%s answered with more than %zu MiB", api->base_url,
                              API_ANSWER_BYTES_MAX / 1024 / 1024);
    if (result != CURLE_OK)
        return terminal_error(api->call, EXIT_CODE_UNAVAILABLE, "%s does not answer: %s", api->base_url,
                              reason[0] != '\0' ? reason : curl_easy_strerror(result));
    (void)curl_easy_getinfo(api->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    (void)curl_easy_getinfo(api->curl, CURLINFO_RETRY_AFTER, &retry_after);
    answer->retry_after_s = retry_after > 0 ? (long)retry_after : -1;
    return EXIT_CODE_OK;
}

/* A payload stays raw, and is not parsed: it may hold numbers that the parser refuses. */
static void parse_body(struct api_answer *answer)
{
    const struct buffer *body = &answer->body;
    if (body->length == 0)
        return;
    answer->payload = raw_json_member(body->bytes, body->length, "payload");
    if (answer->payload.text == NULL) {
        answer->json = json_loadb(body->bytes, body->length, JSON_REJECT_DUPLICATES, NULL);
        return;
    }
    CLEANUP(buffer_deinit) struct buffer rest;
    size_t before_length = (size_t)(answer->payload.text - body->bytes);
    const char *after = answer->payload.text + answer->payload.length;
    buffer_init(&rest, API_ANSWER_BYTES_MAX + 4);
    buffer_append(&rest, body->bytes, before_length);
    buffer_append_text(&rest, "null");
    buffer_append(&rest, after, (size_t)(body->bytes + body->length - after));
    answer->json = json_loadb(rest.bytes, rest.length, JSON_REJECT_DUPLICATES, NULL);
}

enum exit_code api_send(struct api *api, const struct api_request *request, struct api_answer *answer_out)
{
    char content_type[96];
    struct curl_slist type = {.data = content_type, .next = api->headers};
    CLEANUP(buffer_deinit) struct buffer url;
    size_t base_length = strlen(api->base_url);
    buffer_init(&url, 16 * 1024);
    while (base_length > 0 && api->base_url[base_length - 1] == '/')
        base_length--;
    buffer_append(&url, api->base_url, base_length);
    buffer_append_text(&url, request->path);
    if (url.is_overflowed)
        return terminal_error(api->call, EXIT_CODE_USAGE, "that makes a URL longer than any server takes");
    (void)snprintf(content_type, sizeof content_type, "Content-Type: %s",
                   request->content_type != NULL ? request->content_type : "application/json");
    api_answer_deinit(answer_out);
    buffer_init(&answer_out->body, API_ANSWER_BYTES_MAX);
    prepare(api, request, url.bytes, request->body != NULL ? &type : api->headers, answer_out);
    enum exit_code code = perform(api, answer_out);
    if (code == EXIT_CODE_OK)
        parse_body(answer_out);
    return code;
}

void api_answer_deinit(struct api_answer *answer)
{
    json_decref(answer->json);
    buffer_deinit(&answer->body);
    *answer = (struct api_answer){0};
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

void api_problem_lines(const json_t *problem, long status, void (*line)(void *owner, const char *text), void *owner)
{
    char text[2048];
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const json_t *errors = json_object_get(problem, "errors");
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *item = json_array_get(errors, i);
        const char *reason = json_string_value(json_object_get(item, "detail"));
        const char *pointer = json_string_value(json_object_get(item, "pointer"));
        if (pointer != NULL && pointer[0] == '/')
            pointer++;
        (void)snprintf(text, sizeof text, "%s: %s (%s)", title != NULL ? title : "refused",
                       reason != NULL ? reason : "", pointer != NULL ? pointer : "");
        line(owner, text);
    }
    if (json_array_size(errors) > 0)
        return;
    if (title == NULL && detail == NULL)
        (void)snprintf(text, sizeof text, "the answer is HTTP %ld without an explanation", status);
    else if (title == NULL || detail == NULL)
        (void)snprintf(text, sizeof text, "%s", title != NULL ? title : detail);
    else
        (void)snprintf(text, sizeof text, "%s: %s", title, detail);
    line(owner, text);
}

static void print_line(void *owner, const char *text)
{
    (void)terminal_error(owner, EXIT_CODE_FAILURE, "%s", text);
}

enum exit_code api_check(const struct call *call, const struct api_answer *answer)
{
    struct call owner = *call;
    if (answer->status >= 200 && answer->status < 300)
        return EXIT_CODE_OK;
    if (answer->status >= 300 && answer->status < 400)
        return terminal_error(call, EXIT_CODE_FAILURE,
                              "the answer is a redirect (HTTP %ld), which is not followed; is the URL right?",
                              answer->status);
    api_problem_lines(answer->json, answer->status, print_line, &owner);
    if (answer->status == 401)
        terminal_note("KEEPTRUSTS_API_TOKEN has to hold a token that is valid here.");
    return exit_code_of_status(answer->status);
}

enum exit_code api_exchange(struct api *api, const struct api_request *request, struct api_answer *answer_out)
{
    enum exit_code code = api_send(api, request, answer_out);
    if (code == EXIT_CODE_OK)
        code = api_check(api->call, answer_out);
    if (code == EXIT_CODE_OK && answer_out->status != 204 && !json_is_object(answer_out->json))
        return terminal_error(api->call, EXIT_CODE_FAILURE,
                              "%s answered with something that is not a JSON object; is it the API?", api->base_url);
    return code;
}

void api_print(const struct api_answer *answer)
{
    CLEANUP(buffer_deinit) struct buffer text;
    if (answer->body.length == 0)
        return;
    buffer_init(&text, 6 * API_ANSWER_BYTES_MAX);
    if (terminal_is_shown())
        inert_append_json(&text, answer->body.bytes, answer->body.length);
    else
        buffer_append(&text, answer->body.bytes, answer->body.length);
    if (text.bytes[text.length - 1] != '\n')
        buffer_append_char(&text, '\n');
    terminal_write(&text);
}
