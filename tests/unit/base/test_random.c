/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/attributes.h"
#include "common/base/random.h"

#include "tests/unit/unit.h"

static void an_id_is_a_prefix_and_26_characters(void **state)
{
    (void)state;
    char id[RANDOM_ID_BYTES];
    assert_ptr_equal(random_id("wh_", INT64_C(1795428000123), id), id);
    assert_int_equal(strlen(id), 29);
    assert_memory_equal(id, "wh_", 3);
    assert_int_equal(strspn(id + 3, "0123456789abcdefghijklmnopqrstuv"), 26);
}

static void an_id_starts_with_its_time(void **state)
{
    (void)state;
    char id[RANDOM_ID_BYTES];
    (void)random_id("", 0, id);
    assert_memory_equal(id, "000000000", 9);
    (void)random_id("", INT64_C(0xffffffffffff), id);
    assert_memory_equal(id, "vvvvvvvvv", 9);
}

static void the_text_order_of_ids_is_their_time_order(void **state)
{
    (void)state;
    char before[RANDOM_ID_BYTES] = "";
    for (int64_t wall_ms = 1; wall_ms < INT64_C(200000000000000); wall_ms = wall_ms * 3 + 1) {
        char id[RANDOM_ID_BYTES];
        (void)random_id("evt_", wall_ms, id);
        assert_true(strcmp(before, id) < 0);
        memcpy(before, id, sizeof(id));
    }
}

static void ids_of_one_millisecond_differ(void **state)
{
    (void)state;
    char ids[64][RANDOM_ID_BYTES];
    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
        (void)random_id("0123456789abcde_", 5, ids[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
}

static void numbers_stay_below_their_limit_and_reach_every_value(void **state)
{
    (void)state;
    unsigned counts[3] = {0};
    for (int i = 0; i < 3000; i++)
        counts[random_below(3)]++; /* the sanitizers see an index past the end */
    for (size_t i = 0; i < ARRAY_LENGTH(counts); i++)
        assert_true(counts[i] > 700 && counts[i] < 1300);
    assert_int_equal(random_below(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_prefix_and_26_characters),
        cmocka_unit_test(an_id_starts_with_its_time),
        cmocka_unit_test(the_text_order_of_ids_is_their_time_order),
        cmocka_unit_test(ids_of_one_millisecond_differ),
        cmocka_unit_test(numbers_stay_below_their_limit_and_reach_every_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
