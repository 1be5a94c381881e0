/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/problem.h"
#include "tests/unit/unit.h"

static void a_problem_has_every_member(void **state)
{
    (void)state;
    json_t *json = problem_json(PROBLEM_NOT_FOUND, "there is none", "req_1", NULL);
    assert_string_equal(json_string_value(json_object_get(json, "type")), "https://keeptrusts.dev/problems/not_found");
    assert_int_equal(json_integer_value(json_object_get(json, "status")), 404);
    assert_string_equal(json_string_value(json_object_get(json, "detail")), "there is none");
    assert_string_equal(json_string_value(json_object_get(json, "instance")), "urn:kt:request:req_1");
    assert_string_equal(json_string_value(json_object_get(json, "code")), "not_found");
    assert_null(json_object_get(json, "errors"));
    json_decref(json);
}

static void every_problem_has_a_code_of_its_own(void **state)
{
    (void)state;
    for (enum problem one = 0; one < PROBLEM_COUNT; one++) {
        assert_in_range(problem_status(one), 400, 599);
        for (enum problem other = 0; other < one; other++)
            assert_string_not_equal(problem_code(one), problem_code(other));
    }
}

static void errors_name_fields_by_pointer(void **state)
{
    (void)state;
    struct field_errors errors = {0};
    field_errors_add(&errors, "url", "is %s", "wrong");
    json_t *json = problem_json(PROBLEM_INVALID_FIELDS, "", "r", errors.items);
    json_t *error = json_array_get(json_object_get(json, "errors"), 0);
    assert_string_equal(json_string_value(json_object_get(error, "pointer")), "/url");
    assert_string_equal(json_string_value(json_object_get(error, "detail")), "is wrong");
    json_decref(json);
    field_errors_deinit(&errors);
}

static void errors_are_bounded(void **state)
{
    (void)state;
    struct field_errors errors = {0};
    for (int i = 0; i < 3 * FIELD_ERRORS_MAX; i++)
        field_errors_add(&errors, "x", "is wrong");
    assert_int_equal(field_errors_count(&errors), FIELD_ERRORS_MAX);
    field_errors_deinit(&errors);
}

static void a_detail_is_never_cut_inside_a_character(void **state)
{
    (void)state;
    struct field_errors errors = {0};
    char text[2001] = "";
    for (size_t i = 0; i < 2000; i++)
        text[i] = "ä"[i % 2];
    for (size_t shift = 0; shift < 2; shift++)
        field_errors_add(&errors, "x", "%s%s", shift == 0 ? "" : "a", text);
    for (size_t i = 0; i < 2; i++)
        assert_non_null(json_object_get(json_array_get(errors.items, i), "detail"));
    field_errors_deinit(&errors);
}

static void pointers_are_escaped_and_cut(void **state)
{
    (void)state;
    char path[POINTER_PATH_BYTES], key[1000];
    assert_string_equal(pointer_path("", "a~b/c", path), "a~0b~1c");
    assert_string_equal(pointer_path("headers", "X-A", path), "headers/X-A");
    memset(key, '/', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    assert_in_range(strlen(pointer_path("headers", key, path)), 200, POINTER_PATH_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_has_every_member),
        cmocka_unit_test(every_problem_has_a_code_of_its_own),
        cmocka_unit_test(errors_name_fields_by_pointer),
        cmocka_unit_test(errors_are_bounded),
        cmocka_unit_test(a_detail_is_never_cut_inside_a_character),
        cmocka_unit_test(pointers_are_escaped_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
