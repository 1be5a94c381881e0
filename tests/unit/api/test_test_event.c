/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/attributes.h"
#include "common/domain/event.h"

#include "api/test_event.h"
#include "tests/unit/unit.h"

static struct test_event event_of(const char *example_type)
{
    return (struct test_event){.id = "evt_0123",
                               .org_id = "org_a",
                               .webhook_id = "wh_a",
                               .example_type = example_type,
                               .created_ms = 1790000000123};
}

static void every_built_in_type_has_an_example_with_an_id(void **state)
{
    (void)state;
    for (enum event_type type = 0; type < EVENT_TYPE_COUNT; type++) {
        struct test_event event = event_of(event_type_name(type));
        CLEANUP(free_pointer) char *text = test_event_json(&event);
        json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        json_t *example = json_object_get(json_object_get(json, "data"), "example");
        assert_in_range(strlen(json_string_value(json_object_get(example, "id"))), 1, 100);
        json_decref(json);
    }
}

static void the_envelope_is_a_sound_event(void **state)
{
    (void)state;
    struct test_event event = event_of("escalation.resolved");
    struct event parsed;
    CLEANUP(free_pointer) char *text = test_event_json(&event);
    assert_int_equal(event_parse(text, strlen(text), &parsed, NULL, NULL), 0);
    assert_string_equal(parsed.id, "evt_0123");
    assert_string_equal(parsed.type, EVENT_TYPE_TEST);
    assert_string_equal(parsed.org_id, "org_a");
    assert_int_equal(parsed.created_ms, 1790000000123);
}

static void times_of_the_example_are_around_the_event(void **state)
{
    (void)state;
    struct test_event event = event_of("escalation.resolved");
    CLEANUP(free_pointer) char *text = test_event_json(&event);
    assert_non_null(strstr(text, "\"resolved_at\":\"2026-09-21T14:13:20.123Z\""));
    assert_non_null(strstr(text, "\"claimed_at\":\"2026-09-21T14:08:20.123Z\""));
    assert_non_null(strstr(text, "\"id\":\"esc_0123\""));
}

static void a_type_without_an_example_has_an_empty_one(void **state)
{
    (void)state;
    struct test_event event = event_of("custom.type");
    CLEANUP(free_pointer) char *text = test_event_json(&event);
    assert_non_null(strstr(text, "\"example\":{}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_built_in_type_has_an_example_with_an_id),
        cmocka_unit_test(the_envelope_is_a_sound_event),
        cmocka_unit_test(times_of_the_example_are_around_the_event),
        cmocka_unit_test(a_type_without_an_example_has_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
