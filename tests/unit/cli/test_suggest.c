/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/attributes.h"

#include "cli/suggest.h"
#include "tests/unit/unit.h"

static const char *const names[] = {"list", "get", "create", "update", "delete", "rotate-secret", NULL, "deliveries"};

static const char *near(const char *word)
{
    return suggest(word, names, ARRAY_LENGTH(names));
}

static void typing_mistakes_are_seen_through(void **state)
{
    (void)state;
    assert_string_equal(near("lst"), "list");
    assert_string_equal(near("lisst"), "list");
    assert_string_equal(near("crate"), "create");
    assert_string_equal(near("craete"), "create");
    assert_string_equal(near("rotate-secrte"), "rotate-secret");
    assert_string_equal(near("gte"), "get");
}

static void the_start_of_a_name_is_near(void **state)
{
    (void)state;
    assert_string_equal(near("rotate"), "rotate-secret");
    assert_string_equal(near("deliv"), "deliveries");
}

static void another_word_is_not(void **state)
{
    (void)state;
    assert_null(near(""));
    assert_null(near("xyz"));
    assert_null(near("publish"));
    assert_null(near("0123456789012345678901234567890123456789012345678901234567890123456789"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_mistakes_are_seen_through),
        cmocka_unit_test(the_start_of_a_name_is_near),
        cmocka_unit_test(another_word_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
