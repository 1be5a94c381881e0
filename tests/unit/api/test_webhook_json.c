/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/attributes.h"

#include "api/webhook_json.h"
#include "tests/unit/unit.h"

static void expect_json(json_t *json, const char *expected)
{
    CLEANUP(free_pointer) char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, expected);
    json_decref(json);
}

static void a_new_webhook_has_the_documented_shape(void **state)
{
    (void)state;
    struct stored_webhook webhook;
    stored_webhook_init(&webhook);
    webhook.created_ms = webhook.updated_ms = 1790000000123;
    memcpy(webhook.id, "wh_1", 5);
    expect_json(
        webhook_json(&webhook, "whsec_x"),
        "{\"id\":\"wh_1\",\"name\":\"\",\"url\":\"\",\"events\":[],\"enabled\":true,\"state\":\"enabled\","
        "\"state_reason\":null,\"headers\":{},\"timeout_ms\":15000,\"retry_schedule\":\"standard\",\"rate_limit\":null,"
        "\"ordering\":\"none\",\"created_at\":\"2026-09-21T14:13:20.123Z\",\"updated_at\":\"2026-09-21T14:13:20.123Z\","
        "\"secret\":\"whsec_x\"}");
    stored_webhook_deinit(&webhook);
}

static void values_of_secret_headers_are_masked(void **state)
{
    (void)state;
    struct stored_webhook webhook;
    stored_webhook_init(&webhook);
    json_object_set_new(webhook.headers, "Authorization", json_string("Bearer real"));
    json_object_set_new(webhook.headers, "X-Team", json_string("sec"));
    json_t *json = webhook_json(&webhook, NULL);
    expect_json(json_incref(json_object_get(json, "headers")), "{\"Authorization\":\"***\",\"X-Team\":\"sec\"}");
    assert_null(json_object_get(json, "secret"));
    assert_string_equal(json_string_value(json_object_get(webhook.headers, "Authorization")), "Bearer real");
    json_decref(json);
    stored_webhook_deinit(&webhook);
}

static void half_a_rate_limit_shows_the_other_half_as_null(void **state)
{
    (void)state;
    struct stored_webhook webhook;
    stored_webhook_init(&webhook);
    webhook.rate_per_second = 7;
    webhook.state = WEBHOOK_PAUSED;
    json_t *json = webhook_json(&webhook, NULL);
    expect_json(json_incref(json_object_get(json, "rate_limit")), "{\"per_second\":7,\"concurrency\":null}");
    assert_true(json_is_false(json_object_get(json, "enabled")));
    json_decref(json);
    stored_webhook_deinit(&webhook);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_webhook_has_the_documented_shape),
        cmocka_unit_test(values_of_secret_headers_are_masked),
        cmocka_unit_test(half_a_rate_limit_shows_the_other_half_as_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
