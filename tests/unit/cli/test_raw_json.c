/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/raw_json.h"
#include "tests/unit/unit.h"

static void expect_length(const char *text, size_t expected)
{
    if (raw_json_length(text, strlen(text)) != expected)
        fail_msg("%s: %zu instead of %zu", text, raw_json_length(text, strlen(text)), expected);
}

static void expect_member(const char *text, const char *name, const char *expected)
{
    struct raw_json member = raw_json_member(text, strlen(text), name);
    if (expected == NULL) {
        assert_null(member.text);
        return;
    }
    assert_non_null(member.text);
    assert_int_equal(member.length, strlen(expected));
    assert_memory_equal(member.text, expected, member.length);
}

static void a_value_ends_with_its_last_bracket_quote_or_digit(void **state)
{
    (void)state;
    expect_length("{\"a\":[1,{}]}, 2", 12);
    expect_length("\"a\\\"}\" x", 6);
    expect_length("1.10,", 4);
    expect_length("true}", 4);
    expect_length("null", 4);
    expect_length("{\"}\":\"{[\"}", 10);
}

static void what_does_not_end_has_no_length(void **state)
{
    (void)state;
    expect_length("", 0);
    expect_length("{\"a\":", 0);
    expect_length("[[]", 0);
    expect_length("\"abc", 0);
    expect_length("\"abc\\", 0);
    expect_length("}", 0);
}

static void a_member_is_found_byte_for_byte(void **state)
{
    (void)state;
    const char *text =
        " { \"x\" : {\"payload\":1} , \"payload\" : {\"n\":123456789012345678901234567890, \"v\": 1.10 } }";
    expect_member(text, "payload", "{\"n\":123456789012345678901234567890, \"v\": 1.10 }");
    expect_member(text, "x", "{\"payload\":1}");
    expect_member(text, "y", NULL);
    expect_member("{\"payload\":null}", "payload", "null");
}

static void broken_texts_hold_no_member(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "{",
        "[]",
        "{\"payload\"",
        "{\"payload\":",
        "{\"payload\":}",
        "{\"payload\":{",
        "{payload:1}",
        "{\"a\" 1}",
        "{\"a\":1",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        expect_member(broken[i], "payload", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_ends_with_its_last_bracket_quote_or_digit),
        cmocka_unit_test(what_does_not_end_has_no_length),
        cmocka_unit_test(a_member_is_found_byte_for_byte),
        cmocka_unit_test(broken_texts_hold_no_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
