#pragma once
/*
 * kt-api: REST over the webhooks and their history. Owns everything that lives as long as the process. What handler
 * threads use (settings, policy, keys, pool, producer, payload reader) does not change between start and stop.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <uv.h>

#include "common/config/settings.h"
#include "common/domain/seal.h"
#include "common/domain/url_policy.h"
#include "common/http/sender.h"
#include "common/http/server.h"
#include "common/kafka/client.h"
#include "common/service/metrics.h"
#include "common/service/service.h"
#include "common/store/database.h"

struct api_settings {
#define SETTING SETTINGS_FIELD
#include "api/settings.def"
#undef SETTING
};

enum api_metric {
#define METRIC METRICS_ENUM
#include "api/metrics.def"
#undef METRIC
    API_METRIC_COUNT
};

struct kafka_producer;
struct payload_reader;

struct api {
    struct api_settings settings;
    struct kafka_settings kafka;
    struct database_settings database;
    struct secrets_settings secrets;
    struct egress_settings egress;

    struct url_policy policy;
    struct seal_keys keys;
    struct database_pool *pool;
    struct kafka_producer *producer;
    struct payload_reader *payloads;
    struct http_server *server;

    struct service_run *run;
    uv_timer_t timer; /* asks after the database; after drain, whether requests are left */
    uv_work_t probe;
    bool is_started, is_probing;
    _Atomic bool is_database_away; /* as last seen; any thread */
};

#define API_SECTION_COUNT 5

struct api *api_new(void);
void api_free(struct api *api); /* NULL-safe; after stop */
void api_sections(struct api *api, struct settings_section sections_out[static API_SECTION_COUNT]);

/* For struct service. */
int api_start(void *program, struct service_run *run, struct error *error);
void api_drain(void *program);
void api_stop(void *program);
void api_scrape(void *program);

extern const struct service_check api_checks[];
extern const struct metric_table api_metrics;

/* Any thread. */
void api_count(enum api_metric metric);
/* PostgreSQL answered (error NULL) or did not: logs when that changes, so that an outage is two lines and not two for
 * each request. */
void api_note_database(struct api *api, const struct error *error);
