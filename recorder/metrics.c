/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/metrics.h"

static const struct metric_row rows[] = {
#define METRIC METRICS_ROW
#include "recorder/metrics.def"
#undef METRIC
};

static struct metric_value values[RECORDER_METRIC_COUNT];

const struct metric_table recorder_metrics = {.rows = rows, .values = values, .count = RECORDER_METRIC_COUNT};

void count(enum recorder_metric metric, int64_t amount)
{
    metric_add(&values[metric], amount);
}

void gauge(enum recorder_metric metric, int64_t value)
{
    metric_set(&values[metric], value);
}

void observe(enum recorder_metric metric, double seconds)
{
    metric_observe(&values[metric], seconds);
}
