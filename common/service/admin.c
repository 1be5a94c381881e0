/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/admin.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/buffer.h"
#include "common/http/server.h"
#include "common/service/build.h"
#include "common/service/process_metrics.h"

#define METRICS_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define ANSWER_BYTES_MAX  ((size_t)8 * 1024)
#define PLAIN_TEXT        "text/plain; charset=utf-8"
#define PROMETHEUS_TEXT   "text/plain; version=0.0.4; charset=utf-8"

struct admin {
    struct admin_sources sources;
    struct http_server *server;
};

static void respond_text(struct http_request *request, unsigned status, const struct buffer *text)
{
    http_respond(request, status, PLAIN_TEXT, text->bytes, text->length, NULL);
}

static void on_livez(void *owner, struct http_request *request)
{
    (void)owner;
    http_respond(request, MHD_HTTP_OK, PLAIN_TEXT, "ok\n", 3, NULL);
}

static bool append_check(struct buffer *text, const char *name, bool is_ready, bool is_verbose)
{
    if (is_verbose)
        buffer_append_format(text, "[%c] %s %s\n", is_ready ? '+' : '-', name, is_ready ? "ok" : "failed");
    else if (!is_ready)
        buffer_append_format(text, "%s failed\n", name);
    return is_ready;
}

static void on_readyz(void *owner, struct http_request *request)
{
    const struct admin *admin = owner;
    const struct service *service = admin->sources.service;
    bool is_verbose = http_request_query(request, "verbose") != NULL;
    CLEANUP(buffer_deinit) struct buffer text;
    buffer_init(&text, ANSWER_BYTES_MAX);
    bool is_ready = append_check(&text, "not_draining", !service_is_draining(admin->sources.run), is_verbose);
    for (const struct service_check *check = service->checks; check != NULL && check->name != NULL; check++)
        is_ready &= append_check(&text, check->name, check->is_ready(service->program), is_verbose);
    buffer_append_text(&text, is_ready ? "ok\n" : "not ready\n");
    respond_text(request, is_ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, &text);
}

static void on_metrics(void *owner, struct http_request *request)
{
    const struct admin *admin = owner;
    const struct service *service = admin->sources.service;
    CLEANUP(buffer_deinit) struct buffer text;
    buffer_init(&text, METRICS_BYTES_MAX);
    if (service->scrape != NULL)
        service->scrape(service->program);
    process_metrics_update();
    metrics_write(admin->sources.metrics, &text);
    if (text.is_overflowed)
        http_respond_problem(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "too_many_metrics", "the metrics do not fit");
    else
        http_respond(request, MHD_HTTP_OK, PROMETHEUS_TEXT, text.bytes, text.length, NULL);
}

static void on_buildinfo(void *owner, struct http_request *request)
{
    const struct admin *admin = owner;
    const char *commit = build_commit();
    CLEANUP(buffer_deinit) struct buffer json;
    buffer_init(&json, ANSWER_BYTES_MAX);
    buffer_append_format(
        &json, "{\"service\":\"%s\",\"version\":\"" BUILD_VERSION "\",\"commit\":", admin->sources.service->name);
    buffer_append_json(&json, commit, commit == NULL ? 0 : strlen(commit));
    buffer_append_text(&json, ",\"compiler\":");
    buffer_append_json(&json, __VERSION__, strlen(__VERSION__));
    buffer_append_format(&json, ",\"libuv\":\"%s\",\"libmicrohttpd\":\"%s\"}\n", uv_version_string(),
                         MHD_get_version());
    http_respond(request, MHD_HTTP_OK, "application/json", json.bytes, json.length, NULL);
}

static const struct http_route routes[] = {
    {.method = "GET",       .path = "/livez", .handler = on_livez},
    {.method = "GET",  .path = "/readyz", .handler = on_readyz},
    {.method = "GET",       .path = "/metrics", .handler = on_metrics},
    {.method = "GET", .path = "/buildinfo", .handler = on_buildinfo},
    {.method = NULL      },
};

int admin_new(const struct admin_sources *sources, uv_loop_t *loop, struct admin **admin_out, struct error *error)
{
    struct admin *admin = ALLOC(struct admin);
    const struct http_server_settings settings = {.listen = sources->listen, .routes = routes, .owner = admin};
    admin->sources = *sources;
    int status = http_server_new(&settings, loop, &admin->server, error);
    if (status < 0) {
        free(admin);
        return error_prefix(error, status, "admin.listen");
    }
    *admin_out = admin;
    return 0;
}

unsigned admin_port(const struct admin *admin)
{
    return http_server_port(admin->server);
}

void admin_free(struct admin *admin)
{
    if (admin == NULL)
        return;
    http_server_free(admin->server);
    free(admin);
}
