#pragma once
/*
 * The recorder's own metrics; written by the loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/service/metrics.h"

enum recorder_metric {
#define METRIC METRICS_ENUM
#include "recorder/metrics.def"
#undef METRIC
    RECORDER_METRIC_COUNT
};

extern const struct metric_table recorder_metrics;

void count(enum recorder_metric metric, int64_t amount);
void gauge(enum recorder_metric metric, int64_t value);
void observe(enum recorder_metric metric, double seconds);
