#pragma once
/*
 * kt-producer: takes events over HTTP, or from a file, and answers for them once Kafka has them. Owns everything of the
 * process. SPDX-License-Identifier: Apache-2.0
 */
#include "common/kafka/client.h"
#include "common/service/service.h"
#include "common/store/database.h"

struct producer_settings {
#define SETTING SETTINGS_FIELD
#include "producer/settings.def"
#undef SETTING
};

#define PRODUCER_SECTION_COUNT 3

struct producer;

struct producer *producer_new(void);
void producer_free(struct producer *producer); /* NULL-safe; after service_main() */

void producer_sections(struct producer *producer, struct settings_section sections_out[static PRODUCER_SECTION_COUNT]);
extern const struct service_check producer_checks[];
extern const struct service_option producer_options[];

int producer_check(void *owner, struct error *error);
int producer_start(void *owner, struct service_run *run, struct error *error);
void producer_drain(void *owner);
void producer_stop(void *owner);
void producer_scrape(void *owner);
