/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/attributes.h"

#include "cli/exit_code.h"
#include "tests/unit/unit.h"

static void the_numbers_are_those_that_scripts_know(void **state)
{
    (void)state;
    assert_int_equal(EXIT_CODE_OK, 0);
    assert_int_equal(EXIT_CODE_FAILURE, 1);
    assert_int_equal(EXIT_CODE_USAGE, 2);
    assert_int_equal(EXIT_CODE_NOT_FOUND, 3);
    assert_int_equal(EXIT_CODE_AUTHENTICATION, 4);
    assert_int_equal(EXIT_CODE_CONFLICT, 5);
    assert_int_equal(EXIT_CODE_UNAVAILABLE, 6);
    assert_int_equal(EXIT_CODE_TEST_FAILED, 7);
}

static void each_status_has_its_code(void **state)
{
    (void)state;

    static const struct {
        long status;
        enum exit_code code;
    } cases[] = {
        {400, EXIT_CODE_FAILURE       },
        {401, EXIT_CODE_AUTHENTICATION},
        {403, EXIT_CODE_AUTHENTICATION},
        {404, EXIT_CODE_NOT_FOUND     },
        {405, EXIT_CODE_FAILURE       },
        {409, EXIT_CODE_CONFLICT      },
        {412, EXIT_CODE_CONFLICT      },
        {413, EXIT_CODE_FAILURE       },
        {415, EXIT_CODE_FAILURE       },
        {422, EXIT_CODE_FAILURE       },
        {429, EXIT_CODE_UNAVAILABLE   },
        {500, EXIT_CODE_FAILURE       },
        {502, EXIT_CODE_UNAVAILABLE   },
        {503, EXIT_CODE_UNAVAILABLE   },
        {504, EXIT_CODE_UNAVAILABLE   },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_int_equal(exit_code_of_status(cases[i].status), cases[i].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_are_those_that_scripts_know),
        cmocka_unit_test(each_status_has_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
