/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/domain/event_type.h"

#include "tests/unit/unit.h"

static bool is_valid(const char *name)
{
    return event_type_is_valid(name, strlen(name));
}

static bool is_pattern(const char *pattern)
{
    return event_pattern_is_valid(pattern, strlen(pattern));
}

static void the_seven_types_are_built_in_and_valid(void **state)
{
    (void)state;
    assert_int_equal(EVENT_TYPE_COUNT, 7);
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        const char *name = event_type_name((enum event_type)i);
        assert_true(is_valid(name));
        assert_true(event_type_is_builtin(name, strlen(name)));
        assert_true(strlen(event_type_text((enum event_type)i)) > 10);
    }
    assert_string_equal(event_type_name(EVENT_TYPE_BUDGET_THRESHOLD_REACHED), "budget.threshold_reached");
    assert_false(event_type_is_builtin("event.created2", 14));
    assert_false(event_type_is_builtin("event", 5));
    assert_false(event_type_is_builtin(EVENT_TYPE_TEST, strlen(EVENT_TYPE_TEST)));
}

static void a_type_is_words_with_dots_between(void **state)
{
    (void)state;
    const char *good[] = {"a.b", "event.created", "my_app.v2.thing_done", "0.1", "_._", EVENT_TYPE_TEST};
    const char *bad[] = {"",      ".",   "a",   "a.", ".a",   "a..b", "A.b",   "a-b.c",
                         "a b.c", "a.*", "*.a", "*",  "a.b.", "a.é",  "a.b\n", "a/b.c"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_true(is_valid(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(is_valid(bad[i]));
    assert_false(event_type_is_valid("a.\0b", 4));
}

static void a_type_has_64_bytes_at_most(void **state)
{
    (void)state;
    char name[66] = "a.";
    memset(name + 2, 'b', 63);
    assert_true(event_type_is_valid(name, 64));
    assert_false(event_type_is_valid(name, 65));
    assert_true(event_pattern_is_valid(name, 64));
    assert_false(event_pattern_is_valid(name, 65));
}

static void a_pattern_is_a_star_a_prefix_or_a_type(void **state)
{
    (void)state;
    const char *good[] = {"*", "a.*", "escalation.*", "my_app.v2.*", "event.created"};
    const char *bad[] = {"", "**", ".*", "a*", "a.b*", "*.a", "a.*.b", "a.**", "a..*", "A.*", "a", "a.* "};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_true(is_pattern(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(is_pattern(bad[i]));
}

static void a_pattern_matches_what_it_says(void **state)
{
    (void)state;
    assert_true(event_pattern_matches("*", "escalation.created"));
    assert_true(event_pattern_matches("escalation.*", "escalation.created"));
    assert_true(event_pattern_matches("my_app.v2.*", "my_app.v2.a.b"));
    assert_true(event_pattern_matches("event.created", "event.created"));
    assert_false(event_pattern_matches("escalation.*", "escalations.created"));
    assert_false(event_pattern_matches("escalation.*", "escalation"));
    assert_false(event_pattern_matches("event.created", "event.created2"));
    assert_false(event_pattern_matches("event.created2", "event.created"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seven_types_are_built_in_and_valid),
        cmocka_unit_test(a_type_is_words_with_dots_between),
        cmocka_unit_test(a_type_has_64_bytes_at_most),
        cmocka_unit_test(a_pattern_is_a_star_a_prefix_or_a_type),
        cmocka_unit_test(a_pattern_matches_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
