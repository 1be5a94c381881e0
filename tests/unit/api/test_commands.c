/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/commands.h"
#include "tests/unit/unit.h"

struct values {
    const char *id, *name, *flag;
};

static int read_words(const char *const *words, int count, struct values *values, struct error *error)
{
    const struct command_option options[] = {
        {.name = "id",       .value_out = &values->id, .is_needed = true},
        {.name = "name", .value_out = &values->name},
        {.name = "flag",     .value_out = &values->flag, .is_flag = true},
        {0                 },
    };
    char *arguments[16] = {0};
    for (int i = 0; i < count; i++)
        memcpy(&arguments[i], &words[i], sizeof words[i]);
    *values = (struct values){0};
    return command_read_options(count, arguments, "create", options, error);
}

#define READ(...)                                                                                                      \
    read_words((const char *const[]){__VA_ARGS__}, (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)), \
               &values, &error)

static void both_spellings_of_a_value_are_read(void **state)
{
    (void)state;
    struct values values;
    struct error error = {0};
    assert_int_equal(READ("organization", "create", "--id", "org_a", "--name=A = B", "--flag"), 0);
    assert_string_equal(values.id, "org_a");
    assert_string_equal(values.name, "A = B");
    assert_string_equal(values.flag, "");
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    struct values values;
    struct error error = {0};
    assert_true(READ("organization") < 0);
    assert_string_equal(error.text, "organization what? There is: organization create");
    assert_true(READ("organization", "destroy") < 0);
    assert_true(READ("organization", "create") < 0);
    assert_string_equal(error.text, "--id is needed");
    assert_true(READ("organization", "create", "--id") < 0);
    assert_string_equal(error.text, "--id needs a value");
    assert_true(READ("organization", "create", "--ids", "x") < 0);
    assert_string_equal(error.text, "there is no option --ids");
    assert_true(READ("organization", "create", "--flag=1") < 0);
    assert_string_equal(error.text, "--flag takes no value");
    assert_true(READ("organization", "create", "x") < 0);
    assert_string_equal(error.text, "x is not expected here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_spellings_of_a_value_are_read),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
