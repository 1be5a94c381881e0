#pragma once
/*
 * The dispatcher's own metrics; written by the loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/domain/outcome.h"
#include "common/service/metrics.h"

enum dispatcher_metric {
#define METRIC METRICS_ENUM
#include "dispatcher/metrics.def"
#undef METRIC
    DISPATCH_METRIC_COUNT
};

extern const struct metric_table dispatcher_metrics;

void count(enum dispatcher_metric metric);
void gauge(enum dispatcher_metric metric, int64_t value);
void observe_ms(enum dispatcher_metric metric, int64_t milliseconds);
void count_attempt(enum outcome outcome, enum error_class error);
