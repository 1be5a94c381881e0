/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/error.h"

#include "tests/unit/unit.h"

static void setting_returns_the_negative_code(void **state)
{
    (void)state;
    struct error error = {""};
    assert_int_equal(error_set(&error, EINVAL, "%s is %d", "port", 0), -EINVAL);
    assert_string_equal(error.text, "port is 0");
}

static void nobody_has_to_listen(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, ENOENT, "no file"), -ENOENT);
    assert_int_equal(error_prefix(NULL, -ENOENT, "reading"), -ENOENT);
}

static void context_comes_in_front(void **state)
{
    (void)state;
    struct error error = {"connection refused"};
    assert_int_equal(error_prefix(&error, -ECONNREFUSED, "broker %d", 3), -ECONNREFUSED);
    assert_string_equal(error.text, "broker 3: connection refused");
}

static void the_old_text_may_be_part_of_the_new(void **state)
{
    (void)state;
    struct error error = {"inner"};
    (void)error_set(&error, EIO, "outer (%s)", error.text);
    assert_string_equal(error.text, "outer (inner)");
    (void)error_prefix(&error, -EIO, "%.5s", error.text);
    assert_string_equal(error.text, "outer: outer (inner)");
}

static void a_long_text_is_cut_at_the_end(void **state)
{
    (void)state;
    struct error error;
    char text[2 * ERROR_TEXT_BYTES];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    (void)error_set(&error, EIO, "%s", text);
    assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
    (void)error_prefix(&error, -EIO, "context");
    assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
    assert_memory_equal(error.text, "context: xxx", 12);
    (void)error_prefix(&error, -EIO, "%s", text);
    assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_returns_the_negative_code),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(context_comes_in_front),
        cmocka_unit_test(the_old_text_may_be_part_of_the_new),
        cmocka_unit_test(a_long_text_is_cut_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
