#pragma once
/*
 * kt-recorder: attempt records and event records become the history in PostgreSQL. Records of all partitions gather in
 * a batch; one job at a time writes a batch in the thread pool while the next one gathers. Owns everything of the
 * process. SPDX-License-Identifier: Apache-2.0
 */
#include "common/kafka/client.h"
#include "common/service/service.h"
#include "common/store/database.h"

struct recorder_settings {
#define SETTING SETTINGS_FIELD
#include "recorder/settings.def"
#undef SETTING
};

#define RECORDER_SECTION_COUNT 3

struct recorder;

struct recorder *recorder_new(void);
void recorder_free(struct recorder *recorder); /* NULL-safe; after service_main() */

void recorder_sections(struct recorder *recorder, struct settings_section sections_out[static RECORDER_SECTION_COUNT]);
extern const struct service_check recorder_checks[];

int recorder_start(void *owner, struct service_run *run, struct error *error);
void recorder_drain(void *owner);
void recorder_stop(void *owner);
void recorder_scrape(void *owner);
