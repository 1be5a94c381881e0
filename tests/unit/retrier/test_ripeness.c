/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/ripeness.h"

#include "tests/unit/unit.h"

#define APPENDED_MS INT64_C(1700000000000)

static void a_record_is_never_ripe_early(void **state)
{
    (void)state;
    for (int tier = 0; tier < RETRY_TIER_COUNT; tier++) {
        int64_t delay_ms = retry_tier_ms((enum retry_tier)tier);
        int64_t ripe_at_ms = ripeness_at_ms(APPENDED_MS, (enum retry_tier)tier);
        assert_true(ripeness_sleep_ms(ripe_at_ms, APPENDED_MS + delay_ms) > 0);
        assert_int_equal(ripeness_sleep_ms(ripe_at_ms, APPENDED_MS + delay_ms + 1), 0);
    }
}

static void a_sleeper_wakes_often_enough_to_see_the_clock_set(void **state)
{
    (void)state;
    int64_t ripe_at_ms = ripeness_at_ms(APPENDED_MS, RETRY_TIER_6H);
    assert_int_equal(ripeness_sleep_ms(ripe_at_ms, APPENDED_MS), RIPENESS_SLEEP_MS_MAX);
    assert_int_equal(ripeness_sleep_ms(ripe_at_ms, ripe_at_ms - 7), 7);
}

static void a_record_from_the_past_is_ripe_at_once(void **state)
{
    (void)state;
    assert_int_equal(ripeness_sleep_ms(ripeness_at_ms(0, RETRY_TIER_1S), APPENDED_MS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_never_ripe_early),
        cmocka_unit_test(a_sleeper_wakes_often_enough_to_see_the_clock_set),
        cmocka_unit_test(a_record_from_the_past_is_ripe_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
