/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/endpoint.h"
#include "tests/unit/unit.h"

static void a_fast_endpoint_may_have_a_long_line(void **state)
{
    (void)state;
    const struct endpoint endpoint = {.latency_ms = 2};
    assert_int_equal(endpoint_line_max(&endpoint, 64, 2000), 64000);
}

static void a_hanging_endpoint_has_no_line_beyond_its_slots(void **state)
{
    (void)state;
    const struct endpoint endpoint = {.latency_ms = 15000};
    assert_int_equal(endpoint_line_max(&endpoint, 64, 2000), 64);
}

static void an_endpoint_that_slows_down_shortens_its_line(void **state)
{
    (void)state;
    struct endpoint endpoint = {.latency_ms = ENDPOINT_LATENCY_MS_START};
    size_t before = endpoint_line_max(&endpoint, 8, 2000);
    for (int i = 0; i < 50; i++)
        endpoint_answered(&endpoint, 5000);
    assert_true(endpoint_line_max(&endpoint, 8, 2000) < before);
    assert_true(endpoint.latency_ms > 4900);
}

static void an_endpoint_is_kept_while_it_has_work_and_found_again(void **state)
{
    (void)state;
    struct endpoint *table = NULL;
    struct endpoint *endpoint = endpoint_find_or_add(&table, "wh_1");
    assert_ptr_equal(endpoint_find_or_add(&table, "wh_1"), endpoint);
    endpoint->in_flight_count = 1;
    endpoint_remove_if_idle(&table, endpoint);
    assert_ptr_equal(endpoint_find_or_add(&table, "wh_1"), endpoint);
    endpoint->in_flight_count = 0;
    endpoint_remove_if_idle(&table, endpoint);
    assert_null(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fast_endpoint_may_have_a_long_line),
        cmocka_unit_test(a_hanging_endpoint_has_no_line_beyond_its_slots),
        cmocka_unit_test(an_endpoint_that_slows_down_shortens_its_line),
        cmocka_unit_test(an_endpoint_is_kept_while_it_has_work_and_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
