/* SPDX-License-Identifier: Apache-2.0 */
/* A program on the skeleton with an HTTP server of its own; what the tests of both talk to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/buffer.h"
#include "common/base/log.h"
#include "common/http/server.h"
#include "common/service/service.h"

#define LATE_MS           300
#define DRAIN_INTERVAL_MS 20

struct sample_settings {
#define SETTING SETTINGS_FIELD
#include "tests/component/service/sample.def"
#undef SETTING
};

#define SETTINGS_STRUCT sample_settings
static const struct setting rows[] = {
#define SETTING SETTINGS_ROW
#include "tests/component/service/sample.def"
#undef SETTING
};

struct sample {
    struct sample_settings settings;
    struct service_run *run;
    struct http_server *server;
    uv_timer_t drain_check;
    bool is_started;
    struct http_request *kept; /* answered after the server is gone */
    const char *greeting;
};

/* An answer that is under way. */
struct late {
    uv_timer_t timer;
    struct http_request *request;
};

static void on_late_closed(uv_handle_t *timer)
{
    free(timer->data);
}

static void on_late(uv_timer_t *timer)
{
    struct late *late = timer->data;
    http_respond_json(late->request, 200, "{\"late\":true}");
    uv_close((uv_handle_t *)timer, on_late_closed);
}

static void answer_late(void *owner, struct http_request *request)
{
    const struct sample *sample = owner;
    if (sample->settings.threads > 0) {
        (void)usleep(LATE_MS * 1000);
        http_respond_json(request, 200, "{\"late\":true}");
        return;
    }
    struct late *late = ALLOC(struct late);
    late->request = request;
    (void)uv_timer_init(service_loop(sample->run), &late->timer);
    late->timer.data = late;
    (void)uv_timer_start(&late->timer, on_late, LATE_MS, 0);
}

static void keep(void *owner, struct http_request *request)
{
    struct sample *sample = owner;
    if (sample->kept != NULL)
        http_respond_problem(sample->kept, 503, "replaced", "another request is kept");
    sample->kept = request;
}

static void echo(void *owner, struct http_request *request)
{
    (void)owner;
    http_respond(request, 200, "application/octet-stream", request->body, request->body_length, NULL);
}

static void append_parameter(void *owner, const char *name, const char *value)
{
    struct buffer *text = owner;
    buffer_append_format(text, "%s=%s\n", name, value);
}

static void describe(void *owner, struct http_request *request)
{
    static const char *const headers[] = {"X-Good: yes", "X-Bad: no\r\nX-Worse: no", "no header", NULL};
    const char *bearer = http_request_bearer(request);
    CLEANUP(buffer_deinit) struct buffer text;
    (void)owner;
    buffer_init(&text, 65536);
    buffer_append_format(&text, "%s %s id=%s bearer=%s\n", request->method, request->path, request->parameters[0],
                         bearer == NULL ? "" : bearer);
    http_request_each_query(request, append_parameter, &text);
    http_respond(request, 200, "text/plain", text.bytes, text.length, headers);
}

static const struct http_route routes[] = {
    {.method = "POST",        .path = "/echo", .handler = echo, .body_bytes_max = 1024 * 1024},
    {.method = "POST",        .path = "/small", .handler = echo, .body_bytes_max = 16},
    {.method = "GET",                       .path = "/late", .handler = answer_late},
    {.method = "GET",.path = "/kept", .handler = keep},
    {.method = "GET",   .path = "/things/{id}", .handler = describe},
    {.method = "DELETE",         .path = "/things/{id}", .handler = describe},
    {.method = NULL},
};

static void on_drain_check(uv_timer_t *timer)
{
    struct sample *sample = timer->data;
    if (!sample->settings.never_drains && http_server_request_count(sample->server) == 0)
        service_drained(sample->run);
}

static int sample_start(void *owner, struct service_run *run, struct error *error)
{
    struct sample *sample = owner;
    const struct http_server_settings settings = {.listen = "127.0.0.1:0",
                                                  .routes = routes,
                                                  .owner = sample,
                                                  .thread_count = (unsigned)sample->settings.threads,
                                                  .idle_timeout_s = 2};
    sample->run = run;
    (void)uv_timer_init(service_loop(run), &sample->drain_check);
    sample->drain_check.data = sample;
    sample->is_started = true;
    int status = http_server_new(&settings, service_loop(run), &sample->server, error);
    if (status < 0)
        return status;
    char port[16];
    (void)snprintf(port, sizeof(port), "%u", http_server_port(sample->server));
    log_event(LOG_INFO, "listening", LOG_FIELDS({"listener", "sample"}, {"port", port}), "%s", sample->greeting);
    return 0;
}

static void sample_drain(void *owner)
{
    struct sample *sample = owner;
    http_server_stop_accepting(sample->server);
    (void)uv_timer_start(&sample->drain_check, on_drain_check, 0, DRAIN_INTERVAL_MS);
}

static void sample_stop(void *owner)
{
    struct sample *sample = owner;
    http_server_free(sample->server);
    if (sample->kept != NULL)
        http_respond_json(sample->kept, 200, "{}");
    if (sample->is_started)
        uv_close((uv_handle_t *)&sample->drain_check, NULL);
    while (sample->settings.hangs_in_stop)
        (void)pause();
}

static bool is_well(void *owner)
{
    const struct sample *sample = owner;
    return sample->kept == NULL;
}

static int check(void *owner, struct error *error)
{
    const struct sample *sample = owner;
    if (sample->settings.threads == 13)
        return error_set(error, EINVAL, "sample.threads: 13 brings bad luck");
    return 0;
}

static int set_greeting(void *owner, const char *value, struct error *error)
{
    struct sample *sample = owner;
    if (value[0] == '\0')
        return error_set(error, EINVAL, "--greeting must say something");
    sample->greeting = value;
    return 0;
}

static int run_words(void *owner, int argc, char **argv)
{
    (void)owner;
    for (int i = 0; i < argc; i++)
        (void)printf("%s\n", argv[i]);
    return 7;
}

static const struct service_command commands[] = {
    {"words", "words WORD…", "Print the words.", run_words},
    {NULL,    NULL,            NULL,               NULL     },
};

static const struct service_option options[] = {
    {"greeting", "TEXT", "What to say when listening.", set_greeting},
    {NULL,       NULL,   NULL,                          NULL        },
};

static const struct service_check checks[] = {
    {"is_well", is_well},
    {NULL,      NULL   },
};

int main(int argc, char **argv)
{
    struct sample sample = {.greeting = "hello"};
    const struct settings_section section = {"sample", rows, ARRAY_LENGTH(rows), &sample.settings};
    return service_main(
        &(struct service){
            .name = "kt-sample",
            .summary = "Shows what the skeleton does.",
            .program = &sample,
            .sections = &section,
            .section_count = 1,
            .commands = commands,
            .checks = checks,
            .options = options,
            .check = check,
            .start = sample_start,
            .drain = sample_drain,
            .stop = sample_stop,
        },
        argc, argv);
}
