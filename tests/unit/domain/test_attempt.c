/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/domain/attempt.h"

#include "tests/unit/unit.h"

#define NASTY "\x01\"\\/\b\t\r\n\x1b[31m\x7f</script> \xc3\xa9\xe2\x80\xae\xf0\x9f\x92\xb8 ',;${}"

static uint8_t every_byte[ATTEMPT_BODY_BYTES_MAX];

static int fill_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(every_byte); i++)
        every_byte[i] = (uint8_t)(i * 7 + i / 256);
    return 0;
}

/* Everything that must be there, nothing else. */
static struct attempt smallest(void)
{
    return (struct attempt){
        .delivery = {.id = "dlv_nuhtualqiiogfm27stl4a2jiiu",
                     .webhook_id = "wh_abc123",
                     .event_id = "evt_abc123",
                     .event_type = "event.created",
                     .org_id = "org_1",
                     .origin = {.topic = "kt.events.event.created"},
                     .number = 1},
    };
}

static struct attempt largest(void)
{
    struct attempt attempt = smallest();
    attempt.delivery.origin.partition = INT32_MAX;
    attempt.delivery.origin.offset = INT64_MAX;
    attempt.delivery.accepted_ms = 1795428000123;
    attempt.delivery.due_ms = 1795428005123;
    attempt.delivery.number = 7;
    attempt.delivery.series = UINT32_MAX;
    attempt.delivery.trigger = TRIGGER_REPLAY;
    (void)snprintf(attempt.delivery.ordering_key, sizeof(attempt.delivery.ordering_key), "%s", NASTY);
    (void)snprintf(attempt.delivery.traceparent, sizeof(attempt.delivery.traceparent),
                   "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    attempt.outcome = OUTCOME_RETRYING;
    attempt.error = ERROR_CLASS_HTTP_STATUS;
    attempt.code = 503;
    (void)snprintf(attempt.detail, sizeof(attempt.detail), "%s", NASTY);
    attempt.started_ms = 253402300799999;
    attempt.timing = (struct timing){1, 2, 3, 4, UINT32_MAX};
    attempt.next_attempt_ms = 1795428305123;
    (void)snprintf(attempt.next_topic, sizeof(attempt.next_topic), "kt.retry.2m");
    attempt.disables_webhook = true;
    (void)snprintf(attempt.remote_address, sizeof(attempt.remote_address), "[2606:4700:4700::1111]:443");
    attempt.request_head = "POST / HTTP/1.1\r\nHost: a\r\n\r\n";
    attempt.request_head_size = strlen(attempt.request_head);
    attempt.response_head = (const char *)every_byte;
    attempt.response_head_size = 1000;
    attempt.response_body = every_byte;
    attempt.response_body_size = sizeof(every_byte);
    attempt.response_body_total_bytes = INT64_MAX;
    return attempt;
}

static void assert_same_bytes(const void *bytes, size_t size, const void *expected, size_t expected_size)
{
    assert_int_equal(size, expected_size);
    if (size > 0)
        assert_memory_equal(bytes, expected, size);
}

static void assert_same_delivery(const struct delivery *delivery, const struct delivery *expected)
{
    assert_string_equal(delivery->id, expected->id);
    assert_string_equal(delivery->webhook_id, expected->webhook_id);
    assert_string_equal(delivery->event_id, expected->event_id);
    assert_string_equal(delivery->event_type, expected->event_type);
    assert_string_equal(delivery->org_id, expected->org_id);
    assert_string_equal(delivery->ordering_key, expected->ordering_key);
    assert_string_equal(delivery->traceparent, expected->traceparent);
    assert_string_equal(delivery->origin.topic, expected->origin.topic);
    assert_int_equal(delivery->origin.partition, expected->origin.partition);
    assert_true(delivery->origin.offset == expected->origin.offset);
    assert_true(delivery->accepted_ms == expected->accepted_ms);
    assert_true(delivery->due_ms == expected->due_ms);
    assert_int_equal(delivery->number, expected->number);
    assert_int_equal(delivery->series, expected->series);
    assert_int_equal(delivery->trigger, expected->trigger);
}

static void assert_same(const struct attempt *attempt, const struct attempt *expected)
{
    assert_same_delivery(&attempt->delivery, &expected->delivery);
    assert_int_equal(attempt->outcome, expected->outcome);
    assert_int_equal(attempt->error, expected->error);
    assert_int_equal(attempt->code, expected->code);
    assert_string_equal(attempt->detail, expected->detail);
    assert_true(attempt->started_ms == expected->started_ms);
    assert_memory_equal(&attempt->timing, &expected->timing, sizeof(attempt->timing));
    assert_true(attempt->next_attempt_ms == expected->next_attempt_ms);
    assert_string_equal(attempt->next_topic, expected->next_topic);
    assert_int_equal(attempt->disables_webhook, expected->disables_webhook);
    assert_string_equal(attempt->remote_address, expected->remote_address);
    assert_same_bytes(attempt->request_head, attempt->request_head_size, expected->request_head,
                      expected->request_head_size);
    assert_same_bytes(attempt->response_head, attempt->response_head_size, expected->response_head,
                      expected->response_head_size);
    assert_same_bytes(attempt->response_body, attempt->response_body_size, expected->response_body,
                      expected->response_body_size);
    assert_true(attempt->response_body_total_bytes == expected->response_body_total_bytes);
}

/* Encodes, lets an independent reader look, and decodes. */
static void assert_round_trip(const struct attempt *attempt, const struct attempt *expected)
{
    CLEANUP(buffer_deinit) struct buffer json;
    CLEANUP(attempt_deinit) struct attempt read = {.code = 0};
    struct error error = {.text = ""};
    buffer_init(&json, ATTEMPT_RECORD_BYTES_MAX);
    attempt_encode(attempt, &json);
    assert_false(json.is_overflowed);
    json_t *independent = json_loadb(json.bytes, json.length, JSON_REJECT_DUPLICATES, NULL);
    assert_true(json_is_object(independent));
    assert_string_equal(json_string_value(json_object_get(independent, "delivery_id")), attempt->delivery.id);
    json_decref(independent);
    if (attempt_decode(json.bytes, json.length, &read, &error) < 0)
        fail_msg("%s in %s", error.text, json.bytes);
    assert_same(&read, expected);
}

static void the_least_that_can_be_said_comes_back(void **state)
{
    (void)state;
    struct attempt attempt = smallest();
    assert_round_trip(&attempt, &attempt);
}

static void everything_that_can_be_said_comes_back(void **state)
{
    (void)state;
    struct attempt attempt = largest();
    assert_round_trip(&attempt, &attempt);
}

static void bytes_of_any_length_come_back(void **state)
{
    (void)state;
    struct attempt attempt = smallest();
    for (size_t size = 0; size <= sizeof(every_byte); size += size < 10 || (size > 3060 && size < 3080) ? 1 : 113) {
        attempt.response_body = every_byte;
        attempt.response_body_size = size;
        attempt.request_head = (const char *)every_byte;
        attempt.request_head_size = size / 2;
        assert_round_trip(&attempt, &attempt);
    }
}

static void every_outcome_error_and_trigger_comes_back(void **state)
{
    (void)state;
    struct attempt attempt = smallest();
    for (int i = 0; i < ERROR_CLASS_COUNT; i++) {
        attempt.error = (enum error_class)i;
        attempt.outcome = (enum outcome)(i % OUTCOME_COUNT);
        attempt.delivery.trigger = (enum trigger)(i % (TRIGGER_TEST + 1));
        assert_round_trip(&attempt, &attempt);
    }
}

static void bytes_that_are_no_utf8_are_replaced_and_cut_to_fit(void **state)
{
    (void)state;
    struct attempt attempt = smallest();
    struct attempt expected = smallest();
    (void)snprintf(attempt.detail, sizeof(attempt.detail), "a\xff\xfez\xc3");
    (void)snprintf(expected.detail, sizeof(expected.detail), "a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd");
    assert_round_trip(&attempt, &expected);
    memset(attempt.detail, 0xff, sizeof(attempt.detail) - 1);
    for (size_t i = 0; i + 1 < sizeof(expected.detail); i++)
        expected.detail[i] = "\xef\xbf\xbd"[i % 3];
    assert_round_trip(&attempt, &expected);
}

static void what_is_too_long_to_keep_is_cut(void **state)
{
    (void)state;
    static const char long_head[ATTEMPT_HEAD_BYTES_MAX + 100] = {[0] = 'H'};
    static const uint8_t long_body[ATTEMPT_BODY_BYTES_MAX + 100] = {[0] = 'B'};
    struct attempt attempt = largest();
    memset(attempt.detail, 1, sizeof(attempt.detail) - 1); /* the longest way to write it */
    memset(attempt.delivery.ordering_key, 1, sizeof(attempt.delivery.ordering_key) - 1);
    attempt.request_head = long_head;
    attempt.request_head_size = sizeof(long_head);
    attempt.response_head = long_head;
    attempt.response_head_size = sizeof(long_head);
    attempt.response_body = long_body;
    attempt.response_body_size = sizeof(long_body);
    struct attempt expected = attempt;
    expected.request_head_size = ATTEMPT_HEAD_BYTES_MAX;
    expected.response_head_size = ATTEMPT_HEAD_BYTES_MAX;
    expected.response_body_size = ATTEMPT_BODY_BYTES_MAX;
    assert_round_trip(&attempt, &expected);
}

/* Nothing in struct attempt can make a record that is too large. */
static void the_longest_record_fits(void **state)
{
    (void)state;
    static const char head[ATTEMPT_HEAD_BYTES_MAX];
    CLEANUP(buffer_deinit) struct buffer json;
    struct attempt attempt = largest();
    struct delivery *delivery = &attempt.delivery;
#define FILL(array) memset(array, 1, sizeof(array) - 1)
    FILL(delivery->id);
    FILL(delivery->webhook_id);
    FILL(delivery->event_id);
    FILL(delivery->event_type);
    FILL(delivery->org_id);
    FILL(delivery->ordering_key);
    FILL(delivery->traceparent);
    FILL(delivery->origin.topic);
    FILL(attempt.detail);
    FILL(attempt.next_topic);
    FILL(attempt.remote_address);
    attempt.request_head = head;
    attempt.request_head_size = sizeof(head);
    attempt.response_head = head;
    attempt.response_head_size = sizeof(head);
    buffer_init(&json, ATTEMPT_RECORD_BYTES_MAX);
    attempt_encode(&attempt, &json);
    assert_false(json.is_overflowed);
}

static void ids_name_delivery_number_and_series(void **state)
{
    (void)state;
    char id[ATTEMPT_ID_BYTES];
    struct attempt attempt = smallest();
    attempt_id(&attempt, id);
    assert_string_equal(id, "dlv_nuhtualqiiogfm27stl4a2jiiu.1");
    attempt.delivery.number = UINT32_MAX;
    attempt.delivery.series = UINT32_MAX;
    attempt_id(&attempt, id);
    assert_string_equal(id, "dlv_nuhtualqiiogfm27stl4a2jiiu.4294967295.4294967295");
}

/* ---- records from elsewhere -------------------------------------------------------------------------------------- */

#define LEAST_BUT_NUMBER                                                                                         \
    "\"delivery_id\":\"d\",\"webhook_id\":\"w\",\"org_id\":\"o\",\"event_id\":\"e\",\"event_type\":\"a.b\","     \
    "\"origin_topic\":\"t\",\"origin_partition\":0,\"origin_offset\":0,\"accepted_ms\":1,\"trigger\":\"event\"," \
    "\"outcome\":\"delivered\",\"started_ms\":1"
#define LEAST "{" LEAST_BUT_NUMBER ",\"number\":1"

static void assert_unreadable(const char *json, const char *word)
{
    struct attempt attempt = {.code = 4711};
    struct error error = {.text = ""};
    if (attempt_decode(json, strlen(json), &attempt, &error) != -EINVAL)
        fail_msg("%s is read", json);
    if (strstr(error.text, word) == NULL)
        fail_msg("%s: %s", json, error.text);
    assert_int_equal(attempt.code, 4711);
}

static void fields_nobody_knows_and_any_order_are_fine(void **state)
{
    (void)state;
    CLEANUP(attempt_deinit) struct attempt attempt = {.code = 0};
    const char *json = "{\"number\":2, \"new\":{\"id\":[1.5]}, " LEAST_BUT_NUMBER "}";
    assert_int_equal(attempt_decode(json, strlen(json), &attempt, NULL), 0);
    assert_int_equal(attempt.delivery.number, 2);
    assert_string_equal(attempt.delivery.event_type, "a.b");
}

static void a_field_that_is_missing_or_wrong_is_named(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"",                                                          "JSON"                  },
        {"[]",                                                        "not a JSON object"     },
        {"{}",                                                        "delivery_id is missing"},
        {"{" LEAST_BUT_NUMBER "}",                                    "number is missing"     },
        {"{" LEAST_BUT_NUMBER ",\"number\":0}",                       "number"                },
        {"{" LEAST_BUT_NUMBER ",\"number\":-1}",                      "number"                },
        {"{" LEAST_BUT_NUMBER ",\"number\":1.0}",                     "number"                },
        {"{" LEAST_BUT_NUMBER ",\"number\":4294967296}",              "number"                },
        {"{" LEAST_BUT_NUMBER ",\"number\":\"1\"}",                   "number"                },
        {LEAST ",\"number\":1}",                                      "twice"                 },
        {LEAST ",\"code\":2147483648}",                               "code"                  },
        {LEAST ",\"due_ms\":-1}",                                     "due_ms"                },
        {LEAST ",\"due_ms\":253402300800000}",                        "due_ms"                },
        {LEAST ",\"error\":\"unheard_of\"}",                          "error"                 },
        {LEAST ",\"error\":null}",                                    "error"                 },
        {LEAST ",\"detail\":\"a\\u0000b\"}",                          "detail"                },
        {LEAST ",\"disables_webhook\":1}",                            "disables_webhook"      },
        {LEAST ",\"response_body\":\"a\"}",                           "response_body"         },
        {LEAST ",\"response_body\":\"YQ=\"}",                         "response_body"         },
        {LEAST ",\"response_body\":[]}",                              "response_body"         },
        {LEAST ",\"request_head\":\"YWI=\",\"response_head\":\"!\"}", "response_head"         },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_unreadable(rows[i][0], rows[i][1]);
}

/* With one field of the least replaced. */
static void assert_unreadable_with(const char *name, const char *value)
{
    char json[1024];
    char pattern[64];
    const char *least = LEAST "}";
    (void)snprintf(pattern, sizeof(pattern), "\"%s\":", name);
    const char *at = strstr(least, pattern);
    assert_non_null(at);
    const char *end = at + strcspn(at, ",}");
    (void)snprintf(json, sizeof(json), "%.*s%s%s%s", (int)(at - least), least, pattern, value, end);
    assert_unreadable(json, name);
}

static void a_needed_field_with_a_wrong_value_is_named(void **state)
{
    (void)state;
    assert_unreadable_with("delivery_id", "\"\"");
    assert_unreadable_with("delivery_id", "\"dlv_longer_than_any_id_of_ours_is\"");
    assert_unreadable_with("webhook_id", "7");
    assert_unreadable_with("event_id", "null");
    assert_unreadable_with("org_id", "\"\\ud800\"");
    assert_unreadable_with("origin_partition", "2147483648");
    assert_unreadable_with("origin_offset", "1e3");
    assert_unreadable_with("accepted_ms", "-1");
    assert_unreadable_with("outcome", "\"lost\"");
    assert_unreadable_with("outcome", "\"a name that is longer than any outcome's\"");
    assert_unreadable_with("trigger", "\"\"");
}

static void a_body_longer_than_we_keep_is_refused(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer json;
    struct attempt attempt;
    buffer_init(&json, 10 * ATTEMPT_RECORD_BYTES_MAX);
    buffer_append_text(&json, LEAST ",\"response_body\":\"");
    for (int i = 0; i < (ATTEMPT_BODY_BYTES_MAX + 3) / 3; i++)
        buffer_append_text(&json, "AAAA");
    buffer_append_text(&json, "\"}");
    assert_int_equal(attempt_decode(json.bytes, json.length, &attempt, NULL), -EINVAL);
    while (json.length <= ATTEMPT_RECORD_BYTES_MAX)
        buffer_append_text(&json, "          ");
    assert_int_equal(attempt_decode(json.bytes, json.length, &attempt, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_that_can_be_said_comes_back),
        cmocka_unit_test(everything_that_can_be_said_comes_back),
        cmocka_unit_test(bytes_of_any_length_come_back),
        cmocka_unit_test(every_outcome_error_and_trigger_comes_back),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_and_cut_to_fit),
        cmocka_unit_test(what_is_too_long_to_keep_is_cut),
        cmocka_unit_test(the_longest_record_fits),
        cmocka_unit_test(ids_name_delivery_number_and_series),
        cmocka_unit_test(fields_nobody_knows_and_any_order_are_fine),
        cmocka_unit_test(a_field_that_is_missing_or_wrong_is_named),
        cmocka_unit_test(a_needed_field_with_a_wrong_value_is_named),
        cmocka_unit_test(a_body_longer_than_we_keep_is_refused),
    };
    return cmocka_run_group_tests(tests, fill_every_byte, NULL);
}
