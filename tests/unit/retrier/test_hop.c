/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/hop.h"
#include "tests/unit/unit.h"

#define APPENDED_MS INT64_C(1700000000000)
#define HOPS_MAX    64

static void a_record_never_leaves_its_tier_early(void **state)
{
    (void)state;
    for (int tier = 0; tier < RETRY_TIER_COUNT; tier++) {
        const struct hop_plan plan = {.tier = (enum retry_tier)tier, .start_ms = APPENDED_MS};
        int64_t over_ms = APPENDED_MS + retry_tier_ms(plan.tier);
        struct hop hop = hop_decide(&plan, over_ms);
        assert_int_equal(hop.kind, HOP_WAIT); /* the broker cut its time to a millisecond */
        assert_int_equal(hop.at_ms, over_ms + 1);
        assert_int_equal(hop_decide(&plan, hop.at_ms).kind, HOP_DUE);
    }
}

static void what_is_left_of_the_plan_goes_to_the_next_tier(void **state)
{
    (void)state;
    const struct hop_plan plan = {.tier = RETRY_TIER_5S, .start_ms = APPENDED_MS, .left_ms = 31000, .jitter_ms = 9};
    struct hop hop = hop_decide(&plan, APPENDED_MS + 5001);
    assert_int_equal(hop.kind, HOP_TIER);
    assert_int_equal(hop.tier, RETRY_TIER_30S);
    assert_int_equal(hop.left_ms, 1000);
}

static void jitter_is_waited_for_in_memory_and_only_at_the_end(void **state)
{
    (void)state;
    struct hop_plan plan = {.tier = RETRY_TIER_1S, .start_ms = APPENDED_MS, .left_ms = 1000, .jitter_ms = 100};
    assert_int_equal(hop_decide(&plan, APPENDED_MS + 1001).kind, HOP_TIER);
    plan.left_ms = 0;
    struct hop hop = hop_decide(&plan, APPENDED_MS + 1001);
    assert_int_equal(hop.kind, HOP_HOLD);
    assert_int_equal(hop.at_ms, APPENDED_MS + 1101);
    assert_int_equal(hop_decide(&plan, APPENDED_MS + 1100).kind, HOP_HOLD);
    assert_int_equal(hop_decide(&plan, APPENDED_MS + 1101).kind, HOP_DUE);
}

static void a_record_read_late_does_not_wait_again(void **state)
{
    (void)state;
    const struct hop_plan plan = {.tier = RETRY_TIER_6H, .start_ms = 0, .jitter_ms = 60000};
    assert_int_equal(hop_decide(&plan, APPENDED_MS).kind, HOP_DUE);
}

static void a_time_in_the_future_counts_from_now(void **state)
{
    (void)state;
    assert_int_equal(hop_start_ms(APPENDED_MS, APPENDED_MS + 5), APPENDED_MS);
    assert_int_equal(hop_start_ms(APPENDED_MS + 86400000, APPENDED_MS), APPENDED_MS);
    assert_int_equal(hop_start_ms(-1, APPENDED_MS), APPENDED_MS); /* the record has none */
}

static void a_clock_that_goes_back_makes_it_wait(void **state)
{
    (void)state;
    const struct hop_plan plan = {.tier = RETRY_TIER_30S, .start_ms = APPENDED_MS};
    assert_int_equal(hop_decide(&plan, APPENDED_MS + 30001).kind, HOP_DUE);
    assert_int_equal(hop_decide(&plan, APPENDED_MS - 1000).kind, HOP_WAIT);
}

/* From the first tier to the dispatchers in virtual time, each append right after the decision. */
static int64_t travel(int64_t planned_ms, int64_t jitter_ms, int *hop_count_out)
{
    struct hop_plan plan = {.jitter_ms = jitter_ms, .start_ms = APPENDED_MS};
    int64_t now_ms = APPENDED_MS;
    plan.tier = retry_plan_next(planned_ms, &plan.left_ms);
    for (*hop_count_out = 1; *hop_count_out < HOPS_MAX;) {
        struct hop hop = hop_decide(&plan, now_ms);
        if (hop.kind == HOP_DUE)
            return now_ms - APPENDED_MS;
        if (hop.kind == HOP_TIER) {
            plan = (struct hop_plan){
                .tier = hop.tier, .start_ms = now_ms, .left_ms = hop.left_ms, .jitter_ms = plan.jitter_ms};
            ++*hop_count_out;
        } else {
            assert_true(hop.at_ms > now_ms);
            now_ms = hop.at_ms;
        }
    }
    fail_msg("%lld ms take more than %d hops", (long long)planned_ms, HOPS_MAX);
    return -1;
}

static void all_hops_together_take_the_plan_and_a_millisecond_each(void **state)
{
    (void)state;
    for (int64_t delay_ms = 1; delay_ms < 3 * 86400000LL; delay_ms = delay_ms * 3 / 2 + 777) {
        int hop_count;
        int64_t planned_ms = retry_plan_round_ms(delay_ms);
        int64_t taken_ms = travel(planned_ms, 12345, &hop_count);
        assert_int_equal(taken_ms, planned_ms + hop_count + 12345);
    }
}

static void jitter_given_up_is_waited_for_in_tiers(void **state)
{
    (void)state;
    struct hop_plan plan = {.tier = RETRY_TIER_2H, .start_ms = APPENDED_MS, .jitter_ms = 47000};
    int64_t now_ms = APPENDED_MS + 7200001 + 3000;
    hop_give_up_jitter(&plan, now_ms);
    struct hop hop = hop_decide(&plan, now_ms);
    assert_int_equal(hop.kind, HOP_TIER);
    assert_int_equal(plan.jitter_ms, 0);
    int64_t waited_ms = retry_tier_ms(hop.tier) + hop.left_ms;
    assert_in_range(waited_ms, 44000, 44000 + 4400);
}

static void jitter_that_is_over_is_not_waited_for_again(void **state)
{
    (void)state;
    struct hop_plan plan = {.tier = RETRY_TIER_1S, .start_ms = APPENDED_MS, .jitter_ms = 50};
    hop_give_up_jitter(&plan, APPENDED_MS + 1051);
    assert_int_equal(hop_decide(&plan, APPENDED_MS + 1051).kind, HOP_DUE);
}

static void before_its_time_nothing_is_given_up(void **state)
{
    (void)state;
    struct hop_plan plan = {.tier = RETRY_TIER_1S, .start_ms = APPENDED_MS, .jitter_ms = 50};
    hop_give_up_jitter(&plan, APPENDED_MS + 1000);
    assert_int_equal(plan.jitter_ms, 50);
    assert_int_equal(plan.left_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_never_leaves_its_tier_early),
        cmocka_unit_test(what_is_left_of_the_plan_goes_to_the_next_tier),
        cmocka_unit_test(jitter_is_waited_for_in_memory_and_only_at_the_end),
        cmocka_unit_test(a_record_read_late_does_not_wait_again),
        cmocka_unit_test(a_time_in_the_future_counts_from_now),
        cmocka_unit_test(a_clock_that_goes_back_makes_it_wait),
        cmocka_unit_test(all_hops_together_take_the_plan_and_a_millisecond_each),
        cmocka_unit_test(jitter_given_up_is_waited_for_in_tiers),
        cmocka_unit_test(jitter_that_is_over_is_not_waited_for_again),
        cmocka_unit_test(before_its_time_nothing_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
