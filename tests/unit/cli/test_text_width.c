/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/text_width.h"
#include "tests/unit/unit.h"

static void expect_width(const char *text, size_t expected)
{
    if (text_width(text, strlen(text)) != expected)
        fail_msg("%s: %zu cells instead of %zu", text, text_width(text, strlen(text)), expected);
}

static void expect_cut(const char *text, size_t width_max, const char *expected, size_t width)
{
    struct buffer out;
    buffer_init(&out, 256);
    assert_int_equal(text_append_cut(&out, text, strlen(text), width_max), width);
    assert_string_equal(out.bytes == NULL ? "" : out.bytes, expected);
    buffer_deinit(&out);
}

static void characters_take_none_one_or_two_cells(void **state)
{
    (void)state;
    expect_width("", 0);
    expect_width("abc", 3);
    expect_width("Zoë", 3);
    expect_width("Zoe\u0308", 3); /* a combining mark */
    expect_width("日本語", 6);
    expect_width("ｆｕｌｌ", 8);
    expect_width("한국", 4);
    expect_width("💸", 2);
    expect_width("…–€", 3);
    expect_width("\xff", 1);
}

static void a_text_is_cut_between_characters(void **state)
{
    (void)state;
    expect_cut("abc", 3, "abc", 3);
    expect_cut("abcd", 3, "ab…", 3);
    expect_cut("日本語", 6, "日本語", 6);
    expect_cut("日本語", 5, "日本…", 5);
    expect_cut("日本語", 4, "日…", 3); /* half a character is none */
    expect_cut("abc", 1, "…", 1);
    expect_cut("abc", 0, "", 0);
    expect_cut("e\u0308e\u0308e\u0308", 2, "e\u0308…", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_take_none_one_or_two_cells),
        cmocka_unit_test(a_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
