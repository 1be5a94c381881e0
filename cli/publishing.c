/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/publishing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/ndjson.h"
#include "common/domain/event.h"

#include "cli/input.h"
#include "cli/terminal.h"

#define BATCH_EVENTS_MAX  1000
#define BATCH_BYTES_MAX   (8 * 1024 * 1024)
#define TRY_COUNT         4
#define RETRY_AFTER_S     2
#define RETRY_AFTER_S_MAX 30

struct publishing {
    const struct call *call;
    struct api *api;
    const char *name; /* of the file, for messages */
    FILE *file;
    struct ndjson_stream *stream;
    struct buffer body;               /* the batch */
    uint64_t lines[BATCH_EVENTS_MAX]; /* where its events stand in the file */
    size_t count;
    uint64_t accepted_count, refused_count;
    bool is_ended;
};

/* ---- requests -------------------------------------------------------------------------------------------------- */

static void pause_s(long seconds)
{
    const struct timespec time = {.tv_sec = seconds};
    (void)nanosleep(&time, NULL); /* woken early: tries early */
}

/* Nothing of it was stored, and it may work in a while. With results something may have been. */
static bool may_try_again(const struct api_answer *answer)
{
    bool is_away = answer->status == 429 || answer->status == 502 || answer->status == 503;
    const char *code = json_string_value(json_object_get(answer->json, "code"));
    bool is_unknown = code != NULL && strcmp(code, "outcome_unknown") == 0;
    return is_away && !is_unknown && json_object_get(answer->json, "results") == NULL;
}

/* Sends, and again after a while when the service is busy. */
static enum exit_code send_patiently(struct api *api, const char *content_type, const char *body, size_t length,
                                     struct api_answer *answer)
{
    const struct api_request request = {
        .method = "POST", .path = "/v1/events", .content_type = content_type, .body = body, .body_length = length};
    for (int i = 1;; i++) {
        enum exit_code code = api_send(api, &request, answer);
        if (code != EXIT_CODE_OK || i == TRY_COUNT || !may_try_again(answer))
            return code;
        long wait_s = answer->retry_after_s < 0 ? RETRY_AFTER_S : answer->retry_after_s;
        wait_s = wait_s > RETRY_AFTER_S_MAX ? RETRY_AFTER_S_MAX : wait_s;
        terminal_note("The service is busy (HTTP %ld); trying again in %ld s.", answer->status, wait_s);
        pause_s(wait_s);
    }
}

enum exit_code publish_event(const struct call *call, struct api *api, const char *json, size_t length)
{
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, 4096);
    enum exit_code code = send_patiently(api, "application/json", json, length, &answer);
    if (code == EXIT_CODE_OK)
        code = api_check(call, &answer);
    if (code != EXIT_CODE_OK)
        return code;
    const char *id = json_string_value(json_object_get(answer.json, "id"));
    if (call->is_json) {
        api_print(&answer);
        return EXIT_CODE_OK;
    }
    buffer_append_format(&out, "%s\n", id != NULL ? id : "-");
    terminal_write(&out);
    terminal_note("The event is stored.");
    return EXIT_CODE_OK;
}

/* ---- batches --------------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* Says what was not accepted, with the file's own line numbers. */
static void report_results(struct publishing *publishing, const json_t *results)
{
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        json_int_t line = json_integer_value(json_object_get(result, "line"));
        const char *status = text_of(result, "status");
        if (strcmp(status, "accepted") == 0 || line < 1 || (size_t)line > publishing->count)
            continue;
        uint64_t file_line = publishing->lines[line - 1];
        if (strcmp(status, "refused") == 0)
            terminal_note("%s:%" PRIu64 ": %s: %s", publishing->name, file_line, text_of(result, "code"),
                          text_of(result, "detail"));
        else
            terminal_note("%s:%" PRIu64 ": %s: it is not known whether %s was stored", publishing->name, file_line,
                          status, text_of(result, "id"));
    }
}

static enum exit_code send_batch(struct publishing *publishing)
{
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    if (publishing->count == 0)
        return EXIT_CODE_OK;
    enum exit_code code = send_patiently(publishing->api, "application/x-ndjson", publishing->body.bytes,
                                         publishing->body.length, &answer);
    if (code != EXIT_CODE_OK)
        return code;
    const json_t *results = json_object_get(answer.json, "results");
    if (publishing->call->is_json)
        api_print(&answer);
    report_results(publishing, results);
    publishing->accepted_count += (uint64_t)json_integer_value(json_object_get(answer.json, "accepted"));
    publishing->refused_count += (uint64_t)json_integer_value(json_object_get(answer.json, "refused"));
    bool is_only_refused = answer.status == 400 && results != NULL;
    code = is_only_refused ? EXIT_CODE_OK : api_check(publishing->call, &answer);
    publishing->count = 0;
    buffer_clear(&publishing->body);
    return code;
}

static enum exit_code add_line(struct publishing *publishing, const struct ndjson_line *line, bool is_cut)
{
    enum exit_code code = EXIT_CODE_OK;
    if (is_cut) {
        terminal_note("%s:%" PRIu64 ": too_large: the line is longer than %d bytes", publishing->name, line->number,
                      EVENT_BYTES_MAX);
        publishing->refused_count++;
        return EXIT_CODE_OK;
    }
    if (publishing->count == BATCH_EVENTS_MAX || publishing->body.length + line->length + 1 > BATCH_BYTES_MAX)
        code = send_batch(publishing);
    if (code != EXIT_CODE_OK)
        return code;
    buffer_append(&publishing->body, line->text, line->length);
    buffer_append_char(&publishing->body, '\n');
    publishing->lines[publishing->count++] = line->number;
    return EXIT_CODE_OK;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static enum exit_code read_piece(struct publishing *publishing)
{
    size_t size;
    char *room = ndjson_stream_room(publishing->stream, &size);
    size_t length = fread(room, 1, size, publishing->file);
    ndjson_stream_fill(publishing->stream, length);
    publishing->is_ended = length == 0;
    if (ferror(publishing->file) != 0)
        return terminal_error(publishing->call, EXIT_CODE_FAILURE, "%s cannot be read", publishing->name);
    return EXIT_CODE_OK;
}

static enum exit_code publish_lines(struct publishing *publishing)
{
    struct ndjson_line line;
    bool is_cut;
    enum exit_code code = EXIT_CODE_OK;
    while (code == EXIT_CODE_OK) {
        if (ndjson_stream_next(publishing->stream, &line, &is_cut))
            code = add_line(publishing, &line, is_cut);
        else if (publishing->is_ended)
            return send_batch(publishing);
        else
            code = read_piece(publishing);
    }
    return code;
}

/* Is the start of the file, or the whole of it, one JSON object that goes over several lines? */
static bool is_one_object(const char *text, size_t length)
{
    size_t start = strspn(text, " \t\r\n"); /* the text ends with a NUL */
    size_t value_length = start < length && text[start] == '{' ? raw_json_length(text + start, length - start) : 0;
    return value_length > 0 && memchr(text + start, '\n', value_length) != NULL &&
           strspn(text + start + value_length, " \t\r\n") == length - start - value_length;
}

static enum exit_code finish(const struct publishing *publishing, enum exit_code code)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, 256);
    buffer_append_format(&out, "%" PRIu64 " accepted, %" PRIu64 " refused\n", publishing->accepted_count,
                         publishing->refused_count);
    if (!publishing->call->is_json)
        terminal_write(&out);
    if (code != EXIT_CODE_OK)
        terminal_note("Not everything of %s was sent; %" PRIu64 " events were accepted before that.", publishing->name,
                      publishing->accepted_count);
    return code == EXIT_CODE_OK && publishing->refused_count > 0 ? EXIT_CODE_FAILURE : code;
}

/* The file's start is read already; small files are looked at as a whole. */
static enum exit_code publish_open_file(struct publishing *publishing)
{
    CLEANUP(buffer_deinit) struct buffer start;
    char piece[16 * 1024];
    size_t size, length;
    buffer_init(&start, EVENT_BYTES_MAX + sizeof piece);
    while (start.length < EVENT_BYTES_MAX && (length = fread(piece, 1, sizeof piece, publishing->file)) > 0)
        buffer_append(&start, piece, length);
    if (start.length > 0 && is_one_object(start.bytes, start.length))
        return publish_event(publishing->call, publishing->api, start.bytes, start.length);
    char *room = ndjson_stream_room(publishing->stream, &size);
    memcpy(room, start.length > 0 ? start.bytes : "", start.length);
    ndjson_stream_fill(publishing->stream, start.length);
    publishing->is_ended = start.length == 0;
    return finish(publishing, publish_lines(publishing));
}

enum exit_code publish_file(const struct call *call, const char *path)
{
    enum exit_code code;
    struct error error = {""};
    CLEANUP_API struct api *api = api_open(call, API_EVENTS, &code);
    if (api == NULL)
        return code;
    struct publishing publishing = {.call = call, .api = api, .name = strcmp(path, "-") == 0 ? "standard input" : path};
    publishing.file = input_open(path, &error);
    if (publishing.file == NULL)
        return terminal_error(call, EXIT_CODE_FAILURE, "--file: %s", error.text);
    publishing.stream = ndjson_stream_new(EVENT_BYTES_MAX);
    buffer_init(&publishing.body, BATCH_BYTES_MAX + 1);
    code = publish_open_file(&publishing);
    buffer_deinit(&publishing.body);
    ndjson_stream_free(publishing.stream);
    input_close(publishing.file);
    return code;
}
