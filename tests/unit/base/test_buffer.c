/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base/buffer.h"

#include "tests/unit/unit.h"

static void expect_json(const char *text, size_t length, const char *expected)
{
    CLEANUP(buffer_deinit) struct buffer buffer;
    buffer_init(&buffer, 1024);
    buffer_append_json(&buffer, text, length);
    assert_string_equal(buffer.bytes, expected);
}

static void appends_follow_each_other_with_a_nul_at_the_end(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer buffer;
    buffer_init(&buffer, 100);
    buffer_append_text(&buffer, "one ");
    buffer_append_char(&buffer, '2');
    buffer_append_format(&buffer, " %s %d", "three", 4);
    buffer_append(&buffer, NULL, 0);
    assert_string_equal(buffer.bytes, "one 2 three 4");
    assert_int_equal(buffer.length, 13);
    assert_false(buffer.is_overflowed);
}

static void a_buffer_may_be_filled_to_its_maximum(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer buffer;
    buffer_init(&buffer, 200);
    for (int i = 0; i < 200; i++)
        buffer_append_char(&buffer, 'x');
    assert_int_equal(buffer.length, 200);
    assert_int_equal(strlen(buffer.bytes), 200);
    assert_false(buffer.is_overflowed);
}

static void an_append_past_the_maximum_is_dropped_whole(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer buffer;
    buffer_init(&buffer, 5);
    buffer_append_text(&buffer, "abc");
    buffer_append_text(&buffer, "def");
    assert_true(buffer.is_overflowed);
    assert_string_equal(buffer.bytes, "abc");
}

static void nothing_is_appended_after_a_gap(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer buffer;
    buffer_init(&buffer, 5);
    buffer_append_text(&buffer, "abc");
    buffer_append_format(&buffer, "%d", 123456);
    buffer_append_char(&buffer, 'd');
    assert_string_equal(buffer.bytes, "abc");
    buffer_clear(&buffer);
    buffer_append_char(&buffer, 'd');
    assert_false(buffer.is_overflowed);
    assert_string_equal(buffer.bytes, "d");
}

static void taking_hands_the_bytes_over(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 10);
    char *nothing = buffer_take(&buffer);
    buffer_append_text(&buffer, "abc");
    char *bytes = buffer_take(&buffer);
    assert_string_equal(nothing, "");
    assert_string_equal(bytes, "abc");
    assert_null(buffer.bytes);
    assert_int_equal(buffer.length, 0);
    free(nothing);
    free(bytes);
}

static void json_strings_are_quoted_and_escaped(void **state)
{
    (void)state;
    expect_json("plain", 5, "\"plain\"");
    expect_json("", 0, "\"\"");
    expect_json(NULL, 0, "null");
    expect_json("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    expect_json("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
    expect_json("\x01\x1f\x7f\0z", 5, "\"\\u0001\\u001f\\u007f\\u0000z\"");
}

static void json_strings_keep_utf8_and_replace_what_is_not(void **state)
{
    (void)state;
    expect_json("Zürich €😀", strlen("Zürich €😀"), "\"Zürich €😀\"");
    expect_json("a\xff"
                "b",
                3,
                "\"a\xef\xbf\xbd"
                "b\"");
    expect_json("\xc3", 1, "\"\xef\xbf\xbd\"");                                 /* cut in the middle */
    expect_json("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* a surrogate */
}

static void a_json_string_that_does_not_fit_leaves_no_half_of_it(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer buffer;
    buffer_init(&buffer, 10);
    buffer_append_text(&buffer, "key:");
    buffer_append_json(&buffer, "a\nb\nc\n", 6);
    assert_true(buffer.is_overflowed);
    assert_string_equal(buffer.bytes, "key:");
}

static void deinit_accepts_nothing_and_the_empty(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 1);
    buffer_deinit(&buffer);
    buffer_deinit(&buffer);
    buffer_deinit(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_follow_each_other_with_a_nul_at_the_end),
        cmocka_unit_test(a_buffer_may_be_filled_to_its_maximum),
        cmocka_unit_test(an_append_past_the_maximum_is_dropped_whole),
        cmocka_unit_test(nothing_is_appended_after_a_gap),
        cmocka_unit_test(taking_hands_the_bytes_over),
        cmocka_unit_test(json_strings_are_quoted_and_escaped),
        cmocka_unit_test(json_strings_keep_utf8_and_replace_what_is_not),
        cmocka_unit_test(a_json_string_that_does_not_fit_leaves_no_half_of_it),
        cmocka_unit_test(deinit_accepts_nothing_and_the_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
