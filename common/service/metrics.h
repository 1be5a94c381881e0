#pragma once
/*
 * Counters, gauges and histograms of a process in tables: one row per series, from a `.def` file
 *
 *     METRIC(field, COUNTER, "kt_recorder_rows_total", "label=\"value\"", "What it counts.")
 *
 * A family with labels has one row per label set (label sets are closed lists: ids never become labels); rows of one
 * family stand together. Families with many label values are made from other tables with one METRIC per value.
 * Histograms belong to the loop's thread; the rest may be written by any. SPDX-License-Identifier: Apache-2.0
 *
 *     enum {
 *     #define METRIC METRICS_ENUM
 *     #include "recorder/metrics.def"
 *     #undef METRIC
 *     RECORDER_METRIC_COUNT };
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/buffer.h"

#define METRIC_TYPES(X)                                                     \
    X(COUNTER, "counter")                                                   \
    X(COUNTER_US, "counter") /* kept in microseconds, written in seconds */ \
    X(GAUGE, "gauge")                                                       \
    X(HISTOGRAM, "histogram")

/* Upper bounds in seconds: 0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30 300 +Inf. */
#define METRICS_BUCKET_COUNT 16

enum metric_type {
#define X(name, text) METRIC_##name,
    METRIC_TYPES(X)
#undef X
};

struct metric_row {
    enum metric_type type;
    const char *name;
    const char *labels; /* NULL or "outcome=\"delivered\"" */
    const char *text;
};

struct metric_value {
    _Atomic int64_t value; /* counter, gauge (whole numbers in base units) */
    int64_t *buckets;      /* histogram only; made on first use */
    double sum;
};

struct metric_table {
    const struct metric_row *rows;
    struct metric_value *values; /* same length */
    size_t count;
};

#define METRICS_ENUM(id, type, name, labels, text) id,
#define METRICS_ROW(id, type, name, labels, text)  {METRIC_##type, name, labels, text},

void metric_add(struct metric_value *value, int64_t amount);     /* any thread */
void metric_set(struct metric_value *value, int64_t amount);     /* any thread */
void metric_observe(struct metric_value *value, double seconds); /* loop's thread */

/* Frees the buckets; the values are zero afterwards. */
void metrics_reset(const struct metric_table *table);

/* Prometheus text format 0.0.4, HELP and TYPE once per family. tables end with NULL. */
void metrics_write(const struct metric_table *const *tables, struct buffer *out);
void metrics_print_markdown(const struct metric_table *const *tables); /* docs/metrics.md, to stdout */
