/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/clock.h"

#include "tests/unit/unit.h"

static void expect_format(int64_t wall_ms, const char *expected)
{
    char text[CLOCK_TEXT_BYTES];
    assert_string_equal(clock_format(wall_ms, text), expected);
}

static void expect_parse(const char *text, int64_t expected)
{
    int64_t wall_ms = -1;
    assert_int_equal(clock_parse(text, strlen(text), &wall_ms), 0);
    assert_int_equal(wall_ms, expected);
}

static void expect_refused(const char *text)
{
    int64_t wall_ms = -1;
    if (clock_parse(text, strlen(text), &wall_ms) != -EINVAL)
        fail_msg("accepted: %s", text);
    assert_int_equal(wall_ms, -1);
}

static void times_are_written_in_utc_with_milliseconds(void **state)
{
    (void)state;
    expect_format(0, "1970-01-01T00:00:00.000Z");
    expect_format(INT64_C(1795428000123), "2026-11-23T10:00:00.123Z");
    expect_format(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    expect_format(INT64_C(4107542399999), "2100-02-28T23:59:59.999Z");
    expect_format(-1, "1969-12-31T23:59:59.999Z");
}

static void times_can_be_written_with_microseconds(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_BYTES];
    assert_string_equal(clock_format_us(INT64_C(1795428000123456), text), "2026-11-23T10:00:00.123456Z");
}

static void times_that_have_no_four_digit_year_are_clamped(void **state)
{
    (void)state;
    expect_format(INT64_MAX, "9999-12-31T23:59:59.999Z");
    expect_format(INT64_MIN, "0000-01-01T00:00:00.000Z");
}

static void any_offset_and_any_precision_is_read(void **state)
{
    (void)state;
    expect_parse("1970-01-01T00:00:00Z", 0);
    expect_parse("2026-11-23T10:00:00.123Z", INT64_C(1795428000123));
    expect_parse("2026-11-23t10:00:00.1z", INT64_C(1795428000100));
    expect_parse("2026-11-23T10:00:00.123999999Z", INT64_C(1795428000123));
    expect_parse("2026-11-23T15:30:00.123+05:30", INT64_C(1795428000123));
    expect_parse("2026-11-22T22:00:00.123-12:00", INT64_C(1795428000123));
    expect_parse("2000-02-29T00:00:00-00:00", INT64_C(951782400000));
    expect_parse("1969-12-31T23:59:60Z", 0); /* a leap second */
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    for (int64_t wall_ms = INT64_C(-62167219200000); wall_ms < INT64_C(253402300800000);
         wall_ms += INT64_C(86399000123)) {
        char text[CLOCK_TEXT_BYTES];
        expect_parse(clock_format(wall_ms, text), wall_ms);
    }
}

static void a_text_that_is_not_a_time_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2026",
        "2026-11-23",
        "2026-11-23T10:00:00",
        "2026-11-23 10:00:00Z",
        "2026-11-23T10:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-04-00T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T10:60:00Z",
        "2026-11-23T10:00:61Z",
        "2026-11-23T10:00:00.Z",
        "2026-11-23T10:00:00.1234567890Z",
        "2026-11-23T10:00:00,5Z",
        "2026-11-23T10:00:00+0530",
        "2026-11-23T10:00:00+24:00",
        "2026-11-23T10:00:00+05:60",
        "2026-11-23T10:00:00Z ",
        " 2026-11-23T10:00:00Z",
        "+026-11-23T10:00:00Z",
        "2026-11-23T10:00:-1Z",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        expect_refused(texts[i]);
}

static void the_length_counts_not_the_nul(void **state)
{
    (void)state;
    int64_t wall_ms;
    assert_int_equal(clock_parse("1970-01-01T00:00:01Zjunk", 20, &wall_ms), 0);
    assert_int_equal(wall_ms, 1000);
    assert_int_equal(clock_parse("1970-01-01T00:00:01Z", 21, &wall_ms), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_in_utc_with_milliseconds),
        cmocka_unit_test(times_can_be_written_with_microseconds),
        cmocka_unit_test(times_that_have_no_four_digit_year_are_clamped),
        cmocka_unit_test(any_offset_and_any_precision_is_read),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_text_that_is_not_a_time_is_refused),
        cmocka_unit_test(the_length_counts_not_the_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
