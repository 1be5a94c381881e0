/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/cursor.h"
#include "tests/unit/unit.h"

static void a_cursor_comes_back_as_it_was(void **state)
{
    (void)state;
    const struct position positions[] = {
        {1790000000123456,      "wh_06epa41f3k9q0b8r2s7t4v5w6x" },
        {0,                     "a"                             },
        {POSITION_START_MICROS, "dlv_nuhtualqiiogfm27stl4a2jiiu"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(positions); i++) {
        char text[CURSOR_TEXT_BYTES];
        struct position read;
        cursor_encode("webhooks", &positions[i], text);
        assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                         strlen(text));
        assert_int_equal(cursor_decode("webhooks", text, &read), 0);
        assert_int_equal(read.micros, positions[i].micros);
        assert_string_equal(read.id, positions[i].id);
    }
}

static void a_cursor_of_another_list_is_refused(void **state)
{
    (void)state;
    char text[CURSOR_TEXT_BYTES];
    struct position read;
    cursor_encode("deliveries:wh_a", &(struct position){1, "dlv_a"}, text);
    assert_true(cursor_decode("deliveries:wh_b", text, &read) < 0);
    assert_true(cursor_decode("deliveries:wh_", text, &read) < 0);
    assert_true(cursor_decode("webhooks", text, &read) < 0);
    assert_int_equal(cursor_decode("deliveries:wh_a", text, &read), 0);
}

static void what_is_no_cursor_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "garbage",
        "!!!!",
        "====",
        "d2ViaG9va3M",                              /* webhooks */
        "d2ViaG9va3N8",                             /* webhooks| */
        "d2ViaG9va3N8MXw",                          /* webhooks|1| */
        "d2ViaG9va3N8LTF8YQ",                       /* webhooks|-1|a */
        "d2ViaG9va3N8eHxh",                         /* webhooks|x|a */
        "d2ViaG9va3N8MXwn",                         /* webhooks|1|' */
        "d2ViaG9va3N8MXxhAGI",                      /* webhooks|1|a, NUL, b */
        "d2ViaG9va3N8MXxh=",                        /* padded wrongly */
        "d2ViaG9va3N8OTk5OTk5OTk5OTk5OTk5OTk5OXxh", /* a number that no int64_t holds */
    };
    struct position read;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_true(cursor_decode("webhooks", texts[i], &read) < 0);
    char longest[1000];
    memset(longest, 'A', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_true(cursor_decode("webhooks", longest, &read) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_comes_back_as_it_was),
        cmocka_unit_test(a_cursor_of_another_list_is_refused),
        cmocka_unit_test(what_is_no_cursor_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
