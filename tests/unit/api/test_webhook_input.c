/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/base/buffer.h"
#include "common/domain/header_policy.h"

#include "api/webhook_input.h"
#include "tests/unit/unit.h"

#define URL_AND_EVENTS "\"url\":\"https://example.com/hook\",\"events\":[\"*\"]"

static const struct url_policy policy;

/* A webhook and the input that changes it. */
struct fixture {
    struct stored_webhook webhook;
    struct webhook_input input;
    json_t *custom_types;
};

static void fixture_init(struct fixture *fixture, bool is_new)
{
    *fixture = (struct fixture){.custom_types = json_pack("{s:s}", "order.shipped", "")};
    stored_webhook_init(&fixture->webhook);
    fixture->input = (struct webhook_input){
        .policy = &policy, .custom_types = fixture->custom_types, .is_new = is_new, .webhook = &fixture->webhook};
}

static void fixture_deinit(struct fixture *fixture)
{
    webhook_input_deinit(&fixture->input);
    stored_webhook_deinit(&fixture->webhook);
    json_decref(fixture->custom_types);
}

static void apply(struct fixture *fixture, const char *text)
{
    json_t *body = json_loads(text, 0, NULL);
    assert_non_null(body);
    webhook_input_apply(&fixture->input, body);
    json_decref(body);
}

/* Applies to a webhook that is there, and expects no complaint. */
static void change(struct fixture *fixture, const char *text)
{
    apply(fixture, text);
    assert_int_equal(field_errors_count(&fixture->input.errors), 0);
}

/* The pointers of all complaints about a body, with spaces between; borrowed until the next call. */
static const char *pointers(const struct field_errors *errors)
{
    static char text[4096];
    struct buffer buffer;
    size_t i;
    json_t *error;
    buffer_init(&buffer, sizeof text - 1);
    json_array_foreach(errors->items, i, error)
        buffer_append_format(&buffer, "%s%s", i == 0 ? "" : " ", json_string_value(json_object_get(error, "pointer")));
    (void)snprintf(text, sizeof text, "%s", buffer.length > 0 ? buffer.bytes : "");
    buffer_deinit(&buffer);
    return text;
}

static void expect_pointers(bool is_new, const char *body, const char *expected)
{
    struct fixture fixture;
    fixture_init(&fixture, is_new);
    apply(&fixture, body);
    assert_string_equal(pointers(&fixture.input.errors), expected);
    fixture_deinit(&fixture);
}

static void url_and_events_are_enough(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, true);
    change(&fixture, "{" URL_AND_EVENTS "}");
    assert_string_equal(fixture.webhook.url, "https://example.com/hook");
    assert_int_equal(fixture.webhook.timeout_ms, WEBHOOK_TIMEOUT_MS_DEFAULT);
    assert_int_equal(fixture.webhook.state, WEBHOOK_ENABLED);
    assert_string_equal(json_string_value(fixture.webhook.retry_schedule), "standard");
    assert_int_equal(fixture.input.secret.key_size, 0);
    fixture_deinit(&fixture);
}

static void every_field_is_taken(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, true);
    change(&fixture,
           "{" URL_AND_EVENTS
           ",\"name\":\"SIEM\",\"enabled\":false,\"headers\":{\"X-Team\":\"sec\"},\"timeout_ms\":30000,"
           "\"retry_schedule\":[1,60,86400],\"rate_limit\":{\"per_second\":10,\"concurrency\":2},\"ordering\":\"key\","
           "\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}");
    assert_string_equal(fixture.webhook.name, "SIEM");
    assert_int_equal(fixture.webhook.state, WEBHOOK_DISABLED);
    assert_string_equal(json_string_value(json_object_get(fixture.webhook.headers, "X-Team")), "sec");
    assert_int_equal(fixture.webhook.timeout_ms, 30000);
    assert_int_equal(json_array_size(fixture.webhook.retry_schedule), 3);
    assert_int_equal(fixture.webhook.rate_per_second, 10);
    assert_int_equal(fixture.webhook.rate_concurrency, 2);
    assert_true(fixture.webhook.is_ordered);
    assert_int_equal(fixture.input.secret.key_size, 24);
    fixture_deinit(&fixture);
}

static void a_wrong_field_is_named(void **state)
{
    (void)state;

    static const struct {
        const char *body, *pointers;
    } rows[] = {
        {"{}",                                                                                                            "/url /events"                       },
        {"{" URL_AND_EVENTS ",\"nam\":1}",                                                                                "/nam"                               },
        {"{" URL_AND_EVENTS ",\"a/b~c\":1}",                                                                              "/a~1b~0c"                           },
        {"{" URL_AND_EVENTS ",\"org_id\":\"org_b\",\"id\":\"wh_1\",\"state\":\"enabled\",\"created_at\":\"\"}",
         "/org_id /id /state /created_at"                                                                                                                      },
        {"{" URL_AND_EVENTS ",\"name\":7}",                                                                               "/name"                              },
        {"{" URL_AND_EVENTS ",\"name\":\"a\\nb\"}",                                                                       "/name"                              },
        {"{" URL_AND_EVENTS ",\"enabled\":\"yes\"}",                                                                      "/enabled"                           },
        {"{" URL_AND_EVENTS ",\"enabled\":null}",                                                                         "/enabled"                           },
        {"{" URL_AND_EVENTS ",\"timeout_ms\":999}",                                                                       "/timeout_ms"                        },
        {"{" URL_AND_EVENTS ",\"timeout_ms\":30001}",                                                                     "/timeout_ms"                        },
        {"{" URL_AND_EVENTS ",\"timeout_ms\":1500.5}",                                                                    "/timeout_ms"                        },
        {"{" URL_AND_EVENTS ",\"timeout_ms\":\"1500\"}",                                                                  "/timeout_ms"                        },
        {"{" URL_AND_EVENTS ",\"retry_schedule\":\"never\"}",                                                             "/retry_schedule"                    },
        {"{" URL_AND_EVENTS ",\"retry_schedule\":5}",                                                                     "/retry_schedule"                    },
        {"{" URL_AND_EVENTS ",\"retry_schedule\":[5,0,86401]}",                                                           "/retry_schedule/1 /retry_schedule/2"},
        {"{" URL_AND_EVENTS ",\"rate_limit\":5}",                                                                         "/rate_limit"                        },
        {"{" URL_AND_EVENTS ",\"rate_limit\":{\"per_second\":0}}",                                                        "/rate_limit/per_second"             },
        {"{" URL_AND_EVENTS ",\"rate_limit\":{\"per_minute\":1}}",                                                        "/rate_limit"                        },
        {"{" URL_AND_EVENTS ",\"ordering\":\"sideways\"}",                                                                "/ordering"                          },
        {"{" URL_AND_EVENTS ",\"ordering\":1}",                                                                           "/ordering"                          },
        {"{" URL_AND_EVENTS ",\"secret\":\"whsec_short\"}",                                                               "/secret"                            },
        {"{" URL_AND_EVENTS ",\"secret\":1}",                                                                             "/secret"                            },
        {"{\"url\":7,\"events\":7}",                                                                                      "/url /events"                       },
        {"{\"url\":null,\"events\":null}",                                                                                "/url /events"                       },
        {"{\"url\":\"https://127.0.0.1/\",\"events\":[]}",                                                                "/url /events"                       },
        {"{\"url\":\"https://example.com/\",\"events\":[\"no spaces\",\"*\",\"escalation.*\",\"unknown.type\",7,\"*\"]}",
         "/events/0 /events/3 /events/4 /events/5"                                                                                                             },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        expect_pointers(true, rows[i].body, rows[i].pointers);
}

static void custom_types_are_known(void **state)
{
    (void)state;
    expect_pointers(true, "{\"url\":\"https://example.com/\",\"events\":[\"order.shipped\",\"escalation.created\"]}",
                    "");
}

static void a_secret_is_not_changed_by_a_patch(void **state)
{
    (void)state;
    expect_pointers(false, "{\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}", "/secret");
    expect_pointers(false, "{}", "");
}

static void complaints_never_quote_a_secret(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, true);
    apply(&fixture,
          "{" URL_AND_EVENTS ",\"secret\":\"whsec_CANARY!!\",\"headers\":{\"Authorization\":\"CANARY\\u0001\"}}");
    char text[4096] = "";
    assert_int_equal(field_errors_count(&fixture.input.errors), 2);
    assert_in_range(json_dumpb(fixture.input.errors.items, text, sizeof text - 1, 0), 1, sizeof text - 1);
    assert_null(strstr(text, "CANARY"));
    fixture_deinit(&fixture);
}

static void headers_are_merged_by_name_in_any_case(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, false);
    change(&fixture, "{\"headers\":{\"X-Team\":\"one\",\"X-Other\":\"kept\"}}");
    change(&fixture, "{\"headers\":{\"x-team\":\"two\"}}");
    assert_int_equal(json_object_size(fixture.webhook.headers), 2);
    assert_string_equal(json_string_value(json_object_get(fixture.webhook.headers, "x-team")), "two");
    change(&fixture, "{\"headers\":{\"X-TEAM\":null}}");
    assert_int_equal(json_object_size(fixture.webhook.headers), 1);
    change(&fixture, "{\"headers\":null}");
    assert_int_equal(json_object_size(fixture.webhook.headers), 0);
    fixture_deinit(&fixture);
}

static void the_mask_leaves_a_secret_value_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, false);
    change(&fixture, "{\"headers\":{\"Authorization\":\"Bearer real\"}}");
    change(&fixture, "{\"headers\":{\"Authorization\":\"***\"}}");
    assert_string_equal(json_string_value(json_object_get(fixture.webhook.headers, "Authorization")), "Bearer real");
    fixture_deinit(&fixture);
    expect_pointers(false, "{\"headers\":{\"Authorization\":\"***\"}}", "/headers/Authorization");
    expect_pointers(false, "{\"headers\":{\"X-Stars\":\"***\"}}", "");
}

static void bad_headers_are_named(void **state)
{
    (void)state;
    expect_pointers(false, "{\"headers\":[]}", "/headers");
    expect_pointers(false, "{\"headers\":{\"Host\":\"x\"}}", "/headers/Host");
    expect_pointers(false, "{\"headers\":{\"X-A\":1}}", "/headers/X-A");
    expect_pointers(false, "{\"headers\":{\"X-A\":\"a\\r\\nX-B: b\"}}", "/headers/X-A");
    expect_pointers(false, "{\"headers\":{\"X-A\":\"a\",\"x-a\":\"b\"}}", "/headers/x-a");
}

static void there_are_at_most_so_many_headers(void **state)
{
    (void)state;
    for (int count = HEADERS_MAX; count <= HEADERS_MAX + 1; count++) {
        CLEANUP(buffer_deinit) struct buffer body;
        buffer_init(&body, 4096);
        buffer_append_text(&body, "{\"headers\":{");
        for (int i = 0; i < count; i++)
            buffer_append_format(&body, "%s\"X-%d\":\"v\"", i == 0 ? "" : ",", i);
        buffer_append_text(&body, "}}");
        expect_pointers(false, body.bytes, count <= HEADERS_MAX ? "" : "/headers");
    }
}

static void null_brings_back_defaults(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, false);
    change(&fixture, "{\"name\":\"n\",\"timeout_ms\":1000,\"retry_schedule\":\"fast\",\"ordering\":\"key\","
                     "\"rate_limit\":{\"per_second\":5,\"concurrency\":6}}");
    change(&fixture, "{\"rate_limit\":{\"per_second\":null}}");
    assert_int_equal(fixture.webhook.rate_per_second, 0);
    assert_int_equal(fixture.webhook.rate_concurrency, 6);
    change(&fixture,
           "{\"name\":null,\"timeout_ms\":null,\"retry_schedule\":null,\"ordering\":null,\"rate_limit\":null}");
    assert_string_equal(fixture.webhook.name, "");
    assert_int_equal(fixture.webhook.timeout_ms, WEBHOOK_TIMEOUT_MS_DEFAULT);
    assert_string_equal(json_string_value(fixture.webhook.retry_schedule), "standard");
    assert_false(fixture.webhook.is_ordered);
    assert_int_equal(fixture.webhook.rate_concurrency, 0);
    fixture_deinit(&fixture);
}

static void enabled_changes_the_state_only_where_it_says_something_new(void **state)
{
    (void)state;

    static const struct {
        enum webhook_state from, to;
        const char *body;
    } rows[] = {
        {WEBHOOK_ENABLED,  WEBHOOK_ENABLED,  "{\"enabled\":true}" },
        {WEBHOOK_ENABLED,  WEBHOOK_DISABLED, "{\"enabled\":false}"},
        {WEBHOOK_PAUSED,   WEBHOOK_ENABLED,  "{\"enabled\":true}" },
        {WEBHOOK_PAUSED,   WEBHOOK_PAUSED,   "{\"enabled\":false}"},
        {WEBHOOK_DISABLED, WEBHOOK_ENABLED,  "{\"enabled\":true}" },
        {WEBHOOK_DISABLED, WEBHOOK_DISABLED, "{\"enabled\":false}"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct fixture fixture;
        fixture_init(&fixture, false);
        fixture.webhook.state = rows[i].from;
        change(&fixture, rows[i].body);
        assert_int_equal(fixture.webhook.state, rows[i].to);
        assert_true((fixture.webhook.state_reason[0] != '\0') ==
                    (rows[i].from == WEBHOOK_ENABLED && rows[i].to == WEBHOOK_DISABLED));
        fixture_deinit(&fixture);
    }
}

static void a_rotation_has_bounds(void **state)
{
    (void)state;

    static const struct {
        const char *body, *pointers;
        int64_t overlap_seconds;
    } rows[] = {
        {"{}",                           "",                 OVERLAP_SECONDS_DEFAULT},
        {"{\"overlap_seconds\":null}",   "",                 OVERLAP_SECONDS_DEFAULT},
        {"{\"overlap_seconds\":0}",      "",                 0                      },
        {"{\"overlap_seconds\":604800}", "",                 604800                 },
        {"{\"overlap_seconds\":604801}", "/overlap_seconds", OVERLAP_SECONDS_DEFAULT},
        {"{\"overlap_seconds\":-1}",     "/overlap_seconds", OVERLAP_SECONDS_DEFAULT},
        {"{\"overlap\":5}",              "/overlap",         OVERLAP_SECONDS_DEFAULT},
        {"{\"secret\":\"none\"}",        "/secret",          OVERLAP_SECONDS_DEFAULT},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct rotation_input input;
        struct field_errors errors = {0};
        json_t *body = json_loads(rows[i].body, 0, NULL);
        rotation_input_read(body, &input, &errors);
        assert_string_equal(pointers(&errors), rows[i].pointers);
        assert_int_equal(input.overlap_seconds, rows[i].overlap_seconds);
        field_errors_deinit(&errors);
        json_decref(body);
    }
}

static void names_tell_which_header_values_are_secret(void **state)
{
    (void)state;
    assert_true(header_value_is_secret("authorization"));
    assert_true(header_value_is_secret("X-Api-Key"));
    assert_true(header_value_is_secret("X-Auth-Token"));
    assert_false(header_value_is_secret("X-Team"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url_and_events_are_enough),
        cmocka_unit_test(every_field_is_taken),
        cmocka_unit_test(a_wrong_field_is_named),
        cmocka_unit_test(custom_types_are_known),
        cmocka_unit_test(a_secret_is_not_changed_by_a_patch),
        cmocka_unit_test(complaints_never_quote_a_secret),
        cmocka_unit_test(headers_are_merged_by_name_in_any_case),
        cmocka_unit_test(the_mask_leaves_a_secret_value_alone),
        cmocka_unit_test(bad_headers_are_named),
        cmocka_unit_test(there_are_at_most_so_many_headers),
        cmocka_unit_test(null_brings_back_defaults),
        cmocka_unit_test(enabled_changes_the_state_only_where_it_says_something_new),
        cmocka_unit_test(a_rotation_has_bounds),
        cmocka_unit_test(names_tell_which_header_values_are_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
