/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/domain/event.h"

#include "tests/unit/unit.h"

#define WHOLE                                                                                                          \
    "{\"id\":\"evt_1\",\"type\":\"config.deployed\",\"created_at\":\"2026-11-23T10:00:00.123Z\",\"org_id\":\"org_1\"," \
    "\"data\":{\"id\":\"cfg_1\"},\"ordering_key\":\"gw_1\"}"
#define CREATED_MS 1795428000123

static struct event event_of(const char *json)
{
    struct event event;
    enum event_flaw flaw = EVENT_BAD_FIELD;
    struct error error = {.text = ""};
    if (event_parse(json, strlen(json), &event, &flaw, &error) < 0)
        fail_msg("%s: %s", json, error.text);
    assert_int_equal(flaw, EVENT_SOUND);
    return event;
}

/* The reason has to hold the word. */
static void assert_flaw(const char *json, size_t length, enum event_flaw expected, const char *word)
{
    struct event event = {.created_ms = 4711};
    enum event_flaw flaw = EVENT_SOUND;
    struct error error = {.text = ""};
    assert_int_equal(event_parse(json, length, &event, &flaw, &error), -EINVAL);
    if (flaw != expected || strstr(error.text, word) == NULL)
        fail_msg("%.60s: %s, %s", json, event_flaw_text(flaw), error.text);
    assert_int_equal(event.created_ms, 4711);
    assert_int_equal(event_parse(json, length, &event, NULL, NULL), -EINVAL);
}

static void a_whole_envelope_is_read(void **state)
{
    (void)state;
    struct event event = event_of(WHOLE);
    assert_string_equal(event.id, "evt_1");
    assert_string_equal(event.type, "config.deployed");
    assert_string_equal(event.org_id, "org_1");
    assert_string_equal(event.ordering_key, "gw_1");
    assert_true(event.created_ms == CREATED_MS);
    assert_true(event.has_created_at);
}

static void type_and_data_are_all_that_is_needed(void **state)
{
    (void)state;
    struct event event = event_of("{\"type\":\"my_app.thing_done\",\"data\":{}}");
    assert_string_equal(event.type, "my_app.thing_done");
    assert_string_equal(event.id, "");
    assert_string_equal(event.org_id, "");
    assert_string_equal(event.ordering_key, "");
    assert_true(event.created_ms == 0);
    assert_false(event.has_created_at);
}

static void what_data_holds_and_fields_nobody_knows_make_no_difference(void **state)
{
    (void)state;
    struct event event = event_of(
        " {\n\"extra\":null,\"data\":{\"id\":17,\"type\":[],\"cost_usd\":1.10,\"big\":1e400,\"n\":123456789012345678901234567890,"
        "\"text\":\"\\u0000\\ud800\"},\"type\":\"event.created\"}\r\n");
    assert_string_equal(event.type, "event.created");
    assert_string_equal(event.id, "");
}

static void escapes_in_names_and_values_mean_the_same(void **state)
{
    (void)state;
    struct event event = event_of("{\"\\u0069d\":\"evt\\u005f1\",\"type\":\"config\\u002edeployed\",\"data\":{},"
                                  "\"ordering_key\":\"\\u00e9\\n\\ud83d\\udcb8\"}");
    assert_string_equal(event.id, "evt_1");
    assert_string_equal(event.type, "config.deployed");
    assert_string_equal(event.ordering_key, "\xc3\xa9\n\xf0\x9f\x92\xb8");
}

static void what_is_no_json_is_called_so(void **state)
{
    (void)state;
    assert_flaw("", 0, EVENT_NOT_JSON, "JSON");
    assert_flaw(NULL, 0, EVENT_NOT_JSON, "JSON");
    assert_flaw("{not json", 9, EVENT_NOT_JSON, "at byte 1");
    assert_flaw("\0\1\2", 3, EVENT_NOT_JSON, "JSON");
    const char *twice = "{\"id\":\"evt_x\",\"type\":\"a.b\",\"data\":{},\"id\":\"evt_y\"}";
    assert_flaw(twice, strlen(twice), EVENT_NOT_JSON, "twice");
    const char *invalid = "{\"type\":\"a.b\",\"data\":{\"a\":\"\xff\xfe\"}}";
    assert_flaw(invalid, strlen(invalid), EVENT_NOT_JSON, "UTF-8");
    char deep[10020] = "{\"data\":";
    memset(deep + 8, '[', 5000);
    memset(deep + 5008, ']', 5000);
    deep[10008] = '}';
    assert_flaw(deep, 10009, EVENT_NOT_JSON, "deep");
}

static void what_is_no_object_is_called_so(void **state)
{
    (void)state;
    assert_flaw("[1,2,3]", 7, EVENT_NOT_AN_OBJECT, "object");
    assert_flaw("\"a\"", 3, EVENT_NOT_AN_OBJECT, "object");
    assert_flaw("null", 4, EVENT_NOT_AN_OBJECT, "object");
}

static void a_bad_field_is_named(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"data\":{}}",                                                          "type"        },
        {"{\"type\":null,\"data\":{}}",                                            "type"        },
        {"{\"type\":\"\",\"data\":{}}",                                            "type"        },
        {"{\"type\":\"nodot\",\"data\":{}}",                                       "type"        },
        {"{\"type\":\"A.b\",\"data\":{}}",                                         "type"        },
        {"{\"type\":\"a.b\\u0000c\",\"data\":{}}",                                 "type"        },
        {"{\"type\":\"a.b\"}",                                                     "data"        },
        {"{\"type\":\"a.b\",\"data\":null}",                                       "data"        },
        {"{\"type\":\"a.b\",\"data\":[]}",                                         "data"        },
        {"{\"type\":\"a.b\",\"data\":\"x\"}",                                      "data"        },
        {"{\"type\":\"a.b\",\"data\":{},\"id\":17}",                               "id"          },
        {"{\"type\":\"a.b\",\"data\":{},\"id\":null}",                             "id"          },
        {"{\"type\":\"a.b\",\"data\":{},\"id\":\"\"}",                             "id"          },
        {"{\"type\":\"a.b\",\"data\":{},\"id\":\"bad id!\"}",                      "id"          },
        {"{\"type\":\"a.b\",\"data\":{},\"id\":\"a\\r\\nX: y\"}",                  "id"          },
        {"{\"type\":\"a.b\",\"data\":{},\"id\":\"\xc3\xa9\"}",                     "id"          },
        {"{\"type\":\"a.b\",\"data\":{},\"org_id\":\"\"}",                         "org_id"      },
        {"{\"type\":\"a.b\",\"data\":{},\"org_id\":{}}",                           "org_id"      },
        {"{\"type\":\"a.b\",\"data\":{},\"org_id\":\"a/b\"}",                      "org_id"      },
        {"{\"type\":\"a.b\",\"data\":{},\"created_at\":\"yesterday\"}",            "created_at"  },
        {"{\"type\":\"a.b\",\"data\":{},\"created_at\":1700000000}",               "created_at"  },
        {"{\"type\":\"a.b\",\"data\":{},\"created_at\":\"2026-02-30T00:00:00Z\"}", "created_at"  },
        {"{\"type\":\"a.b\",\"data\":{},\"created_at\":null}",                     "created_at"  },
        {"{\"type\":\"a.b\",\"data\":{},\"ordering_key\":1}",                      "ordering_key"},
        {"{\"type\":\"a.b\",\"data\":{},\"ordering_key\":\"a\\u0000\"}",           "ordering_key"},
        {"{\"type\":\"a.b\",\"data\":{},\"ordering_key\":\"\\udc00\"}",            "ordering_key"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_flaw(rows[i][0], strlen(rows[i][0]), EVENT_BAD_FIELD, rows[i][1]);
}

/* {"type":"a.b","data":{},"<name>":"aaa…"} with length letters. */
static int parse_with_length(const char *name, size_t length)
{
    CLEANUP(buffer_deinit) struct buffer json;
    struct event event;
    buffer_init(&json, EVENT_BYTES_MAX);
    buffer_append_format(&json, "{\"type\":\"a.b\",\"data\":{},\"%s\":\"", name);
    for (size_t i = 0; i < length; i++)
        buffer_append_char(&json, 'a');
    buffer_append_text(&json, "\"}");
    return event_parse(json.bytes, json.length, &event, NULL, NULL);
}

static void fields_have_their_limits(void **state)
{
    (void)state;
    assert_int_equal(parse_with_length("id", EVENT_ID_BYTES_MAX), 0);
    assert_int_equal(parse_with_length("id", EVENT_ID_BYTES_MAX + 1), -EINVAL);
    assert_int_equal(parse_with_length("org_id", ORG_ID_BYTES_MAX), 0);
    assert_int_equal(parse_with_length("org_id", ORG_ID_BYTES_MAX + 1), -EINVAL);
    assert_int_equal(parse_with_length("ordering_key", EVENT_ORDERING_KEY_BYTES_MAX), 0);
    assert_int_equal(parse_with_length("ordering_key", EVENT_ORDERING_KEY_BYTES_MAX + 1), -EINVAL);
}

static void an_event_of_256_kib_is_the_largest(void **state)
{
    (void)state;
    CLEANUP(free_pointer) char *json = alloc_bytes(EVENT_BYTES_MAX + 1);
    struct event event;
    const char *head = "{\"type\":\"a.b\",\"data\":{}}";
    memset(json, ' ', EVENT_BYTES_MAX + 1);
    memcpy(json, head, strlen(head));
    assert_int_equal(event_parse(json, EVENT_BYTES_MAX, &event, NULL, NULL), 0);
    assert_flaw(json, EVENT_BYTES_MAX + 1, EVENT_TOO_LARGE, "256 KiB");
}

static void the_flaws_have_stable_names(void **state)
{
    (void)state;
    assert_string_equal(event_flaw_text(EVENT_TOO_LARGE), "too_large");
    assert_string_equal(event_flaw_text(EVENT_NOT_JSON), "not_json");
    assert_string_equal(event_flaw_text(EVENT_NOT_AN_OBJECT), "not_an_object");
    assert_string_equal(event_flaw_text(EVENT_BAD_FIELD), "bad_field");
}

/* ---- completing -------------------------------------------------------------------------------------------------- */

static void assert_completed(const char *json, const char *expected)
{
    CLEANUP(buffer_deinit) struct buffer out;
    struct event parsed = event_of(json);
    struct event completed = parsed;
    buffer_init(&out, EVENT_BYTES_MAX);
    if (completed.id[0] == '\0')
        memcpy(completed.id, "evt_new", 8);
    if (completed.org_id[0] == '\0')
        memcpy(completed.org_id, "org_new", 8);
    if (completed.created_ms == 0)
        completed.created_ms = CREATED_MS;
    event_complete(json, strlen(json), &parsed, &completed, &out);
    assert_string_equal(out.bytes, expected);
    struct event again = event_of(out.bytes);
    assert_string_equal(again.id, completed.id);
    assert_string_equal(again.org_id, completed.org_id);
    assert_string_equal(again.type, completed.type);
}

static void a_whole_envelope_stays_byte_for_byte(void **state)
{
    (void)state;
    assert_completed(WHOLE, WHOLE);
    const char *odd =
        "\r\n { \"org_id\" : \"o\" ,\t\"data\":{ \"cost\":1.10,\"big\":1e400,\"z\":\"\\u00e9\\/\" },\"id\":\"e\", "
        "\"created_at\":\"2026-11-23T11:00:00+01:00\",\"type\":\"a.b\"} \n";
    assert_completed(odd, odd);
}

static void missing_fields_go_in_front_and_the_rest_stays_byte_for_byte(void **state)
{
    (void)state;
    assert_completed("{\"type\":\"a.b\",\"data\":{}}",
                     "{\"id\":\"evt_new\",\"created_at\":\"2026-11-23T10:00:00.123Z\",\"org_id\":\"org_new\","
                     "\"type\":\"a.b\",\"data\":{}}");
    assert_completed(
        "\n {  \"type\" : \"a.b\",\"data\":{\"n\":1.10}, \"org_id\":\"o\" }\n",
        "\n {\"id\":\"evt_new\",\"created_at\":\"2026-11-23T10:00:00.123Z\",  \"type\" : \"a.b\",\"data\":{\"n\":1.10}, "
        "\"org_id\":\"o\" }\n");
    assert_completed("{\"data\":{\"id\":\"x\",\"org_id\":\"y\"},\"type\":\"a.b\",\"id\":\"e\"}",
                     "{\"created_at\":\"2026-11-23T10:00:00.123Z\",\"org_id\":\"org_new\","
                     "\"data\":{\"id\":\"x\",\"org_id\":\"y\"},\"type\":\"a.b\",\"id\":\"e\"}");
}

/* 1970-01-01T00:00:00Z is Unix time 0, which also says "not given". */
static void a_time_of_zero_is_not_put_in_a_second_time(void **state)
{
    (void)state;
    const char *json =
        "{\"id\":\"e\",\"org_id\":\"o\",\"created_at\":\"1970-01-01T00:00:00Z\",\"type\":\"a.b\",\"data\":{}}";
    assert_completed(json, json);
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

static void an_id_from_where_a_record_stands_is_always_the_same(void **state)
{
    (void)state;
    char id[EVENT_ID_BYTES_MAX + 1];
    char other[EVENT_ID_BYTES_MAX + 1];
    event_id_from_origin("MkU3OEVBNTcwNTJENDM2Qg", "kt.events.event.created", 3, 42, id);
    assert_string_equal(id, "evt_m3rptpzsvqthhliugktwxiea5q");
    assert_true(event_id_is_valid(id, strlen(id)));
    event_id_from_origin("MkU3OEVBNTcwNTJENDM2Qg", "kt.events.event.created", 34, 2, other);
    assert_string_not_equal(id, other);
    event_id_from_origin("MkU3OEVBNTcwNTJENDM2Qh", "kt.events.event.created", 3, 42, other);
    assert_string_not_equal(id, other);
    event_id_from_origin("", "kt.events.event.created", INT32_MIN, INT64_MIN, other);
    assert_int_equal(strlen(other), strlen(id));
}

static void an_id_has_letters_digits_and_few_marks(void **state)
{
    (void)state;
    assert_true(event_id_is_valid("evt_Az09-.:", 11));
    assert_false(event_id_is_valid("", 0));
    assert_false(event_id_is_valid("a b", 3));
    assert_false(event_id_is_valid("a/b", 3));
    assert_false(event_id_is_valid("a\0b", 3));
    assert_false(event_id_is_valid("a\n", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_envelope_is_read),
        cmocka_unit_test(type_and_data_are_all_that_is_needed),
        cmocka_unit_test(what_data_holds_and_fields_nobody_knows_make_no_difference),
        cmocka_unit_test(escapes_in_names_and_values_mean_the_same),
        cmocka_unit_test(what_is_no_json_is_called_so),
        cmocka_unit_test(what_is_no_object_is_called_so),
        cmocka_unit_test(a_bad_field_is_named),
        cmocka_unit_test(fields_have_their_limits),
        cmocka_unit_test(an_event_of_256_kib_is_the_largest),
        cmocka_unit_test(the_flaws_have_stable_names),
        cmocka_unit_test(a_whole_envelope_stays_byte_for_byte),
        cmocka_unit_test(missing_fields_go_in_front_and_the_rest_stays_byte_for_byte),
        cmocka_unit_test(a_time_of_zero_is_not_put_in_a_second_time),
        cmocka_unit_test(an_id_from_where_a_record_stands_is_always_the_same),
        cmocka_unit_test(an_id_has_letters_digits_and_few_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
