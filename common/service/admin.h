#pragma once
/*
 * The admin port: /livez (the loop turns), /readyz (the program's checks; ?verbose lists them), /metrics, /buildinfo.
 * For probes and Prometheus, not for the public. On the loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <uv.h>

#include "common/service/service.h"

struct admin;

struct admin_sources {
    const char *listen;
    const struct service *service;
    const struct service_run *run;
    const struct metric_table *const *metrics; /* all tables, NULL-terminated */
};

MUST_CHECK int admin_new(const struct admin_sources *sources, uv_loop_t *loop, struct admin **admin_out,
                         struct error *error);
unsigned admin_port(const struct admin *admin);
void admin_free(struct admin *admin); /* NULL-safe; the loop has to run once more */
