#pragma once
/*
 * A running process: loop, signals, admin port, drain, from start to stop. Internal to the skeleton.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/service/service.h"

struct service_run_settings {
    const char *admin_listen;
    uint64_t drain_deadline_ms;
    const struct metric_table *const *metrics; /* all tables, NULL-terminated */
};

/* Returns the exit code. */
int service_run(const struct service *service, const struct service_run_settings *settings);
