/* The pure parts of the client. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/api.h"
#include "tests/unit/unit.h"

static void add_line(void *owner, const char *text)
{
    buffer_append_text(owner, text);
    buffer_append_char(owner, '\n');
}

static void expect_lines(const char *problem, const char *expected)
{
    struct buffer out;
    json_t *json = json_loads(problem, JSON_DECODE_ANY, NULL);
    buffer_init(&out, 8192);
    api_problem_lines(json, 500, add_line, &out);
    assert_string_equal(out.bytes, expected);
    json_decref(json);
    buffer_deinit(&out);
}

static void a_problem_says_what_and_where(void **state)
{
    (void)state;
    expect_lines("{\"title\":\"Not found\",\"detail\":\"no webhook\"}", "Not found: no webhook\n");
    expect_lines(
        "{\"title\":\"Not valid\",\"detail\":\"2 fields\",\"errors\":[{\"pointer\":\"/url\",\"detail\":\"port 22\"},"
        "{\"pointer\":\"/events/0\",\"detail\":\"no type\"}]}",
        "Not valid: port 22 (url)\nNot valid: no type (events/0)\n");
    expect_lines("{\"detail\":\"no webhook\"}", "no webhook\n");
}

static void an_answer_that_explains_nothing_is_named_by_its_status(void **state)
{
    (void)state;
    expect_lines("{}", "the answer is HTTP 500 without an explanation\n");
    expect_lines("[]", "the answer is HTTP 500 without an explanation\n");
    expect_lines("no JSON", "the answer is HTTP 500 without an explanation\n");
    expect_lines("{\"title\":1,\"errors\":[{}]}", "refused:  ()\n");
}

static void ids_cannot_leave_their_place_in_a_path(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 1024);
    api_path(&out, "/v1/webhooks/%s/test?x=%s", "../a b?c#d", "1&2");
    assert_string_equal(out.bytes, "/v1/webhooks/..%2Fa%20b%3Fc%23d/test?x=1%262");
    buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_says_what_and_where),
        cmocka_unit_test(an_answer_that_explains_nothing_is_named_by_its_status),
        cmocka_unit_test(ids_cannot_leave_their_place_in_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
