/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/inert.h"

#include "tests/unit/unit.h"

typedef void appender(struct buffer *out, const char *text, size_t length);

static void expect_n(appender *append, const char *text, size_t length, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 1024);
    append(&out, text, length);
    assert_string_equal(out.bytes == NULL ? "" : out.bytes, expected);
    buffer_deinit(&out);
}

static void expect(appender *append, const char *text, const char *expected)
{
    expect_n(append, text, strlen(text), expected);
}

static void ordinary_text_stays(void **state)
{
    (void)state;
    expect(inert_append, "", "");
    expect(inert_append, "plain, Zoë, 日本語, 💸 \\ \"", "plain, Zoë, 日本語, 💸 \\ \"");
}

static void what_a_terminal_obeys_is_written_out(void **state)
{
    (void)state;
    expect(inert_append, "a\x1b[31mb", "a\\x1b[31mb");
    expect(inert_append, "a\nb\rc\td\x7f", "a\\nb\\rc\\td\\x7f");
    expect(inert_append,
           "\xc2\x9b"
           "31m",
           "\\u009b31m"); /* CSI in one character */
    expect(inert_append, "evil\u202egpj.exe", "evil\\u202egpj.exe");
    expect(inert_append, "\u2066\u2069\u200f\u2028\ufeff", "\\u2066\\u2069\\u200f\\u2028\\ufeff");
    expect_n(inert_append, "a\0b", 3, "a\\x00b");
}

static void what_is_no_utf8_is_replaced(void **state)
{
    (void)state;
    expect(inert_append,
           "a\xff"
           "b",
           "a\ufffdb");
    expect(inert_append, "\xe2\x82", "\ufffd\ufffd");
    expect(inert_append, "\xc0\x9b", "\ufffd\ufffd"); /* overlong: no way around the rules */
}

static void json_stays_the_same_json(void **state)
{
    (void)state;
    expect(inert_append_json, "{\"a\":\"b\\n\\u001b\"}\n", "{\"a\":\"b\\n\\u001b\"}\n");
    expect(inert_append_json, "{\"a\":\"\u202e\xc2\x9b\x7f\"}", "{\"a\":\"\\u202e\\u009b\\u007f\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_text_stays),
        cmocka_unit_test(what_a_terminal_obeys_is_written_out),
        cmocka_unit_test(what_is_no_utf8_is_replaced),
        cmocka_unit_test(json_stays_the_same_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
