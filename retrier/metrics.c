/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/metrics.h"

static const struct metric_row rows[] = {
#define METRIC METRICS_ROW
#include "retrier/metrics.def"
#undef METRIC
};

static struct metric_value values[RETRIER_METRIC_COUNT];

const struct metric_table retrier_metrics = {.rows = rows, .values = values, .count = RETRIER_METRIC_COUNT};

void count(enum retrier_metric metric)
{
    metric_add(&values[metric], 1);
}

void gauge(enum retrier_metric metric, int64_t value)
{
    metric_set(&values[metric], value);
}

void observe_ms(enum retrier_metric metric, int64_t milliseconds)
{
    metric_observe(&values[metric], milliseconds > 0 ? (double)milliseconds / 1000.0 : 0.0);
}

enum retrier_metric metric_of_tier(enum retrier_metric first, enum retry_tier tier)
{
    return (enum retrier_metric)((unsigned)first + (unsigned)tier);
}
