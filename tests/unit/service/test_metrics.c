/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/service/metrics.h"

#include "tests/unit/unit.h"

enum {
    ROWS,
    FAILED_A,
    FAILED_B,
    WAITING,
    BUSY,
    SECONDS,
    METRIC_COUNT
};

static const struct metric_row rows[METRIC_COUNT] = {
    {METRIC_COUNTER,    "kt_rows_total",         NULL,            "Rows."                          },
    {METRIC_COUNTER,    "kt_failed_total",       "error=\"a\"",   "Failures."                      },
    {METRIC_COUNTER,    "kt_failed_total",       "error=\"b\"",   "Failures."                      },
    {METRIC_GAUGE,      "kt_waiting",            NULL,            "Waiting\nwith a \\ in the text."},
    {METRIC_COUNTER_US, "kt_busy_seconds_total", NULL,            "Busy."                          },
    {METRIC_HISTOGRAM,  "kt_seconds",            "lane=\"main\"", "Time."                          },
};

static struct metric_value values[METRIC_COUNT];
static const struct metric_table table = {rows, values, METRIC_COUNT};
static const struct metric_table *const tables[] = {&table, NULL};

static int reset(void **state)
{
    (void)state;
    metrics_reset(&table);
    return 0;
}

static void expect_written(const char *expected)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, 65536);
    metrics_write(tables, &out);
    if (strstr(out.bytes, expected) == NULL)
        fail_msg("not found:\n%s\nin:\n%s", expected, out.bytes);
}

static void a_family_is_described_once(void **state)
{
    (void)state;
    metric_add(&values[FAILED_A], 2);
    metric_add(&values[FAILED_A], 3);
    expect_written("# HELP kt_rows_total Rows.\n# TYPE kt_rows_total counter\nkt_rows_total 0\n"
                   "# HELP kt_failed_total Failures.\n# TYPE kt_failed_total counter\n"
                   "kt_failed_total{error=\"a\"} 5\nkt_failed_total{error=\"b\"} 0\n");
}

static void a_gauge_goes_up_and_down(void **state)
{
    (void)state;
    metric_set(&values[WAITING], 7);
    metric_add(&values[WAITING], -10);
    expect_written("# HELP kt_waiting Waiting\\nwith a \\\\ in the text.\n# TYPE kt_waiting gauge\nkt_waiting -3\n");
}

static void microseconds_are_written_as_seconds(void **state)
{
    (void)state;
    metric_set(&values[BUSY], 12000345);
    expect_written("# TYPE kt_busy_seconds_total counter\nkt_busy_seconds_total 12.000345\n");
}

static void a_histogram_counts_up_to_each_bound(void **state)
{
    (void)state;
    metric_observe(&values[SECONDS], 0.001); /* a bound belongs to its bucket */
    metric_observe(&values[SECONDS], 0.002);
    metric_observe(&values[SECONDS], 301);
    expect_written("# TYPE kt_seconds histogram\n"
                   "kt_seconds_bucket{lane=\"main\",le=\"0.001\"} 1\n"
                   "kt_seconds_bucket{lane=\"main\",le=\"0.0025\"} 2\n");
    expect_written("kt_seconds_bucket{lane=\"main\",le=\"300\"} 2\n"
                   "kt_seconds_bucket{lane=\"main\",le=\"+Inf\"} 3\n"
                   "kt_seconds_sum{lane=\"main\"} 301.003\n"
                   "kt_seconds_count{lane=\"main\"} 3\n");
}

static void a_histogram_without_observations_is_all_zero(void **state)
{
    (void)state;
    expect_written("kt_seconds_bucket{lane=\"main\",le=\"+Inf\"} 0\nkt_seconds_sum{lane=\"main\"} 0\n"
                   "kt_seconds_count{lane=\"main\"} 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_family_is_described_once, reset),
        cmocka_unit_test_teardown(a_gauge_goes_up_and_down, reset),
        cmocka_unit_test_teardown(microseconds_are_written_as_seconds, reset),
        cmocka_unit_test_teardown(a_histogram_counts_up_to_each_bound, reset),
        cmocka_unit_test_teardown(a_histogram_without_observations_is_all_zero, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
