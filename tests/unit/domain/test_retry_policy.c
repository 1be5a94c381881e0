/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/domain/retry_policy.h"

#include "tests/unit/unit.h"

#define HOUR_MS (3600 * 1000LL)

/* How attempts in a row come out is told by the traces in tests/trace; here is what they cannot say. */

static struct verdict decide(unsigned number, enum error_class error, int code, int64_t retry_after_ms)
{
    const struct attempt_result result = {.error = error, .code = code, .retry_after_ms = retry_after_ms};
    return retry_decide(retry_schedule_preset("standard"), number, &result);
}

static void the_standard_schedule_has_10_attempts_in_75_h_35_m(void **state)
{
    (void)state;
    const struct retry_schedule *standard = retry_schedule_preset("standard");
    uint32_t sum_s = 0;
    for (size_t i = 0; i < standard->count; i++)
        sum_s += standard->delays_s[i];
    assert_int_equal(standard->count + 1, 10);
    assert_int_equal(sum_s, 75 * 3600 + 35 * 60 + 5);
}

static void a_preset_is_known_by_its_name_and_its_delays(void **state)
{
    (void)state;
    struct retry_schedule own = *retry_schedule_preset("fast");
    assert_int_equal(own.count, 5);
    assert_string_equal(retry_schedule_name(&own), "fast");
    assert_string_equal(retry_schedule_name(retry_schedule_preset("standard")), "standard");
    own.delays_s[own.count] = 77; /* behind the end: says nothing */
    assert_string_equal(retry_schedule_name(&own), "fast");
    own.count++;
    assert_null(retry_schedule_name(&own));
    own.count = 5;
    own.delays_s[4]++;
    assert_null(retry_schedule_name(&own));
    assert_null(retry_schedule_preset("slow"));
    assert_null(retry_schedule_preset(""));
}

static void a_schedule_without_delays_is_one_attempt(void **state)
{
    (void)state;
    const struct retry_schedule once = {.count = 0};
    const struct attempt_result failed = {.error = ERROR_CLASS_TIMEOUT, .retry_after_ms = RETRY_AFTER_NONE};
    assert_int_equal(retry_decide(&once, 1, &failed).outcome, OUTCOME_EXHAUSTED);
}

static void every_failure_of_the_endpoint_is_retried(void **state)
{
    (void)state;
    for (int error = ERROR_CLASS_NONE + 1; error < ERROR_CLASS_COUNT; error++) {
        struct verdict verdict = decide(1, (enum error_class)error, 0, RETRY_AFTER_NONE);
        bool is_blocked = error == ERROR_CLASS_BLOCKED_ADDRESS;
        assert_int_equal(verdict.outcome, is_blocked ? OUTCOME_REJECTED : OUTCOME_RETRYING);
        assert_false(verdict.disables_webhook);
    }
    for (int code = 300; code < 1000; code++) {
        struct verdict verdict = decide(3, ERROR_CLASS_HTTP_STATUS, code, RETRY_AFTER_NONE);
        assert_int_equal(verdict.outcome, code == 410 ? OUTCOME_EXHAUSTED : OUTCOME_RETRYING);
        assert_int_equal(verdict.disables_webhook, code == 410);
        assert_int_equal(verdict.delay_ms, code == 410 ? 0 : 1800 * 1000);
    }
}

static void retry_after_only_lengthens_and_has_an_end(void **state)
{
    (void)state;
    enum error_class status = ERROR_CLASS_HTTP_STATUS;
    assert_int_equal(decide(1, status, 429, 60000).delay_ms, 60000);
    assert_int_equal(decide(1, status, 503, 60000).delay_ms, 60000);
    assert_int_equal(decide(1, status, 503, 0).delay_ms, 5000); /* never earlier than planned */
    assert_int_equal(decide(4, status, 503, 60000).delay_ms, 2 * HOUR_MS);
    assert_int_equal(decide(1, status, 429, 1000 * HOUR_MS).delay_ms, 24 * HOUR_MS);
    assert_int_equal(decide(9, status, 429, 1000 * HOUR_MS).delay_ms, 48 * HOUR_MS); /* twice the 24 h planned */
    assert_int_equal(decide(9, status, 429, INT64_MAX).delay_ms, 48 * HOUR_MS);
    assert_int_equal(decide(8, status, 429, 30 * HOUR_MS).delay_ms, 30 * HOUR_MS); /* between 24 h and twice 20 h */
    assert_int_equal(decide(1, status, 500, 60000).delay_ms, 5000);                /* only 429 and 503 may ask */
    assert_int_equal(decide(1, ERROR_CLASS_TIMEOUT, 0, 60000).delay_ms, 5000);
}

static void jitter_adds_a_tenth_and_a_minute_at_most(void **state)
{
    (void)state;
    const int64_t delays_ms[] = {0, 1, 9, 10, 1000, 5000, 300000, 599999, 600000, 600010, 24 * HOUR_MS};
    for (size_t i = 0; i < sizeof(delays_ms) / sizeof(*delays_ms); i++) {
        int64_t max_ms = delays_ms[i] / 10 < 60000 ? delays_ms[i] / 10 : 60000;
        int64_t largest_ms = 0;
        for (uint64_t random = 0; random < 70000; random++) {
            int64_t jitter_ms = retry_jitter_ms(delays_ms[i], random);
            assert_true(jitter_ms >= 0 && jitter_ms <= max_ms);
            largest_ms = jitter_ms > largest_ms ? jitter_ms : largest_ms;
        }
        assert_int_equal(largest_ms, max_ms);
        assert_true(retry_jitter_ms(delays_ms[i], UINT64_MAX) <= max_ms);
    }
}

/* ---- the header -------------------------------------------------------------------------------------------------- */

#define NOW_MS 784111777000LL /* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 */

static int64_t parse_at(const char *value, int64_t now_ms)
{
    return retry_after_parse(value, strlen(value), now_ms);
}

static void seconds_are_read(void **state)
{
    (void)state;
    assert_int_equal(parse_at("0", NOW_MS), 0);
    assert_int_equal(parse_at("1", NOW_MS), 1000);
    assert_int_equal(parse_at("0120", NOW_MS), 120000);
    assert_int_equal(parse_at(" \t120 \t", NOW_MS), 120000);
    assert_true(parse_at("99999999999", NOW_MS) > 1000 * 24 * HOUR_MS);
    assert_true(parse_at("99999999999999999999999999999999999999999999", NOW_MS) > 1000 * 24 * HOUR_MS);
    assert_int_equal(retry_after_parse("1200", 2, NOW_MS), 12000); /* the length counts, not a NUL */
}

static void the_three_forms_of_a_date_are_read(void **state)
{
    (void)state;
    assert_int_equal(parse_at("Sun, 06 Nov 1994 08:49:37 GMT", NOW_MS), 0);
    assert_int_equal(parse_at("Sun, 06 Nov 1994 08:50:37 GMT", NOW_MS), 60000);
    assert_int_equal(parse_at("Sunday, 06-Nov-94 08:50:37 GMT", NOW_MS), 60000);
    assert_int_equal(parse_at("Sun Nov  6 08:50:37 1994", NOW_MS), 60000);
    assert_int_equal(parse_at("Wed Nov 16 08:49:37 1994", NOW_MS), 10 * 24 * HOUR_MS);
    assert_int_equal(parse_at(" Sun, 06 Nov 1994 08:50:37 GMT ", NOW_MS), 60000);
    assert_int_equal(parse_at("Sun, 06 Nov 1994 08:49:37 GMT", NOW_MS - 500), 500);
    assert_true(parse_at("Fri, 31 Dec 2999 23:59:59 GMT", NOW_MS) > 1000 * 365 * 24 * HOUR_MS);
}

static void a_year_of_two_digits_is_within_50_years(void **state)
{
    (void)state;
    const int64_t year_2026_ms = 1767225600000; /* Thu, 01 Jan 2026 00:00:00 GMT */
    assert_int_equal(parse_at("Friday, 02-Jan-26 00:00:00 GMT", year_2026_ms), 24 * HOUR_MS);
    assert_true(parse_at("Friday, 01-Jan-76 00:00:00 GMT", year_2026_ms) > 0);                    /* 2076 */
    assert_int_equal(parse_at("Friday, 01-Jan-77 00:00:00 GMT", year_2026_ms), RETRY_AFTER_NONE); /* 1977 */
    assert_int_equal(parse_at("Sunday, 06-Nov-94 08:50:37 GMT", year_2026_ms), RETRY_AFTER_NONE);
}

static void what_cannot_be_read_or_is_past_says_nothing(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         " ",
                         "-5",
                         "+5",
                         "NaN",
                         "1.5",
                         "1e3",
                         "0x10",
                         "5s",
                         "5 5",
                         "1,2",
                         "soon",
                         "Sun",
                         "Sun,",
                         "Thu, 01 Jan 1970 00:00:00 GMT",
                         "Sun, 06 Nov 1994 08:49:36 GMT",
                         "Sun, 06 Nov 1994 08:50:37",
                         "Sun, 06 Nov 1994 08:50:37 CET",
                         "Sun, 06 Nov 1994 08:50:37 +0100",
                         "Sun, 6 Nov 1994 08:50:37 GMT",
                         "Sun, 06 nov 1994 08:50:37 GMT",
                         "Sun, 06 Nov 94 08:50:37 GMT",
                         "Sun, 31 Feb 2020 08:50:37 GMT",
                         "Sun, 06 Nov 1994 25:50:37 GMT",
                         "Sun, 06 Nov 1994 08:61:37 GMT",
                         "06 Nov 1994 08:50:37 GMT",
                         "Sun 06 Nov 1994 08:50:37 GMT",
                         "Sun, 06 Nov 1994 08:50:37 GMTx",
                         "1994-11-06T08:50:37Z",
                         "Sun, 06 Nov 199x 08:50:37 GMT",
                         "Sun, 00 Nov 1995 08:50:37 GMT",
                         "Sun,  6 Nov 1994 08:50:7 GMT"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        if (parse_at(bad[i], NOW_MS) != RETRY_AFTER_NONE)
            fail_msg("\"%s\" is read", bad[i]);
    }
    assert_int_equal(retry_after_parse("1\0002", 3, NOW_MS), RETRY_AFTER_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_schedule_has_10_attempts_in_75_h_35_m),
        cmocka_unit_test(a_preset_is_known_by_its_name_and_its_delays),
        cmocka_unit_test(a_schedule_without_delays_is_one_attempt),
        cmocka_unit_test(every_failure_of_the_endpoint_is_retried),
        cmocka_unit_test(retry_after_only_lengthens_and_has_an_end),
        cmocka_unit_test(jitter_adds_a_tenth_and_a_minute_at_most),
        cmocka_unit_test(seconds_are_read),
        cmocka_unit_test(the_three_forms_of_a_date_are_read),
        cmocka_unit_test(a_year_of_two_digits_is_within_50_years),
        cmocka_unit_test(what_cannot_be_read_or_is_past_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
