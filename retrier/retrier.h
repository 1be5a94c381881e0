#pragma once
/*
 * kt-retrier: moves records of failed deliveries through the retry topics, each of which is one constant delay, and
 * back to the dispatchers when their time has come. No HTTP, no database. Owns everything of the process.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/kafka/client.h"
#include "common/service/service.h"

struct retrier_settings {
#define SETTING SETTINGS_FIELD
#include "retrier/settings.def"
#undef SETTING
};

#define RETRIER_SECTION_COUNT 2

struct retrier;

struct retrier *retrier_new(void);
void retrier_free(struct retrier *retrier); /* NULL-safe; after service_main() */

void retrier_sections(struct retrier *retrier, struct settings_section sections_out[static RETRIER_SECTION_COUNT]);
extern const struct service_check retrier_checks[];

int retrier_start(void *owner, struct service_run *run, struct error *error);
void retrier_drain(void *owner);
void retrier_stop(void *owner);
void retrier_scrape(void *owner);
