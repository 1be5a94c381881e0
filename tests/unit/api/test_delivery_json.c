/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/attributes.h"

#include "api/delivery_json.h"
#include "tests/unit/unit.h"

static void expect_json(json_t *json, const char *expected)
{
    CLEANUP(free_pointer) char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    json_decref(json);
}

static void a_delivery_has_the_documented_shape(void **state)
{
    (void)state;
    const struct stored_delivery delivery = {
        .id = "dlv_1",
        .webhook_id = "wh_1",
        .event_id = "evt_1",
        .event_type = "config.deployed",
        .trigger = "event",
        .outcome = OUTCOME_DELIVERED,
        .code = 200,
        .accepted_ms = 1790000000000,
        .started_ms = 1790000000123,
    };
    expect_json(delivery_json(&delivery, json_integer(2)),
                "{\"id\":\"dlv_1\",\"webhook_id\":\"wh_1\",\"event_id\":\"evt_1\",\"event_type\":\"config.deployed\","
                "\"status\":\"delivered\",\"attempts\":2,\"code\":200,\"error\":null,\"trigger\":\"event\","
                "\"created_at\":\"2026-09-21T14:13:20.000Z\",\"last_attempt_at\":\"2026-09-21T14:13:20.123Z\","
                "\"next_attempt_at\":null}");
}

static void an_attempt_without_an_answer_shows_none(void **state)
{
    (void)state;
    const struct attempt attempt = {
        .delivery.number = 1,
        .delivery.trigger = TRIGGER_EVENT,
        .outcome = OUTCOME_RETRYING,
        .error = ERROR_CLASS_CONNECT,
        .detail = "connection refused",
        .started_ms = 1790000000123,
        .next_attempt_ms = 1790000005123,
        .timing.total_ms = 3,
    };
    expect_json(
        attempt_json(&attempt),
        "{\"number\":1,\"series\":0,\"trigger\":\"event\",\"outcome\":\"retrying\",\"fault\":\"endpoint\","
        "\"error\":\"connect\",\"detail\":\"connection refused\",\"code\":null,"
        "\"started_at\":\"2026-09-21T14:13:20.123Z\",\"next_attempt_at\":\"2026-09-21T14:13:25.123Z\","
        "\"remote_address\":null,\"timing_ms\":{\"dns\":0,\"connect\":0,\"tls\":0,\"first_byte\":0,\"total\":3},"
        "\"request\":null,\"response\":null}");
}

static json_t *response_of(const char *body, size_t size)
{
    const struct attempt attempt = {
        .delivery.number = 1,
        .code = 200,
        .response_head = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
        .response_head_size = 25,
        .response_body = body,
        .response_body_size = size,
        .response_body_total_bytes = 5000,
    };
    json_t *json = attempt_json(&attempt);
    json_t *response = json_incref(json_object_get(json, "response"));
    json_decref(json);
    return response;
}

static void a_body_is_text_or_base64(void **state)
{
    (void)state;
    expect_json(response_of("grün", 5),
                "{\"code\":200,\"line\":\"HTTP/1.1 200 OK\",\"headers\":{\"A\":\"b\"},\"body\":\"grün\","
                "\"body_encoding\":\"utf-8\",\"body_bytes\":5000}");
    expect_json(response_of("\xff\x00\xfe", 3), "{\"code\":200,\"line\":\"HTTP/1.1 200 OK\",\"headers\":{\"A\":\"b\"},"
                                                "\"body\":\"/wD+\",\"body_encoding\":\"base64\",\"body_bytes\":5000}");
    expect_json(response_of(NULL, 0),
                "{\"code\":200,\"line\":\"HTTP/1.1 200 OK\",\"headers\":{\"A\":\"b\"},\"body\":\"\","
                "\"body_encoding\":\"utf-8\",\"body_bytes\":5000}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delivery_has_the_documented_shape),
        cmocka_unit_test(an_attempt_without_an_answer_shows_none),
        cmocka_unit_test(a_body_is_text_or_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
