/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/retry_policy.h"
#include "common/domain/retry_tier.h"

#include "tests/unit/unit.h"

static int count_hops(int64_t delay_ms)
{
    int count = 0;
    for (int64_t left_ms = delay_ms; left_ms > 0; count++)
        (void)retry_plan_next(left_ms, &left_ms);
    return count;
}

static void each_tier_divides_the_next(void **state)
{
    (void)state;
    assert_int_equal(RETRY_TIER_COUNT, 8);
    for (int i = 1; i < RETRY_TIER_COUNT; i++)
        assert_int_equal(retry_tier_ms((enum retry_tier)i) % retry_tier_ms((enum retry_tier)(i - 1)), 0);
    assert_string_equal(retry_tier_name(RETRY_TIER_1S), "1s");
    assert_string_equal(retry_tier_name(RETRY_TIER_6H), "6h");
    assert_int_equal(retry_tier_ms(RETRY_TIER_6H), 6 * 3600 * 1000);
}

static void the_delays_of_the_presets_come_out_unchanged(void **state)
{
    (void)state;
    const char *names[] = {"standard", "fast"};
    for (int i = 0; i < 2; i++) {
        const struct retry_schedule *schedule = retry_schedule_preset(names[i]);
        for (size_t j = 0; j < schedule->count; j++) {
            int64_t delay_ms = (int64_t)schedule->delays_s[j] * 1000;
            assert_int_equal(retry_plan_round_ms(delay_ms), delay_ms);
            assert_true(count_hops(delay_ms) <= 4);
        }
    }
}

/* Every delay up to 48 h, the longest that a Retry-After can bring, in steps that hit no pattern. */
static void a_plan_is_never_early_little_late_and_adds_up_exactly(void **state)
{
    (void)state;
    int worst = 0;
    for (int64_t delay_ms = 1; delay_ms <= 48 * 3600 * 1000; delay_ms += 1 + delay_ms / 997) {
        int64_t planned_ms = retry_plan_round_ms(delay_ms);
        int64_t late_ms = delay_ms < 10000 ? 1000 : delay_ms > 600000 ? 60000 : delay_ms / 10;
        assert_true(planned_ms >= delay_ms && planned_ms <= delay_ms + late_ms);
        int64_t sum_ms = 0;
        int64_t left_ms = planned_ms;
        int hop_count = 0;
        while (left_ms > 0) {
            int64_t before_ms = left_ms;
            int64_t tier_ms = retry_tier_ms(retry_plan_next(left_ms, &left_ms));
            assert_int_equal(before_ms - left_ms, tier_ms);
            sum_ms += tier_ms;
            hop_count++;
        }
        assert_int_equal(sum_ms, planned_ms);
        worst = hop_count > worst ? hop_count : worst;
    }
    assert_true(worst <= 20);
}

/* Of all sums within the bounds, found by trying each. */
static void no_other_plan_has_fewer_hops_or_is_as_short_and_earlier(void **state)
{
    (void)state;
    for (int64_t delay_s = 1; delay_s <= 3600; delay_s += delay_s < 200 ? 1 : 37) {
        int64_t max_s = delay_s + (delay_s < 10 ? 1 : delay_s > 600 ? 60 : delay_s / 10);
        int64_t best_s = delay_s;
        for (int64_t other_s = delay_s; other_s <= max_s; other_s++) {
            if (count_hops(other_s * 1000) < count_hops(best_s * 1000))
                best_s = other_s;
        }
        assert_int_equal(retry_plan_round_ms(delay_s * 1000), best_s * 1000);
    }
}

static void no_delay_and_a_fraction_of_a_second_are_one_second(void **state)
{
    (void)state;
    int64_t left_ms = 77;
    assert_int_equal(retry_plan_round_ms(0), 1000);
    assert_int_equal(retry_plan_round_ms(-5), 1000);
    assert_int_equal(retry_plan_round_ms(1), 1000);
    assert_int_equal(retry_plan_next(1, &left_ms), RETRY_TIER_1S);
    assert_int_equal(left_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tier_divides_the_next),
        cmocka_unit_test(the_delays_of_the_presets_come_out_unchanged),
        cmocka_unit_test(a_plan_is_never_early_little_late_and_adds_up_exactly),
        cmocka_unit_test(no_other_plan_has_fewer_hops_or_is_as_short_and_earlier),
        cmocka_unit_test(no_delay_and_a_fraction_of_a_second_are_one_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
