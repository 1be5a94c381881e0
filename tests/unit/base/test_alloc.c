/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/attributes.h"

#include "tests/unit/unit.h"

static void zero_bytes_are_a_valid_object(void **state)
{
    (void)state;
    CLEANUP(free_pointer) void *bytes = alloc_bytes(0);
    CLEANUP(free_pointer) void *zeroed = alloc_zeroed(0, 16);
    CLEANUP(free_pointer) void *copy = alloc_copy(NULL, 0);
    CLEANUP(free_pointer) char *text = alloc_text_n(NULL, 0);
    assert_non_null(bytes);
    assert_non_null(zeroed);
    assert_non_null(copy);
    assert_string_equal(text, "");
}

static void copies_are_independent_of_the_original(void **state)
{
    (void)state;
    char original[] = "abcdef";
    CLEANUP(free_pointer) char *text = alloc_text(original);
    CLEANUP(free_pointer) char *part = alloc_text_n(original, 3);
    CLEANUP(free_pointer) char *bytes = alloc_copy(original, 2);
    memset(original, 'x', sizeof(original) - 1);
    assert_string_equal(text, "abcdef");
    assert_string_equal(part, "abc");
    assert_memory_equal(bytes, "ab", 2);
}

static void no_text_stays_no_text(void **state)
{
    (void)state;
    assert_null(alloc_text(NULL));
}

static void resizing_keeps_the_content(void **state)
{
    (void)state;
    CLEANUP(free_pointer) int *numbers = ALLOC(int);
    assert_int_equal(numbers[0], 0);
    numbers[0] = 7;
    numbers = alloc_resized(numbers, 1000, sizeof(*numbers));
    assert_int_equal(numbers[0], 7);
}

/* The child's stderr is closed: the message is not for the test's output. */
static bool survives(void (*action)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        action();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void ask_for_a_product_that_overflows(void)
{
    volatile size_t count = SIZE_MAX / 2;
    free(alloc_resized(NULL, count, 3));
}

static void a_size_that_overflows_ends_the_process(void **state)
{
    (void)state;
    assert_false(survives(ask_for_a_product_that_overflows));
}

static void taking_a_pointer_leaves_null(void **state)
{
    (void)state;
    char *text = alloc_text("x");
    CLEANUP(free_pointer) char *taken = TAKE(text);
    assert_null(text);
    assert_string_equal(taken, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_bytes_are_a_valid_object),
        cmocka_unit_test(copies_are_independent_of_the_original),
        cmocka_unit_test(no_text_stays_no_text),
        cmocka_unit_test(resizing_keeps_the_content),
        cmocka_unit_test(a_size_that_overflows_ends_the_process),
        cmocka_unit_test(taking_a_pointer_leaves_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
