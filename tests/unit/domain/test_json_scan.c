/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/buffer.h"
#include "common/domain/json_scan.h"

#include "tests/unit/unit.h"

static int scan(const char *json)
{
    struct error error = {.text = ""};
    int result = json_scan(json, strlen(json), NULL, 0, &error);
    if (result < 0 && strncmp(error.text, "not JSON: ", 10) != 0)
        fail_msg("%s: no reason", json);
    return result;
}

static void sound_text_is_taken(void **state)
{
    (void)state;
    const char *objects[] = {
        "{}",
        " { } ",
        "\r\n\t {\"a\":1}\n",
        "{\"\":{}}",
        "{\"a\":[],\"b\":[[]],\"c\":[{},{}]}",
        "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDE00\"}",
        "{\"a\":true,\"b\":false,\"c\":null}",
        "{\"a\":\"\x7f\"}",
        "{\"\xc3\xa9\":\"\xf0\x9f\x92\xb8\"}",
        "{\"a\":\"\\u0000\",\"b\":\"\\ud800\"}",
    };
    for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++)
        assert_int_equal(scan(objects[i]), 0);
    const char *others[] = {"[]", "[1,2,3]", "\"a\"", "1", "true", "null", "[{\"a\":1}]", " [ { } , [ ] ] "};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        assert_int_equal(scan(others[i]), JSON_NOT_AN_OBJECT);
}

static void numbers_of_any_size_are_taken(void **state)
{
    (void)state;
    const char *numbers[] = {"0",
                             "-0",
                             "1.10",
                             "1e400",
                             "-1E-400",
                             "123456789012345678901234567890",
                             "0.0",
                             "9.0E+2",
                             "1e2",
                             "-0.0",
                             "0e0",
                             "1.7976931348623157e309",
                             "0.1234567890123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        char json[100];
        (void)snprintf(json, sizeof(json), "{\"n\":%s}", numbers[i]);
        assert_int_equal(scan(json), 0);
        (void)snprintf(json, sizeof(json), "{\"n\":[%s,%s]}", numbers[i], numbers[i]);
        assert_int_equal(scan(json), 0);
    }
}

static void malformed_text_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "[}",
        "{}}",
        "{}{}",
        "{} x",
        "{}\v",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,,\"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":[1}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":5.}",
        "{\"a\":1e}",
        "{\"a\":1e+}",
        "{\"a\":0x1}",
        "{\"a\":00}",
        "{\"a\":-01}",
        "{\"a\":1.e5}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":--1}",
        "{\"a\":1.2.3}",
        "{\"a\":tru}",
        "{\"a\":True}",
        "{\"a\":nul}",
        "{\"a\":nullx}",
        "{\"a\":truefalse}",
        "{\"a\":undefined}",
        "{\"a",
        "{\"a\":\"",
        "{\"a\":\"x}",
        "{\"a\":\"\\",
        "{\"a\":\"\\\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\U0041\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\x01\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc3\"}",
        "{\"a\":\"\xc0\xaf\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\xf4\x90\x80\x80\"}",
        "{\"\xff\":1}",
        "\xef\xbb\xbf{}",
        "{\"a\":1}//x",
        "/**/{}",
        "{\"a\":1}\x80",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        if (scan(bad[i]) != -EINVAL)
            fail_msg("%s is taken", bad[i]);
    }
    assert_int_equal(json_scan("{}\0", 3, NULL, 0, NULL), -EINVAL);
    assert_int_equal(json_scan("{\"a\":\"\0\"}", 9, NULL, 0, NULL), -EINVAL);
    assert_int_equal(json_scan(NULL, 0, NULL, 0, NULL), -EINVAL);
}

/* Cut anywhere, an object is never whole. */
static void no_beginning_of_an_object_is_whole(void **state)
{
    (void)state;
    const char *json = "{\"a\":[1,-2.5e+3,{\"b\":\"x\\u0041\xc3\xa9\"}],\"c\":{\"d\":null,\"e\":true}}";
    for (size_t length = 0; length < strlen(json); length++)
        assert_int_equal(json_scan(json, length, NULL, 0, NULL), -EINVAL);
    assert_int_equal(scan(json), 0);
}

static void a_key_twice_is_refused_at_any_depth_and_in_any_spelling(void **state)
{
    (void)state;
    const char *bad[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"x\":{\"a\":1,\"a\":2}}",
        "[{\"a\":1,\"a\":2}]",
        "{\"id\":1,\"\\u0069d\":2}",
        "{\"\\u00e9\":1,\"\xc3\xa9\":2}",
        "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
        "{\"a\\/b\":1,\"a/b\":2}",
        "{\"\\n\":1,\"\\u000A\":2}",
        "{\"\":1,\"\":2}",
        "{\"\\u0000\":1,\"\\u0000\":2}",
        "{\"a\":{\"b\":1},\"b\":1,\"a\":2}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        if (scan(bad[i]) != -EINVAL)
            fail_msg("%s is taken", bad[i]);
    }
    assert_int_equal(scan("{\"a\":1,\"A\":2,\"a \":3,\"\\\\u0061\":4,\"aa\":5,\"\\ud83d\":6,\"\\ude00\":7}"), 0);
}

/* {"key 0":0,…}; the last key is that of number repeated. */
static void make_object(struct buffer *json, size_t key_count, size_t repeated)
{
    buffer_clear(json);
    for (size_t i = 0; i < key_count; i++)
        buffer_append_format(json, "%c\"key %zu\":%zu", i == 0 ? '{' : ',', i + 1 == key_count ? repeated : i, i);
    buffer_append_char(json, '}');
}

static void a_key_twice_is_found_among_many(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer json;
    buffer_init(&json, 1024 * 1024);
    for (size_t count = 2; count < 400; count += 7) {
        make_object(&json, count, count - 1);
        assert_int_equal(json_scan(json.bytes, json.length, NULL, 0, NULL), 0);
        for (size_t repeated = 0; repeated + 1 < count; repeated += 1 + count / 20) {
            make_object(&json, count, repeated);
            assert_int_equal(json_scan(json.bytes, json.length, NULL, 0, NULL), -EINVAL);
        }
    }
}

static void keys_and_depth_have_limits(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer json;
    buffer_init(&json, 1024 * 1024);
    make_object(&json, JSON_KEYS_MAX, JSON_KEYS_MAX);
    assert_int_equal(json_scan(json.bytes, json.length, NULL, 0, NULL), 0);
    make_object(&json, JSON_KEYS_MAX + 1, JSON_KEYS_MAX + 1);
    assert_int_equal(json_scan(json.bytes, json.length, NULL, 0, NULL), -EINVAL);
    char deep[2 * JSON_DEPTH_MAX + 3];
    memset(deep, '[', JSON_DEPTH_MAX);
    memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_int_equal(json_scan(deep, 2 * JSON_DEPTH_MAX, NULL, 0, NULL), JSON_NOT_AN_OBJECT);
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_int_equal(json_scan(deep, 2 * JSON_DEPTH_MAX + 2, NULL, 0, NULL), -EINVAL);
}

static void members_of_the_outermost_object_are_found(void **state)
{
    (void)state;
    struct json_member members[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"},
                                    {.name = "e"}, {.name = "f"}, {.name = "g"}};
    const char *json =
        "{\"x\":{\"a\":9},\"g\":[\"a\",1 ] , \"f\" : {\"e\":{}} ,\"\\u0062\":\"\\\"\",\"c\":-1.5,\"a\":true,\"d\":null}";
    assert_int_equal(json_scan(json, strlen(json), members, 7, NULL), 0);

    const struct {
        enum json_kind kind;
        const char *text;
    } expected[] = {
        {JSON_KIND_BOOL,   "true"      },
        {JSON_KIND_TEXT,   "\"\\\"\""  },
        {JSON_KIND_NUMBER, "-1.5"      },
        {JSON_KIND_NULL,   "null"      },
        {JSON_KIND_ABSENT, ""          },
        {JSON_KIND_OBJECT, "{\"e\":{}}"},
        {JSON_KIND_ARRAY,  "[\"a\",1 ]"},
    };

    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(members[i].value.kind, expected[i].kind);
        assert_int_equal(members[i].value.length, strlen(expected[i].text));
        if (expected[i].kind != JSON_KIND_ABSENT)
            assert_memory_equal(members[i].value.text, expected[i].text, strlen(expected[i].text));
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static struct json_value value_of(const char *text)
{
    static char json[256];
    struct json_member member = {.name = "v"};
    (void)snprintf(json, sizeof(json), "{\"v\":%s}", text);
    assert_int_equal(json_scan(json, strlen(json), &member, 1, NULL), 0);
    return member.value;
}

static void a_text_is_read_with_its_escapes(void **state)
{
    (void)state;
    char text[64];
    struct json_value value =
        value_of("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\uD83D\\uDCB8 \xf0\x9f\x92\xb8\"");
    assert_int_equal(json_read_text(&value, text, sizeof(text) - 1), 0);
    assert_string_equal(text, "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xb8 \xf0\x9f\x92\xb8");
    value = value_of("\"\"");
    assert_int_equal(json_read_text(&value, text, 0), 0);
    assert_string_equal(text, "");
}

static void a_text_that_no_c_string_holds_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {"\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"",
                         "\"\\ud800x\"",  "1",           "null",        "[\"a\"]"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char text[64];
        struct json_value value = value_of(bad[i]);
        assert_int_equal(json_read_text(&value, text, sizeof(text) - 1), -EINVAL);
    }
    char text[64];
    const struct json_value absent = {.kind = JSON_KIND_ABSENT};
    assert_int_equal(json_read_text(&absent, text, sizeof(text) - 1), -EINVAL);
}

static void a_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[64];
    struct json_value value = value_of("\"a\xc3\xa9\\ud83d\\udcb8z\""); /* 1 + 2 + 4 + 1 bytes */
    const char *cuts[] = {"",          "a",         "a",         "a\xc3\xa9",
                          "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9\xf0\x9f\x92\xb8"};
    for (size_t length = 0; length < 8; length++) {
        assert_int_equal(json_read_text(&value, text, length), -E2BIG);
        assert_string_equal(text, cuts[length]);
    }
    assert_int_equal(json_read_text(&value, text, 8), 0);
}

static void numbers_and_truth_are_read_strictly(void **state)
{
    (void)state;
    int64_t number = 77;
    bool is_true = false;
    struct json_value value = value_of("-9223372036854775808");
    assert_int_equal(json_read_int64(&value, &number), 0);
    assert_true(number == INT64_MIN);
    const char *bad[] = {"9223372036854775808", "1.0", "1e3", "\"1\"", "true", "null"};
    number = 77;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        value = value_of(bad[i]);
        assert_int_equal(json_read_int64(&value, &number), -EINVAL);
        assert_int_equal(number, 77);
    }
    value = value_of("true");
    assert_int_equal(json_read_bool(&value, &is_true), 0);
    assert_true(is_true);
    value = value_of("1");
    assert_int_equal(json_read_bool(&value, &is_true), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_text_is_taken),
        cmocka_unit_test(numbers_of_any_size_are_taken),
        cmocka_unit_test(malformed_text_is_refused),
        cmocka_unit_test(no_beginning_of_an_object_is_whole),
        cmocka_unit_test(a_key_twice_is_refused_at_any_depth_and_in_any_spelling),
        cmocka_unit_test(a_key_twice_is_found_among_many),
        cmocka_unit_test(keys_and_depth_have_limits),
        cmocka_unit_test(members_of_the_outermost_object_are_found),
        cmocka_unit_test(a_text_is_read_with_its_escapes),
        cmocka_unit_test(a_text_that_no_c_string_holds_is_refused),
        cmocka_unit_test(a_text_is_cut_between_characters),
        cmocka_unit_test(numbers_and_truth_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
