/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"

#include "producer/admission.h"
#include "tests/unit/unit.h"

#define NOW_MS 1795550400123 /* 2026-11-24T20:00:00.123Z */

static char *extra[] = {(char[]){"billing.invoice_paid"}};
static const struct settings_list extra_types = {.items = extra, .count = 1};
static const struct admission_rules of_token = {.extra_types = &extra_types, .org_id = "org_1", .is_org_binding = true};

static void expect_refused(const struct admission_rules *rules, const char *json, enum problem expected,
                           const char *reason_part)
{
    struct event event;
    struct error reason = {""};
    int problem = admission_check(rules, json, strlen(json), &event, &reason);
    if (problem != (int)expected)
        fail_msg("%s: %d instead of %d (%s)", json, problem, (int)expected, reason.text);
    if (strstr(reason.text, reason_part) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", json, reason.text, reason_part);
}

/* Admits the event; its envelope has to be as expected. */
static void expect_envelope(const struct admission_rules *rules, const char *json, const char *expected)
{
    struct event event;
    struct error reason = {""};
    struct buffer envelope;
    buffer_init(&envelope, EVENT_BYTES_MAX + 512);
    if (admission_check(rules, json, strlen(json), &event, &reason) != 0)
        fail_msg("%s: %s", json, reason.text);
    assert_int_equal(admission_complete(rules, json, strlen(json), "evt_fresh", NOW_MS, &event, &envelope, &reason), 0);
    assert_string_equal(envelope.bytes, expected);
    buffer_deinit(&envelope);
}

static void a_whole_envelope_stays_byte_for_byte(void **state)
{
    (void)state;
    const char *whole = " { \"type\":\"config.deployed\",\t\"id\":\"evt_1\", \"created_at\":\"1970-01-01T00:00:00Z\","
                        "\"org_id\":\"org_1\",\"data\":{\"n\":1.10,\"z\":1e999,\"u\":\"\\u00e9日\"} }\n";
    expect_envelope(&of_token, whole, whole);
}

static void what_is_missing_is_put_in_front(void **state)
{
    (void)state;
    expect_envelope(&of_token, "{\"type\":\"config.deployed\", \"data\":{}}",
                    "{\"id\":\"evt_fresh\",\"created_at\":\"2026-11-24T20:00:00.123Z\",\"org_id\":\"org_1\","
                    "\"type\":\"config.deployed\", \"data\":{}}");
    expect_envelope(&of_token, "{\"type\":\"config.deployed\",\"id\":\"evt_1\",\"org_id\":\"org_1\",\"data\":{}}",
                    "{\"created_at\":\"2026-11-24T20:00:00.123Z\",\"type\":\"config.deployed\",\"id\":\"evt_1\","
                    "\"org_id\":\"org_1\",\"data\":{}}");
}

static void types_are_the_builtin_and_the_extra_ones(void **state)
{
    (void)state;
    expect_envelope(&of_token,
                    "{\"id\":\"e\",\"type\":\"billing.invoice_paid\",\"org_id\":\"org_1\","
                    "\"created_at\":\"2026-11-24T20:00:00Z\",\"data\":{}}",
                    "{\"id\":\"e\",\"type\":\"billing.invoice_paid\",\"org_id\":\"org_1\","
                    "\"created_at\":\"2026-11-24T20:00:00Z\",\"data\":{}}");
    expect_refused(&of_token, "{\"type\":\"foo.bar\",\"data\":{}}", PROBLEM_UNKNOWN_TYPE,
                   "config.deployed, billing.invoice_paid");
    expect_refused(&of_token, "{\"type\":\"webhook.test\",\"data\":{}}", PROBLEM_UNKNOWN_TYPE, "webhook.test");
}

static void each_flaw_is_told_apart(void **state)
{
    (void)state;
    expect_refused(&of_token, "{\"type\":", PROBLEM_NOT_JSON, "not JSON");
    expect_refused(&of_token, "{\"type\":\"a.b\",\"type\":\"a.b\",\"data\":{}}", PROBLEM_NOT_JSON, "twice");
    expect_refused(&of_token, "[]", PROBLEM_NOT_AN_OBJECT, "object");
    expect_refused(&of_token, "{\"type\":\"config.deployed\"}", PROBLEM_BAD_FIELD, "data");
    expect_refused(&of_token, "{\"type\":\"config.deployed\",\"id\":\"a b\",\"data\":{}}", PROBLEM_BAD_FIELD, "id");
}

static void a_token_speaks_for_one_organization(void **state)
{
    (void)state;
    expect_refused(&of_token, "{\"type\":\"config.deployed\",\"org_id\":\"org_2\",\"data\":{}}", PROBLEM_WRONG_ORG,
                   "org_2");
}

static void a_file_may_hold_several_organizations(void **state)
{
    (void)state;
    const struct admission_rules of_file = {.extra_types = &extra_types};
    const char *whole = "{\"id\":\"e\",\"type\":\"config.deployed\",\"org_id\":\"org_2\","
                        "\"created_at\":\"2026-11-24T20:00:00Z\",\"data\":{}}";
    expect_envelope(&of_file, whole, whole);
    expect_refused(&of_file, "{\"type\":\"config.deployed\",\"data\":{}}", PROBLEM_NO_ORG, "org_id");
}

/* An event of so many bytes, completed: how it ends. */
static int complete_large(size_t size, size_t *envelope_size_out)
{
    static const char head[] = "{\"type\":\"config.deployed\",\"data\":{\"x\":\"";
    struct event event;
    struct error reason = {""};
    struct buffer envelope;
    char *json = alloc_bytes(size + 1);
    memset(json, 'a', size);
    memcpy(json, head, strlen(head));
    memcpy(json + size - 3, "\"}}", 4);
    buffer_init(&envelope, EVENT_BYTES_MAX + 512);
    int problem = admission_check(&of_token, json, size, &event, &reason);
    if (problem == 0)
        problem = admission_complete(&of_token, json, size, "evt_fresh", NOW_MS, &event, &envelope, &reason);
    *envelope_size_out = envelope.length;
    buffer_deinit(&envelope);
    free(json);
    return problem;
}

static void the_completed_event_has_to_fit_too(void **state)
{
    (void)state;
    size_t size;
    assert_int_equal(complete_large(1000, &size), 0);
    size_t filled_in = size - 1000;
    assert_int_equal(complete_large(EVENT_BYTES_MAX - filled_in, &size), 0);
    assert_int_equal(size, EVENT_BYTES_MAX);
    assert_int_equal(complete_large(EVENT_BYTES_MAX - filled_in + 1, &size), PROBLEM_TOO_LARGE);
    assert_int_equal(complete_large(EVENT_BYTES_MAX, &size), PROBLEM_TOO_LARGE);
    assert_int_equal(complete_large(EVENT_BYTES_MAX + 1, &size), PROBLEM_TOO_LARGE);
}

static void only_a_sound_traceparent_is_passed_on(void **state)
{
    (void)state;
    assert_true(traceparent_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    assert_true(traceparent_is_valid("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"));
    static const char *const bad[] = {
        "",
        "00",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(traceparent_is_valid(bad[i]));
    assert_false(traceparent_is_valid(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_envelope_stays_byte_for_byte),
        cmocka_unit_test(what_is_missing_is_put_in_front),
        cmocka_unit_test(types_are_the_builtin_and_the_extra_ones),
        cmocka_unit_test(each_flaw_is_told_apart),
        cmocka_unit_test(a_token_speaks_for_one_organization),
        cmocka_unit_test(a_file_may_hold_several_organizations),
        cmocka_unit_test(the_completed_event_has_to_fit_too),
        cmocka_unit_test(only_a_sound_traceparent_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
