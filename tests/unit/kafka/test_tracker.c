/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/tracker.h"

#include "tests/unit/unit.h"

static struct tracker *tracker;

static int set_up(void **state)
{
    (void)state;
    tracker = tracker_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tracker_free(tracker);
    return 0;
}

static void nothing_settled_leaves_nothing_to_commit(void **state)
{
    (void)state;
    assert_int_equal(tracker_committable(tracker), -1);
    assert_int_equal(tracker_next_offset(tracker), -1);
    (void)tracker_add(tracker, 7, 1, 100);
    assert_int_equal(tracker_committable(tracker), -1);
    assert_int_equal(tracker_next_offset(tracker), 7);
    assert_int_equal(tracker_oldest_ms(tracker), 100);
}

static void the_offset_follows_the_settled_prefix(void **state)
{
    (void)state;
    uint64_t first = tracker_add(tracker, 10, 1, 1);
    uint64_t second = tracker_add(tracker, 11, 1, 2);
    uint64_t third = tracker_add(tracker, 12, 1, 3);
    assert_false(tracker_settle(tracker, third));
    assert_int_equal(tracker_committable(tracker), -1);
    assert_true(tracker_settle(tracker, first));
    assert_int_equal(tracker_committable(tracker), 11);
    assert_int_equal(tracker_oldest_ms(tracker), 2);
    assert_int_equal(tracker_count(tracker), 2);
    assert_int_equal(tracker_unsettled_count(tracker), 1);
    assert_true(tracker_settle(tracker, second));
    assert_int_equal(tracker_committable(tracker), 13);
    assert_int_equal(tracker_count(tracker), 0);
    assert_int_equal(tracker_oldest_ms(tracker), 0);
}

static void gaps_between_offsets_are_harmless(void **state)
{
    (void)state;
    uint64_t first = tracker_add(tracker, 10, 1, 1);
    uint64_t second = tracker_add(tracker, 500, 1, 1);
    assert_true(tracker_settle(tracker, first));
    assert_int_equal(tracker_committable(tracker), 11);
    assert_true(tracker_settle(tracker, second));
    assert_int_equal(tracker_committable(tracker), 501);
}

static void it_is_full_by_entries(void **state)
{
    (void)state;
    uint64_t first = tracker_add(tracker, 0, 1, 1);
    for (int64_t offset = 1; offset < TRACKER_ENTRIES_MAX; offset++) {
        assert_false(tracker_is_full(tracker));
        uint64_t ticket = tracker_add(tracker, offset, 1, 1);
        assert_false(tracker_settle(tracker, ticket)); /* the first one holds them all */
    }
    assert_true(tracker_is_full(tracker));
    assert_true(tracker_settle(tracker, first));
    assert_false(tracker_is_full(tracker));
    assert_int_equal(tracker_committable(tracker), TRACKER_ENTRIES_MAX);
}

static void it_is_full_by_bytes(void **state)
{
    (void)state;
    uint64_t ticket = tracker_add(tracker, 0, TRACKER_BYTES_MAX, 1);
    assert_true(tracker_is_full(tracker));
    assert_true(tracker_settle(tracker, ticket));
    assert_false(tracker_is_full(tracker));
}

static void it_is_full_by_span(void **state)
{
    (void)state;
    (void)tracker_add(tracker, 1000, 1, 1);
    (void)tracker_add(tracker, 1000 + TRACKER_SPAN_MAX - 1, 1, 1);
    assert_false(tracker_is_full(tracker));
    (void)tracker_add(tracker, 1000 + TRACKER_SPAN_MAX, 1, 1);
    assert_true(tracker_is_full(tracker));
}

static void an_empty_one_takes_a_record_of_any_size(void **state)
{
    (void)state;
    uint64_t ticket = tracker_add(tracker, 3, 2 * (size_t)TRACKER_BYTES_MAX, 1);
    assert_true(tracker_settle(tracker, ticket));
    assert_false(tracker_is_full(tracker));
}

static void after_a_restart_old_tickets_are_stale(void **state)
{
    (void)state;
    uint64_t old = tracker_add(tracker, 100, 1, 1);
    tracker_restart(tracker);
    assert_true(tracker_is_stale(tracker, old));
    assert_int_equal(tracker_count(tracker), 0);
    assert_int_equal(tracker_committable(tracker), -1);
    uint64_t again = tracker_add(tracker, 50, 1, 1); /* offsets may go back once */
    assert_false(tracker_is_stale(tracker, again));
    assert_true(tracker_settle(tracker, again));
    assert_int_equal(tracker_committable(tracker), 51);
}

/* ---- against a model that keeps everything ---- */

#define MODEL_MAX 5000

static struct {
    int64_t offset;
    uint64_t ticket;
    bool is_settled;
} model[MODEL_MAX];

static unsigned seed;

static unsigned next_random(unsigned limit)
{
    seed = seed * 1103515245U + 12345U;
    return (seed >> 16) % limit;
}

static size_t first, count; /* of the model: the window, and how many there were */

static void compare(void)
{
    size_t unsettled_count = 0;
    for (size_t i = first; i < count; i++)
        unsettled_count += model[i].is_settled ? 0 : 1;
    assert_int_equal(tracker_count(tracker), count - first);
    assert_int_equal(tracker_unsettled_count(tracker), unsettled_count);
    assert_int_equal(tracker_committable(tracker), first > 0 ? model[first - 1].offset + 1 : -1);
    assert_int_equal(tracker_oldest_ms(tracker), first < count ? (int64_t)first + 1 : 0);
}

static void add_to_both(void)
{
    int64_t last_offset = count > 0 ? model[count - 1].offset : next_random(1000);
    model[count].offset = last_offset + 1 + next_random(3);
    model[count].is_settled = false;
    model[count].ticket = tracker_add(tracker, model[count].offset, next_random(2000), (int64_t)count + 1);
    count++;
}

/* Any of the window, or its first when that one is settled already. */
static void settle_in_both(void)
{
    size_t i = first + next_random((unsigned)(count - first));
    size_t before = first;
    i = model[i].is_settled ? first : i;
    model[i].is_settled = true;
    while (first < count && model[first].is_settled)
        first++;
    assert_int_equal(tracker_settle(tracker, model[i].ticket), first > before);
}

static void random_orders_agree_with_a_simple_model(void **state)
{
    (void)state;
    for (seed = 1; seed < 8; seed++) {
        size_t window = 1 + next_random(1500);
        tracker_free(tracker);
        tracker = tracker_new();
        first = count = 0;
        while (count < MODEL_MAX || first < count) {
            bool may_add = count < MODEL_MAX && !tracker_is_full(tracker) && count - first < window;
            if (may_add && (first == count || next_random(2) == 0))
                add_to_both();
            else
                settle_in_both();
            if (next_random(64) == 0)
                compare();
        }
        compare();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_settled_leaves_nothing_to_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_offset_follows_the_settled_prefix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gaps_between_offsets_are_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_full_by_entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_full_by_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_full_by_span, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_one_takes_a_record_of_any_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_restart_old_tickets_are_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_orders_agree_with_a_simple_model, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
