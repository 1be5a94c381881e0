/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "producer/problem.h"
#include "tests/unit/unit.h"

static void every_problem_has_a_code_of_its_own_and_an_error_status(void **state)
{
    (void)state;
    for (int i = PROBLEM_NONE + 1; i < PROBLEM_COUNT; i++) {
        unsigned status = problem_status((enum problem)i);
        assert_true(status >= 400 && status < 600);
        assert_non_null(problem_code((enum problem)i));
        for (int j = PROBLEM_NONE + 1; j < i; j++)
            assert_string_not_equal(problem_code((enum problem)i), problem_code((enum problem)j));
    }
}

static void flaws_of_an_event_keep_their_words(void **state)
{
    (void)state;
    for (int flaw = EVENT_TOO_LARGE; flaw <= EVENT_BAD_FIELD; flaw++)
        assert_string_equal(problem_code(problem_of_flaw((enum event_flaw)flaw)),
                            event_flaw_text((enum event_flaw)flaw));
}

static void the_answer_is_a_problem_document(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 4096);
    problem_open(PROBLEM_WRONG_ORG, "say \"no\"\x1b", "req_1", &out);
    buffer_append_char(&out, '}');
    json_t *json = json_loads(out.bytes, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "type")), "https://keeptrusts.dev/problems/wrong_org");
    assert_string_equal(json_string_value(json_object_get(json, "code")), "wrong_org");
    assert_string_equal(json_string_value(json_object_get(json, "detail")), "say \"no\"\x1b");
    assert_string_equal(json_string_value(json_object_get(json, "instance")), "urn:kt:request:req_1");
    assert_int_equal(json_integer_value(json_object_get(json, "status")), 403);
    json_decref(json);
    buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_has_a_code_of_its_own_and_an_error_status),
        cmocka_unit_test(flaws_of_an_event_keep_their_words),
        cmocka_unit_test(the_answer_is_a_problem_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
