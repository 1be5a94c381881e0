/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/view.h"
#include "tests/unit/unit.h"

#define NOW_MS 1795550400000 /* 2026-11-24T20:00:00Z */

typedef void viewer(const struct view *view, const json_t *json);

static void expect_parts(viewer *show, const char *text, bool has_ages, const char *const *parts)
{
    struct buffer out;
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    buffer_init(&out, 65536);
    show(&(struct view){.out = &out, .now_ms = NOW_MS, .has_ages = has_ages}, json);
    for (; *parts != NULL; parts++) {
        if (strstr(out.bytes, *parts) == NULL)
            fail_msg("\"%s\" is not in:\n%s", *parts, out.bytes);
    }
    json_decref(json);
    buffer_deinit(&out);
}

static void expect_age(const char *time, const char *expected)
{
    char text[VIEW_AGE_BYTES];
    assert_string_equal(view_age(time, NOW_MS, text), expected);
}

static void ages_are_in_the_largest_whole_unit(void **state)
{
    (void)state;
    expect_age("2026-11-24T20:00:00.000Z", "0s ago");
    expect_age("2026-11-24T19:59:01Z", "59s ago");
    expect_age("2026-11-24T19:00:01Z", "59m ago");
    expect_age("2026-11-24T18:59:00Z", "1h ago");
    expect_age("2026-11-20T20:00:00Z", "4d ago");
    expect_age("2026-11-24T20:05:00Z", "in 5m");
    expect_age("yesterday", "yesterday");
}

#define WEBHOOK                                                                                               \
    "{\"id\":\"wh_1\",\"name\":\"n\\u001b[2J\",\"url\":\"https://x\",\"events\":[\"a.b\",\"c.*\"],\"state\":" \
    "\"disabled\",\"state_reason\":\"gone\",\"headers\":{\"X-A\":\"1\",\"X-B\":\"2\"},\"timeout_ms\":1500,"   \
    "\"retry_schedule\":[5,60],\"rate_limit\":{\"per_second\":10,\"concurrency\":2},\"ordering\":\"key\","    \
    "\"created_at\":\"2026-11-24T19:00:00.000Z\",\"updated_at\":null,\"secret\":\"whsec_x\"}"

static void a_webhook_shows_all_of_it(void **state)
{
    (void)state;
    expect_parts(view_webhook, WEBHOOK, false,
                 (const char *const[]){"ID            wh_1\n", "Name          n\\x1b[2J\n", "Events        a.b, c.*\n",
                                       "State         disabled (gone)\n",
                                       "Headers       X-A: 1\n              X-B: 2\n", "Time-out      1500 ms\n",
                                       "Retries       after 5, 60 s\n", "Rate limit    10 per second, 2 at a time\n",
                                       "Created       2026-11-24T19:00:00.000Z\n", "Changed       -\n",
                                       "Secret        whsec_x\n", NULL});
    expect_parts(view_webhook, WEBHOOK, true, (const char *const[]){"Created       1h ago\n", NULL});
}

static void an_answer_without_the_usual_fields_is_shown_as_far_as_it_goes(void **state)
{
    (void)state;
    expect_parts(view_webhook, "{\"events\":7,\"headers\":[],\"retry_schedule\":[],\"url\":1}", false,
                 (const char *const[]){"ID            -\n", "URL           -\n", "Retries       none\n",
                                       "Rate limit    none\n", NULL});
    expect_parts(view_webhooks, "[{}]", false, (const char *const[]){"-   -     -    -      -       -\n", NULL});
    expect_parts(view_deliveries, "[null, {}]", false, (const char *const[]){"-   -", NULL});
}

static void deliveries_are_a_table(void **state)
{
    (void)state;
    expect_parts(
        view_deliveries,
        "[{\"id\":\"dlv_1\",\"event_type\":\"a.b\",\"status\":\"retrying\",\"attempts\":2,\"code\":500,\"error\":"
        "\"http_status\",\"last_attempt_at\":\"2026-11-24T19:59:50Z\",\"next_attempt_at\":\"2026-11-24T20:05:00Z\"}]",
        true,
        (const char *const[]){"ID     EVENT  STATUS    CODE  ERROR        LAST     NEXT   ATTEMPTS\n",
                              "dlv_1  a.b    retrying  500   http_status  10s ago  in 5m  2\n", NULL});
}

static void a_payload_is_shown_as_it_came(void **state)
{
    (void)state;
    struct buffer out;
    const char *payload = "{\"n\":1.10,\"z\":123456789012345678901234567890}";
    json_t *json = json_pack("{s:s, s:[{s:i, s:s, s:{s:s, s:s, s:s}}], s:n}", "id", "dlv_1", "attempts", "number", 1,
                             "outcome", "delivered", "response", "line", "HTTP/1.1 200 OK", "body", "a\nb",
                             "body_encoding", "utf-8", "payload_reason");
    buffer_init(&out, 65536);
    view_delivery(&(struct view){.out = &out, .now_ms = NOW_MS}, json, &(struct raw_json){payload, strlen(payload)});
    assert_non_null(strstr(out.bytes, "\nPayload\n{\"n\":1.10,\"z\":123456789012345678901234567890}\n"));
    assert_non_null(strstr(out.bytes, "Body          a\\nb\n"));
    json_decref(json);
    buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_are_in_the_largest_whole_unit),
        cmocka_unit_test(a_webhook_shows_all_of_it),
        cmocka_unit_test(an_answer_without_the_usual_fields_is_shown_as_far_as_it_goes),
        cmocka_unit_test(deliveries_are_a_table),
        cmocka_unit_test(a_payload_is_shown_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
