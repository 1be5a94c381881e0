/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <assert.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/log.h"
#include "common/kafka/producer.h"

#include "api/payload.h"
#include "api/routes.h"

#define CLIENT_ID      "kt-api"
#define PROBE_MS       2000 /* between questions whether the database is there */
#define DRAIN_CHECK_MS 20

static const struct setting rows[] = {
#define SETTINGS_STRUCT api_settings
#define SETTING         SETTINGS_ROW
#include "api/settings.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

static const struct metric_row metric_rows[] = {
#define METRIC METRICS_ROW
#include "api/metrics.def"
#undef METRIC
};
static struct metric_value metric_values[API_METRIC_COUNT];
const struct metric_table api_metrics = {metric_rows, metric_values, API_METRIC_COUNT};

void api_count(enum api_metric metric)
{
    metric_add(&metric_values[metric], 1);
}

struct api *api_new(void)
{
    json_set_alloc_funcs(alloc_bytes, free); /* jansson runs out of memory as we do */
    return ALLOC(struct api);
}

void api_free(struct api *api)
{
    free(api);
}

void api_sections(struct api *api, struct settings_section sections_out[static API_SECTION_COUNT])
{
    sections_out[0] =
        (struct settings_section){.name = "api", .rows = rows, .count = ARRAY_LENGTH(rows), .values = &api->settings};
    sections_out[1] = kafka_settings_section(&api->kafka);
    sections_out[2] = database_settings_section(&api->database);
    sections_out[3] = secrets_settings_section(&api->secrets);
    sections_out[4] = egress_settings_section(&api->egress);
}

/* ---- is the database there? ----------------------------------------------------------------------------------------
 */

void api_note_database(struct api *api, const struct error *error)
{
    bool is_away = error != NULL;
    if (atomic_exchange(&api->is_database_away, is_away) == is_away)
        return;
    if (is_away)
        log_warning("database_away", "%s; requests are answered with 503 until it is back", error->text);
    else
        log_info("database_back", "PostgreSQL answers again");
}

/* In libuv's pool: uses a connection, so that the pool knows how it is. */
static void probe(uv_work_t *work)
{
    struct api *api = CONTAINER_OF(work, struct api, probe);
    struct error error = {0};
    PGconn *connection = database_pool_take(api->pool, &error);
    bool is_there = connection != NULL && database_execute(connection, "SELECT 1", NULL, 0, &error) == 0;
    database_pool_give(api->pool, connection); /* a lost one makes the pool unhealthy */
    api_note_database(api, is_there ? NULL : &error);
}

static void probed(uv_work_t *work, int status)
{
    (void)status; /* never cancelled */
    CONTAINER_OF(work, struct api, probe)->is_probing = false;
}

static void on_probe_time(uv_timer_t *timer)
{
    struct api *api = timer->data;
    if (api->is_probing)
        return;
    api->is_probing = uv_queue_work(timer->loop, &api->probe, probe, probed) == 0;
}

static bool database_is_ready(void *program)
{
    const struct api *api = program;
    return database_pool_is_healthy(api->pool);
}

static bool kafka_is_ready(void *program)
{
    const struct api *api = program;
    return kafka_producer_is_connected(api->producer);
}

const struct service_check api_checks[] = {
    {"database",      database_is_ready},
    {"kafka",               kafka_is_ready},
    {0},
};

/* ---- life ----------------------------------------------------------------------------------------------------------
 */

static int open_server(struct api *api, struct error *error)
{
    const struct http_server_settings settings = {
        .listen = api->settings.listen,
        .routes = api_routes,
        .owner = api,
        .thread_count = (unsigned)api->settings.threads,
    };
    int result = http_server_new(&settings, service_loop(api->run), &api->server, error);
    return result < 0 ? error_prefix(error, result, "api.listen %s", api->settings.listen) : 0;
}

static void start_probing(struct api *api)
{
    int result = uv_timer_init(service_loop(api->run), &api->timer);
    assert(result == 0);
    api->timer.data = api;
    api->is_started = true;
    result = uv_timer_start(&api->timer, on_probe_time, 0, PROBE_MS);
    assert(result == 0);
}

int api_start(void *program, struct service_run *run, struct error *error)
{
    struct api *api = program;
    api->run = run;
    int result = egress_url_policy(&api->egress, &api->policy, error);
    if (result == 0)
        result = secrets_load_keys(&api->secrets, &api->keys, error);
    if (result == 0)
        result = kafka_producer_new(&api->kafka, CLIENT_ID, NULL, &api->producer, error);
    if (result == 0)
        result = payload_reader_new(&api->kafka, (int)api->settings.payload_timeout, &api->payloads, error);
    if (result < 0)
        return result;
    api->pool = database_pool_new(&api->database, CLIENT_ID);
    start_probing(api);
    result = open_server(api, error);
    if (result == 0)
        log_info("listening", "REST API on port %u", http_server_port(api->server));
    return result;
}

static void on_drain_time(uv_timer_t *timer)
{
    struct api *api = timer->data;
    if (http_server_request_count(api->server) > 0 || api->is_probing)
        return;
    uv_timer_stop(timer);
    service_drained(api->run);
}

void api_drain(void *program)
{
    struct api *api = program;
    http_server_stop_accepting(api->server);
    int result = uv_timer_start(&api->timer, on_drain_time, 0, DRAIN_CHECK_MS);
    assert(result == 0);
}

void api_stop(void *program)
{
    struct api *api = program;
    if (api->is_started)
        uv_close((uv_handle_t *)&api->timer, NULL);
    http_server_free(api->server);
    database_pool_free(api->pool);
    payload_reader_free(api->payloads);
    kafka_producer_free(api->producer);
    seal_keys_wipe(&api->keys);
}

void api_scrape(void *program)
{
    const struct api *api = program;
    metric_set(&metric_values[API_REQUESTS_IN_FLIGHT], (int64_t)http_server_request_count(api->server));
}
