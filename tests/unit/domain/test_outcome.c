/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "common/domain/outcome.h"

#include "tests/unit/unit.h"

/* The names are a contract (docs/contract.md): SQL, JSON and metrics use them. */
static void outcomes_have_the_agreed_names(void **state)
{
    (void)state;
    const char *names[] = {"delivered", "retrying", "exhausted", "rejected", "cancelled", "aborted"};
    assert_int_equal(OUTCOME_COUNT, 6);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome outcome = OUTCOME_COUNT;
        assert_string_equal(outcome_text((enum outcome)i), names[i]);
        assert_int_equal(outcome_parse(names[i], &outcome), 0);
        assert_int_equal(outcome, i);
    }
}

static void error_classes_have_the_agreed_names(void **state)
{
    (void)state;
    const char *names[] = {"",
                           "dns",
                           "connect",
                           "tls",
                           "timeout",
                           "reset",
                           "invalid_http",
                           "http_status",
                           "too_large",
                           "blocked_address",
                           "rate_limited",
                           "breaker_open"};
    assert_int_equal(ERROR_CLASS_COUNT, 12);
    for (int i = 0; i < ERROR_CLASS_COUNT; i++) {
        enum error_class error_class = ERROR_CLASS_COUNT;
        assert_string_equal(error_class_text((enum error_class)i), names[i]);
        assert_int_equal(error_class_parse(names[i], &error_class), 0);
        assert_int_equal(error_class, i);
    }
}

static void triggers_have_the_agreed_names(void **state)
{
    (void)state;
    const char *names[] = {"event", "retry", "manual", "replay", "test"};
    for (int i = 0; i <= TRIGGER_TEST; i++) {
        enum trigger trigger = TRIGGER_TEST;
        assert_string_equal(trigger_text((enum trigger)i), names[i]);
        assert_int_equal(trigger_parse(names[i], &trigger), 0);
        assert_int_equal(trigger, i);
    }
}

static void an_unknown_name_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    enum outcome outcome = OUTCOME_REJECTED;
    enum error_class error_class = ERROR_CLASS_TLS;
    enum trigger trigger = TRIGGER_MANUAL;
    assert_int_equal(outcome_parse("lost", &outcome), -EINVAL);
    assert_int_equal(outcome_parse("", &outcome), -EINVAL);
    assert_int_equal(error_class_parse("none", &error_class), -EINVAL);
    assert_int_equal(trigger_parse("EVENT", &trigger), -EINVAL);
    assert_int_equal(outcome, OUTCOME_REJECTED);
    assert_int_equal(error_class, ERROR_CLASS_TLS);
    assert_int_equal(trigger, TRIGGER_MANUAL);
}

static void a_delivery_is_over_after_a_terminal_outcome_only(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        bool goes_on = i == OUTCOME_RETRYING || i == OUTCOME_ABORTED;
        assert_int_equal(outcome_is_terminal((enum outcome)i), !goes_on);
        if (goes_on)
            assert_string_equal(outcome_status((enum outcome)i), "retrying");
    }
    assert_string_equal(outcome_status(OUTCOME_DELIVERED), "delivered");
    assert_string_equal(outcome_status(OUTCOME_EXHAUSTED), "failed");
    assert_string_equal(outcome_status(OUTCOME_REJECTED), "failed");
    assert_string_equal(outcome_status(OUTCOME_CANCELLED), "cancelled");
}

static void only_our_own_limits_are_the_platforms_fault(void **state)
{
    (void)state;
    for (int i = 0; i < ERROR_CLASS_COUNT; i++) {
        enum fault expected = i == ERROR_CLASS_NONE                                            ? FAULT_NONE
                              : i == ERROR_CLASS_RATE_LIMITED || i == ERROR_CLASS_BREAKER_OPEN ? FAULT_PLATFORM
                                                                                               : FAULT_ENDPOINT;
        assert_int_equal(error_class_fault((enum error_class)i), expected);
    }
    assert_string_equal(fault_text(FAULT_NONE), "");
    assert_string_equal(fault_text(FAULT_ENDPOINT), "endpoint");
    assert_string_equal(fault_text(FAULT_PLATFORM), "platform");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_have_the_agreed_names),
        cmocka_unit_test(error_classes_have_the_agreed_names),
        cmocka_unit_test(triggers_have_the_agreed_names),
        cmocka_unit_test(an_unknown_name_is_refused_and_changes_nothing),
        cmocka_unit_test(a_delivery_is_over_after_a_terminal_outcome_only),
        cmocka_unit_test(only_our_own_limits_are_the_platforms_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
