#pragma once
/*
 * The producer's own metrics; written by the loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/service/metrics.h"

#include "producer/problem.h"

enum producer_metric {
#define METRIC METRICS_ENUM
#include "producer/metrics.def"
#undef METRIC
    INGEST_METRIC_COUNT
};

extern const struct metric_table producer_metrics;

void count(enum producer_metric metric, int64_t amount);
void gauge(enum producer_metric metric, int64_t value);
void count_request(unsigned status, uint64_t duration_us);
void count_refused(enum problem problem); /* one event */
