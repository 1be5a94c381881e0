#pragma once
/*
 * kt-dispatcher: consumes events and due deliveries, signs and POSTs them, records every attempt. Owns everything of
 * the process. SPDX-License-Identifier: Apache-2.0
 */
#include "common/http/sender.h"
#include "common/kafka/client.h"
#include "common/service/service.h"
#include "common/store/database.h"

struct dispatcher_settings {
#define SETTING SETTINGS_FIELD
#include "dispatcher/settings.def"
#undef SETTING
};

struct dispatcher_config {
    struct dispatcher_settings dispatcher;
    struct kafka_settings kafka;
    struct database_settings database;
    struct secrets_settings secrets;
    struct egress_settings egress;
};

#define DISPATCHER_SECTION_COUNT 5

struct dispatcher;

struct dispatcher *dispatcher_new(void);
void dispatcher_free(struct dispatcher *dispatcher); /* NULL-safe; after service_main() */

void dispatcher_sections(struct dispatcher *dispatcher,
                         struct settings_section sections_out[static DISPATCHER_SECTION_COUNT]);
extern const struct service_check dispatcher_checks[];

/* For service_main(); owner is the dispatcher. */
int dispatcher_start(void *owner, struct service_run *run, struct error *error);
void dispatcher_drain(void *owner);
void dispatcher_stop(void *owner);
void dispatcher_scrape(void *owner);
