/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/metrics.h"

#include "common/base/attributes.h"

static const struct metric_row rows[] = {
#define METRIC METRICS_ROW
#include "producer/metrics.def"
#undef METRIC
};

static struct metric_value values[INGEST_METRIC_COUNT];

const struct metric_table producer_metrics = {.rows = rows, .values = values, .count = INGEST_METRIC_COUNT};

void count(enum producer_metric metric, int64_t amount)
{
    metric_add(&values[metric], amount);
}

void gauge(enum producer_metric metric, int64_t value)
{
    metric_set(&values[metric], value);
}

void count_request(unsigned status, uint64_t duration_us)
{
    count(status < 400 ? INGEST_2XX : status < 500 ? INGEST_4XX : INGEST_5XX, 1);
    metric_observe(&values[INGEST_REQUEST_SECONDS], (double)duration_us / 1e6);
}

/* Ours, theirs by rule, or theirs by form. */
void count_refused(enum problem problem)
{
    if (problem_status(problem) >= 500)
        count(INGEST_UNAVAILABLE, 1);
    else if (problem == PROBLEM_TOO_LARGE)
        count(INGEST_TOO_LARGE, 1);
    else if (problem == PROBLEM_UNKNOWN_TYPE || problem == PROBLEM_WRONG_ORG || problem == PROBLEM_NO_ORG)
        count(INGEST_REJECTED, 1);
    else
        count(INGEST_INVALID, 1);
}
