/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/producer.h"

#include <errno.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#include "producer/bulk.h"
#include "producer/intake.h"
#include "producer/metrics.h"

#define CLIENT_ID         "kt-producer"
#define WATCH_INTERVAL_MS 1000
#define DRAIN_INTERVAL_MS 20

/* Either takes requests (server, intake, tokens) or loads a file (bulk). */
struct producer {
    struct producer_settings settings;
    struct kafka_settings kafka_settings;
    struct database_settings database_settings;
    const char *input_path; /* --input, NULL: requests */
    const char *org_id;     /* --org */
    struct service_run *run;
    struct kafka_producer *kafka;
    struct publisher publisher;
    struct token_cache *tokens;
    struct intake *intake;
    struct http_server *server;
    struct bulk *bulk;
    uv_timer_t watch;
    bool is_watching; /* the timer exists */
    bool is_closing;
    uint64_t flush_deadline_ms; /* while draining: what Kafka has not acknowledged by then is left to itself */
};

static const struct setting rows[] = {
#define SETTINGS_STRUCT producer_settings
#define SETTING         SETTINGS_ROW
#include "producer/settings.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

struct producer *producer_new(void)
{
    return ALLOC(struct producer);
}

void producer_free(struct producer *producer)
{
    free(producer);
}

void producer_sections(struct producer *producer, struct settings_section sections_out[static PRODUCER_SECTION_COUNT])
{
    sections_out[0] = (struct settings_section){
        .name = "producer", .rows = rows, .count = ARRAY_LENGTH(rows), .values = &producer->settings};
    sections_out[1] = kafka_settings_section(&producer->kafka_settings);
    sections_out[2] = database_settings_section(&producer->database_settings);
}

/* ---- flags and settings ---------------------------------------------------------------------------------------- */

static int set_input(void *owner, const char *value, struct error *error)
{
    struct producer *producer = owner;
    if (value[0] == '\0')
        return error_set(error, EINVAL, "--input needs the name of a file, or - for standard input");
    producer->input_path = value;
    return 0;
}

static int set_org(void *owner, const char *value, struct error *error)
{
    struct producer *producer = owner;
    if (strlen(value) > ORG_ID_BYTES_MAX || !event_id_is_valid(value, strlen(value)))
        return error_set(error, EINVAL,
                         "--org: an organization's id has 1 to %d letters, digits and _ - . :", ORG_ID_BYTES_MAX);
    producer->org_id = value;
    return 0;
}

const struct service_option producer_options[] = {
    {"input", "FILE", "Publish the events of a file, one on each line, then end; -: standard input.", set_input},
    {"org",   "ORG",  "With --input: the organization of events that name none.",                     set_org  },
    {NULL,    NULL,   NULL,                                                                           NULL     },
};

int producer_check(void *owner, struct error *error)
{
    const struct producer *producer = owner;
    const struct settings_list *types = &producer->settings.extra_types;
    for (size_t i = 0; i < types->count; i++) {
        if (!event_type_is_valid(types->items[i], strlen(types->items[i])))
            return error_set(error, EINVAL,
                             "producer.extra_types: %s is no event type; one looks like billing.invoice_paid",
                             types->items[i]);
    }
    if (producer->org_id != NULL && producer->input_path == NULL)
        return error_set(error, EINVAL, "--org only goes with --input; requests have the organization of their token");
    return 0;
}

/* ---- readiness ------------------------------------------------------------------------------------------------- */

static bool has_kafka(void *owner)
{
    const struct producer *producer = owner;
    return producer->kafka != NULL && kafka_producer_is_connected(producer->kafka) &&
           !kafka_producer_is_fatal(producer->kafka);
}

static bool has_tokens(void *owner)
{
    const struct producer *producer = owner;
    return producer->bulk != NULL || (producer->tokens != NULL && token_cache_is_loaded(producer->tokens));
}

static bool has_room(void *owner)
{
    const struct producer *producer = owner;
    return producer->intake == NULL ||
           (double)intake_in_flight_bytes(producer->intake) < 0.8 * (double)producer->settings.in_flight_max;
}

const struct service_check producer_checks[] = {
    {"kafka_connected", has_kafka },
    {"tokens_loaded",   has_tokens},
    {"has_room",        has_room  },
    {NULL,              NULL      },
};

/* ---- start ----------------------------------------------------------------------------------------------------- */

static void on_bulk_finished(void *owner, bool is_whole)
{
    struct producer *producer = owner;
    if (is_whole)
        service_drained(producer->run);
    else
        service_fail(producer->run);
}

static int start_bulk(struct producer *producer, struct error *error)
{
    const struct bulk_settings settings = {.publisher = &producer->publisher,
                                           .extra_types = &producer->settings.extra_types,
                                           .path = producer->input_path,
                                           .org_id = producer->org_id,
                                           .patience_ms = (uint64_t)producer->settings.ack_timeout,
                                           .finished = on_bulk_finished,
                                           .owner = producer};
    return bulk_new(&settings, service_loop(producer->run), &producer->bulk, error);
}

static int start_server(struct producer *producer, struct error *error)
{
    static const struct http_route routes[] = {
        {.method = "POST",
         .path = "/v1/events",
         .handler = intake_handle,
         .body_bytes_max = INTAKE_REQUEST_BYTES_MAX,
         .scope = "events:write"},
        {.method = NULL},
    };
    uv_loop_t *loop = service_loop(producer->run);
    producer->tokens = token_cache_new(&producer->database_settings, loop);
    const struct intake_settings intake = {.publisher = &producer->publisher,
                                           .tokens = producer->tokens,
                                           .extra_types = &producer->settings.extra_types,
                                           .ack_timeout_ms = (uint64_t)producer->settings.ack_timeout,
                                           .in_flight_bytes_max = (size_t)producer->settings.in_flight_max};
    producer->intake = intake_new(&intake, loop);
    const struct http_server_settings server = {
        .listen = producer->settings.listen, .routes = routes, .owner = producer->intake};
    int code = http_server_new(&server, loop, &producer->server, error);
    if (code == 0)
        log_info("listening", "events are taken on port %u", http_server_port(producer->server));
    return code;
}

static void on_watch(uv_timer_t *timer);

int producer_start(void *owner, struct service_run *run, struct error *error)
{
    struct producer *producer = owner;
    uv_loop_t *loop = service_loop(run);
    producer->run = run;
    int code = kafka_producer_new(&producer->kafka_settings, CLIENT_ID, loop, &producer->kafka, error);
    if (code < 0)
        return code;
    publisher_init(&producer->publisher, producer->kafka, producer->kafka_settings.topic_prefix);
    (void)uv_timer_init(loop, &producer->watch);
    producer->watch.data = producer;
    producer->is_watching = true;
    (void)uv_timer_start(&producer->watch, on_watch, WATCH_INTERVAL_MS, WATCH_INTERVAL_MS);
    return producer->input_path != NULL ? start_bulk(producer, error) : start_server(producer, error);
}

/* ---- drain and stop -------------------------------------------------------------------------------------------- */

static void on_tokens_closed(void *owner)
{
    struct producer *producer = owner;
    service_drained(producer->run);
}

/* Everything is answered, and acknowledged or its time is up. */
static bool is_drained(const struct producer *producer)
{
    bool is_durable = kafka_producer_pending_count(producer->kafka) == 0;
    return intake_waiting_count(producer->intake) == 0 && http_server_request_count(producer->server) == 0 &&
           (is_durable || clock_monotonic_ms() > producer->flush_deadline_ms);
}

/* An idempotent producer that has failed for good can only be replaced by a new process. */
static void on_watch(uv_timer_t *timer)
{
    struct producer *producer = timer->data;
    if (kafka_producer_is_fatal(producer->kafka)) {
        log_error("kafka_producer_failed",
                  "the Kafka producer has failed for good; this process ends and has to be started again");
        (void)uv_timer_stop(timer);
        service_fail(producer->run);
        return;
    }
    if (producer->intake == NULL || !service_is_draining(producer->run) || producer->is_closing ||
        !is_drained(producer))
        return;
    producer->is_closing = true;
    token_cache_close(producer->tokens, on_tokens_closed, producer);
}

void producer_drain(void *owner)
{
    struct producer *producer = owner;
    if (producer->bulk != NULL) {
        bulk_stop_reading(producer->bulk);
        return;
    }
    producer->flush_deadline_ms = clock_monotonic_ms() + 2 * (uint64_t)producer->settings.ack_timeout;
    (void)uv_timer_start(&producer->watch, on_watch, 0, DRAIN_INTERVAL_MS);
    http_server_stop_accepting(producer->server);
    intake_refuse_new(producer->intake);
}

/* The mirror of start, also of one that failed half-way: each step accepts what was never made. */
void producer_stop(void *owner)
{
    struct producer *producer = owner;
    if (producer->intake != NULL)
        intake_answer_all(producer->intake);
    http_server_free(producer->server);
    kafka_producer_free(producer->kafka);
    bulk_free(producer->bulk);
    intake_free(producer->intake);
    token_cache_free(producer->tokens);
    publisher_deinit(&producer->publisher);
    if (producer->is_watching)
        uv_close((uv_handle_t *)&producer->watch, NULL);
}

void producer_scrape(void *owner)
{
    struct producer *producer = owner;
    if (producer->intake == NULL)
        return;
    gauge(INGEST_REQUESTS_IN_FLIGHT, (int64_t)intake_waiting_count(producer->intake));
    gauge(INGEST_EVENT_BYTES_IN_FLIGHT, (int64_t)intake_in_flight_bytes(producer->intake));
    gauge(INGEST_EVENT_BYTES_IN_FLIGHT_LIMIT, producer->settings.in_flight_max);
}
