/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/parse.h"

#include "tests/unit/unit.h"

typedef int parser(const char *text, size_t length, int64_t *out);

static void expect_read(parser *parse, const char *text, int64_t expected)
{
    int64_t value = -77;
    if (parse(text, strlen(text), &value) != 0)
        fail_msg("refused: %s", text);
    assert_int_equal(value, expected);
}

static void expect_refused(parser *parse, const char *text, int expected)
{
    int64_t value = -77;
    int status = parse(text, strlen(text), &value);
    if (status != expected)
        fail_msg("%s: %d instead of %d", text, status, expected);
    assert_int_equal(value, -77);
}

static void whole_numbers_are_read_to_their_limits(void **state)
{
    (void)state;
    expect_read(parse_int64, "0", 0);
    expect_read(parse_int64, "-1", -1);
    expect_read(parse_int64, "007", 7);
    expect_read(parse_int64, "9223372036854775807", INT64_MAX);
    expect_read(parse_int64, "-9223372036854775808", INT64_MIN);
    expect_refused(parse_int64, "9223372036854775808", -ERANGE);
    expect_refused(parse_int64, "-9223372036854775809", -ERANGE);
    expect_refused(parse_int64, "99999999999999999999999999999999", -ERANGE);
}

static void the_whole_text_has_to_be_the_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "-", "+1", " 1", "1 ", "1x", "0x10", "1e3", "1.0", "--1", "1-"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        expect_refused(parse_int64, texts[i], -EINVAL);
    expect_refused(parse_int64, "99999999999999999999999x", -EINVAL);
}

static void the_length_counts_not_the_nul(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(parse_int64("123", 2, &value), 0);
    assert_int_equal(value, 12);
    assert_int_equal(parse_int64("1\0", 2, &value), -EINVAL);
}

static void only_true_and_false_are_booleans(void **state)
{
    (void)state;
    bool value = false;
    assert_int_equal(parse_bool("true", 4, &value), 0);
    assert_true(value);
    assert_int_equal(parse_bool("false", 5, &value), 0);
    assert_false(value);
    static const char *const texts[] = {"", "TRUE", "yes", "1", "true ", "tru"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(parse_bool(texts[i], strlen(texts[i]), &value), -EINVAL);
}

static void durations_have_units(void **state)
{
    (void)state;
    expect_read(parse_duration_ms, "250", 250);
    expect_read(parse_duration_ms, "250ms", 250);
    expect_read(parse_duration_ms, "5s", 5000);
    expect_read(parse_duration_ms, "10m", 600000);
    expect_read(parse_duration_ms, "2h", 7200000);
    expect_read(parse_duration_ms, "7d", 604800000);
    expect_refused(parse_duration_ms, "5 s", -EINVAL);
    expect_refused(parse_duration_ms, "5S", -EINVAL);
    expect_refused(parse_duration_ms, "1w", -EINVAL);
    expect_refused(parse_duration_ms, "1h30m", -EINVAL);
    expect_refused(parse_duration_ms, "-5s", -EINVAL);
    expect_refused(parse_duration_ms, "s", -EINVAL);
    expect_refused(parse_duration_ms, "9223372036854775807d", -ERANGE);
    expect_refused(parse_duration_ms, "99999999999999999999s", -ERANGE);
}

static void sizes_have_binary_units(void **state)
{
    (void)state;
    expect_read(parse_size, "4096", 4096);
    expect_read(parse_size, "64KiB", 65536);
    expect_read(parse_size, "8MiB", 8388608);
    expect_read(parse_size, "1GiB", 1073741824);
    expect_refused(parse_size, "64kB", -EINVAL);
    expect_refused(parse_size, "64K", -EINVAL);
    expect_refused(parse_size, "64 KiB", -EINVAL);
    expect_refused(parse_size, "KiB", -EINVAL);
    expect_refused(parse_size, "8589934592GiB", -ERANGE);
}

static void expect_utf8(const char *text, bool expected)
{
    if (parse_is_utf8(text, strlen(text)) != expected)
        fail_msg("%s: expected %d", text, expected);
}

static void utf8_is_told_from_what_looks_like_it(void **state)
{
    (void)state;
    expect_utf8("", true);
    expect_utf8("plain", true);
    expect_utf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true);
    expect_utf8("\xf4\x8f\xbf\xbf", true);  /* U+10FFFF */
    expect_utf8("\xf4\x90\x80\x80", false); /* past it */
    expect_utf8("\xc0\xaf", false);         /* overlong */
    expect_utf8("\xe0\x80\xaf", false);
    expect_utf8("\xf0\x80\x80\xaf", false);
    expect_utf8("\xed\xa0\x80", false); /* a surrogate */
    expect_utf8("\x80", false);         /* a continuation without a start */
    expect_utf8("\xe2\x82", false);     /* cut */
    expect_utf8("\xe2\x82x", false);
    expect_utf8("\xff", false);
    assert_false(parse_is_utf8("a\0b", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_to_their_limits),
        cmocka_unit_test(the_whole_text_has_to_be_the_number),
        cmocka_unit_test(the_length_counts_not_the_nul),
        cmocka_unit_test(only_true_and_false_are_booleans),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(sizes_have_binary_units),
        cmocka_unit_test(utf8_is_told_from_what_looks_like_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
