#pragma once
/*
 * The metrics that every program has: the process as the kernel sees it, log lines, loop lag, build.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/service/metrics.h"

extern const struct metric_table process_metrics;

/* Once, at the start of the process. */
void process_metrics_start(int64_t wall_ms);

/* Reads the kernel's numbers into the table, just before it is written. */
void process_metrics_update(void);

/* How late a timer of the loop ran. */
void process_metrics_observe_lag(double seconds);
