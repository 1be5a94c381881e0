/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/metrics.h"

#include "common/base/attributes.h"

static const struct metric_row rows[] = {
#define METRIC METRICS_ROW
#include "dispatcher/metrics.def"
#undef METRIC
};

static struct metric_value values[DISPATCH_METRIC_COUNT];

const struct metric_table dispatcher_metrics = {.rows = rows, .values = values, .count = DISPATCH_METRIC_COUNT};

/* The rows of outcomes and error classes stand in the order of their enums. */
_Static_assert((int)DISPATCH_ABORTED - (int)DISPATCH_DELIVERED == (int)OUTCOME_ABORTED, "outcomes.def and metrics.def");
_Static_assert((int)DISPATCH_ERROR_BREAKER_OPEN - (int)DISPATCH_ERROR_NONE == (int)ERROR_CLASS_BREAKER_OPEN,
               "error_classes.def and metrics.def");

void count(enum dispatcher_metric metric)
{
    metric_add(&values[metric], 1);
}

void gauge(enum dispatcher_metric metric, int64_t value)
{
    metric_set(&values[metric], value);
}

void observe_ms(enum dispatcher_metric metric, int64_t milliseconds)
{
    metric_observe(&values[metric], milliseconds > 0 ? (double)milliseconds / 1000.0 : 0.0);
}

void count_attempt(enum outcome outcome, enum error_class error)
{
    metric_add(&values[(int)DISPATCH_DELIVERED + (int)outcome], 1);
    metric_add(&values[(int)DISPATCH_ERROR_NONE + (int)error], 1);
}
