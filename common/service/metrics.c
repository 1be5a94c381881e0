/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

#define DOCUMENT_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define US_PER_SECOND      1000000

static const char *const type_texts[] = {
#define X(name, text) [METRIC_##name] = (text),
    METRIC_TYPES(X)
#undef X
};

/* As they are written; the last is everything. */
static const struct {
    double seconds;
    const char *text;
} bounds[METRICS_BUCKET_COUNT - 1] = {
    {0.001,  "0.001" },
    {0.0025, "0.0025"},
    {0.005,  "0.005" },
    {0.01,   "0.01"  },
    {0.025,  "0.025" },
    {0.05,   "0.05"  },
    {0.1,    "0.1"   },
    {0.25,   "0.25"  },
    {0.5,    "0.5"   },
    {1,      "1"     },
    {2.5,    "2.5"   },
    {5,      "5"     },
    {10,     "10"    },
    {30,     "30"    },
    {300,    "300"   },
};

void metric_add(struct metric_value *value, int64_t amount)
{
    atomic_fetch_add_explicit(&value->value, amount, memory_order_relaxed);
}

void metric_set(struct metric_value *value, int64_t amount)
{
    atomic_store_explicit(&value->value, amount, memory_order_relaxed);
}

void metric_observe(struct metric_value *value, double seconds)
{
    size_t i = 0;
    while (i < ARRAY_LENGTH(bounds) && seconds > bounds[i].seconds)
        i++;
    if (value->buckets == NULL)
        value->buckets = alloc_zeroed(METRICS_BUCKET_COUNT, sizeof(*value->buckets));
    value->buckets[i]++;
    value->sum += seconds;
}

void metrics_reset(const struct metric_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        metric_set(&table->values[i], 0);
        free(table->values[i].buckets);
        table->values[i].buckets = NULL;
        table->values[i].sum = 0;
    }
}

/* "name{labels} ", "name_suffix{labels,more} "; labels and more may be NULL. */
static void write_name(struct buffer *out, const struct metric_row *row, const char *suffix, const char *more)
{
    buffer_append_format(out, "%s%s", row->name, suffix);
    if (row->labels != NULL || more != NULL) {
        buffer_append_char(out, '{');
        buffer_append_text(out, row->labels == NULL ? "" : row->labels);
        buffer_append_text(out, row->labels == NULL || more == NULL ? "" : ",");
        buffer_append_text(out, more == NULL ? "" : more);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ' ');
}

static void write_histogram(struct buffer *out, const struct metric_row *row, const struct metric_value *value)
{
    int64_t count = 0;
    for (size_t i = 0; i < METRICS_BUCKET_COUNT; i++) {
        char bound[32];
        (void)snprintf(bound, sizeof(bound), "le=\"%s\"", i < ARRAY_LENGTH(bounds) ? bounds[i].text : "+Inf");
        count += value->buckets == NULL ? 0 : value->buckets[i];
        write_name(out, row, "_bucket", bound);
        buffer_append_format(out, "%" PRId64 "\n", count);
    }
    write_name(out, row, "_sum", NULL);
    buffer_append_format(out, "%.9g\n", value->sum);
    write_name(out, row, "_count", NULL);
    buffer_append_format(out, "%" PRId64 "\n", count);
}

static void write_value(struct buffer *out, const struct metric_row *row, const struct metric_value *value)
{
    int64_t number = atomic_load_explicit(&value->value, memory_order_relaxed);
    if (row->type == METRIC_HISTOGRAM) {
        write_histogram(out, row, value);
        return;
    }
    write_name(out, row, "", NULL);
    if (row->type == METRIC_COUNTER_US)
        buffer_append_format(out, "%" PRId64 ".%06" PRId64 "\n", number / US_PER_SECOND, number % US_PER_SECOND);
    else
        buffer_append_format(out, "%" PRId64 "\n", number);
}

static bool is_new_family(const struct metric_table *table, size_t i)
{
    return i == 0 || strcmp(table->rows[i].name, table->rows[i - 1].name) != 0;
}

static void write_help(struct buffer *out, const struct metric_row *row)
{
    buffer_append_format(out, "# HELP %s ", row->name);
    for (const char *at = row->text; *at != '\0'; at++) {
        if (*at == '\\')
            buffer_append_text(out, "\\\\");
        else if (*at == '\n')
            buffer_append_text(out, "\\n");
        else
            buffer_append_char(out, *at);
    }
    buffer_append_format(out, "\n# TYPE %s %s\n", row->name, type_texts[row->type]);
}

void metrics_write(const struct metric_table *const *tables, struct buffer *out)
{
    for (; *tables != NULL; tables++) {
        const struct metric_table *table = *tables;
        for (size_t i = 0; i < table->count; i++) {
            if (is_new_family(table, i))
                write_help(out, &table->rows[i]);
            write_value(out, &table->rows[i], &table->values[i]);
        }
    }
}

/* The label sets of the family that starts at row i, one after the other. */
static void write_labels(struct buffer *out, const struct metric_table *table, size_t i)
{
    const char *separator = "";
    size_t first = i;
    for (; i < table->count && (i == first || !is_new_family(table, i)); i++) {
        if (table->rows[i].labels == NULL)
            continue;
        buffer_append_format(out, "%s`%s`", separator, table->rows[i].labels);
        separator = ", ";
    }
}

void metrics_print_markdown(const struct metric_table *const *tables)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, DOCUMENT_BYTES_MAX);
    buffer_append_text(&out, "| Metric | Type | Labels | What it says |\n|---|---|---|---|\n");
    for (; *tables != NULL; tables++) {
        for (size_t i = 0; i < (*tables)->count; i++) {
            const struct metric_row *row = &(*tables)->rows[i];
            if (!is_new_family(*tables, i))
                continue;
            buffer_append_format(&out, "| `%s` | %s | ", row->name, type_texts[row->type]);
            write_labels(&out, *tables, i);
            buffer_append_format(&out, " | %s |\n", row->text);
        }
    }
    (void)fwrite(out.bytes, 1, out.length, stdout);
}
