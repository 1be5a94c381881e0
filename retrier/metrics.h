#pragma once
/*
 * The retrier's own metrics; written by the loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/domain/retry_tier.h"
#include "common/service/metrics.h"

enum retrier_metric {
#define METRIC METRICS_ENUM
#include "retrier/metrics.def"
#undef METRIC
    RETRIER_METRIC_COUNT
};

extern const struct metric_table retrier_metrics;

void count(enum retrier_metric metric);
void gauge(enum retrier_metric metric, int64_t value);
void observe_ms(enum retrier_metric metric, int64_t milliseconds);

/* The row of a tier in a family that has one for each; first is the family's first row. */
enum retrier_metric metric_of_tier(enum retrier_metric first, enum retry_tier tier);
