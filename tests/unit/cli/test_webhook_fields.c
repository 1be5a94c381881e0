/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/commands.h"
#include "cli/webhook_fields.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 16

/* Parses `kt webhook update wh_1 …` and makes its fields. */
static int make(const char *const *flags, json_t *fields, struct error *error)
{
    const char *words[WORDS_MAX + 4] = {"kt", "webhook", "update", "wh_1"};
    struct call call;
    int count = 4;
    for (; *flags != NULL && count < WORDS_MAX; flags++)
        words[count++] = *flags;
    int code = call_parse(commands, command_count, count, words, &call, error);
    return code < 0 ? code : webhook_fields_add(&call, fields, error);
}

static void expect_fields(const char *const *flags, const char *expected)
{
    struct error error = {""};
    json_t *fields = json_object();
    if (make(flags, fields, &error) < 0)
        fail_msg("%s: %s", flags[0], error.text);
    char *text = json_dumps(fields, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(fields);
}

static void expect_refused(const char *flag, const char *value)
{
    struct error error = {""};
    json_t *fields = json_object();
    if (make((const char *const[]){flag, value, NULL}, fields, &error) == 0)
        fail_msg("%s %s was taken", flag, value);
    if (strncmp(error.text, flag, strlen(flag)) != 0)
        fail_msg("\"%s\" does not begin with %s", error.text, flag);
    json_decref(fields);
}

#define FLAGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void only_what_is_given_is_sent(void **state)
{
    (void)state;
    expect_fields(FLAGS("--name", ""), "{\"name\":\"\"}");
    expect_fields(FLAGS("--url", "https://x", "--events", "a.b, c.*,*"),
                  "{\"url\":\"https://x\",\"events\":[\"a.b\",\"c.*\",\"*\"]}");
    expect_fields(FLAGS("--timeout", "1500ms", "--ordering", "key"), "{\"timeout_ms\":1500,\"ordering\":\"key\"}");
}

static void headers_are_merged_and_an_empty_one_is_taken_out(void **state)
{
    (void)state;
    expect_fields(FLAGS("--header", "X-A: b: c", "--header", "X-B:"), "{\"headers\":{\"X-A\":\"b: c\",\"X-B\":null}}");
    expect_refused("--header", "no colon");
    expect_refused("--header", ": x");
    expect_refused("--header", "Host: x");
}

static void retries_are_a_preset_or_delays(void **state)
{
    (void)state;
    expect_fields(FLAGS("--retry", "standard"), "{\"retry_schedule\":\"standard\"}");
    expect_fields(FLAGS("--retry", "fast"), "{\"retry_schedule\":\"fast\"}");
    expect_fields(FLAGS("--retry", "none"), "{\"retry_schedule\":[]}");
    expect_fields(FLAGS("--retry", "1,5s, 2m,1h,24h"), "{\"retry_schedule\":[1,5,120,3600,86400]}");
    static const char *const bad[] = {"", "slow", "0", "1,,2", "25h", "1500ms", "-1", "1,"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        expect_refused("--retry", bad[i]);
}

static void limits_make_one_object(void **state)
{
    (void)state;
    expect_fields(FLAGS("--rate-limit", "10", "--concurrency", "none"),
                  "{\"rate_limit\":{\"per_second\":10,\"concurrency\":null}}");
    expect_refused("--rate-limit", "0");
    expect_refused("--concurrency", "many");
}

static void mistakes_are_told_before_anything_is_sent(void **state)
{
    (void)state;
    expect_refused("--events", "");
    expect_refused("--events", "a");
    expect_refused("--events", "a.b,,c.d");
    expect_refused("--timeout", "15");
    expect_refused("--timeout", "31s");
    expect_refused("--ordering", "yes");
    expect_refused("--name", "\xff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_given_is_sent),
        cmocka_unit_test(headers_are_merged_and_an_empty_one_is_taken_out),
        cmocka_unit_test(retries_are_a_preset_or_delays),
        cmocka_unit_test(limits_make_one_object),
        cmocka_unit_test(mistakes_are_told_before_anything_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
