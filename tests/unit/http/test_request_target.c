/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "common/http/request_target.h"

#include "tests/unit/unit.h"

static void expect_path(const char *target, const char *expected)
{
    char *path = NULL;
    const char *fault = NULL;
    if (request_target_parse(target, &path, &fault) != 0)
        fail_msg("%s: %s", target, fault);
    assert_string_equal(path, expected);
    free(path);
}

static void expect_fault(const char *target, const char *expected)
{
    char *path = NULL;
    const char *fault = NULL;
    if (request_target_parse(target, &path, &fault) != -EINVAL)
        fail_msg("accepted: %s as %s", target, path);
    assert_string_equal(fault, expected);
    assert_null(path);
}

static void the_path_ends_at_the_query(void **state)
{
    (void)state;
    expect_path("/", "/");
    expect_path("/v1/webhooks?limit=5", "/v1/webhooks");
    expect_path("/a?b?c=/../", "/a");
    expect_path("/a...b/..c", "/a...b/..c");
}

static void escapes_are_decoded_once(void **state)
{
    (void)state;
    expect_path("/a%20b%2Fc", "/a b/c");
    expect_path("/%2541", "/%41");
    expect_path("/caf%C3%a9", "/caf\xc3\xa9");
    expect_path("/a+b", "/a+b");
    expect_path("/a?b=%0A%ff", "/a");
}

static void an_absolute_target_is_its_path(void **state)
{
    (void)state;
    expect_path("http://host:80/a?b", "/a");
    expect_path("HTTPS://host/a", "/a");
    expect_fault("http://host", "the URL is not a path");
    expect_fault("http://host?a", "the URL is not a path");
    expect_fault("ftp://host/a", "the URL is not a path");
}

static void what_is_not_a_path_is_refused(void **state)
{
    (void)state;
    expect_fault("", "the URL is not a path");
    expect_fault("*", "the URL is not a path");
    expect_fault("v1", "the URL is not a path");
}

static void bytes_that_must_be_escaped_are_refused(void **state)
{
    (void)state;
    expect_fault("/a b", "the URL has a byte that must be escaped");
    expect_fault("/a\x01", "the URL has a byte that must be escaped");
    expect_fault("/a\x7f", "the URL has a byte that must be escaped");
    expect_fault("/caf\xc3\xa9", "the URL has a byte that must be escaped");
    expect_fault("/a?b c", "the URL has a byte that must be escaped");
}

static void broken_escapes_are_refused(void **state)
{
    (void)state;
    static const char *const targets[] = {"/%", "/%4", "/%zz", "/%4g", "/%%41", "/a?b=%", "/a?b=%g0"};
    for (size_t i = 0; i < ARRAY_LENGTH(targets); i++)
        expect_fault(targets[i], "the URL has a % that is not followed by two hexadecimal digits");
}

static void hidden_control_bytes_are_refused(void **state)
{
    (void)state;
    static const char *const targets[] = {"/%00", "/a%0d%0aX", "/%1f", "/%7F", "/a?b=%00"};
    for (size_t i = 0; i < ARRAY_LENGTH(targets); i++)
        expect_fault(targets[i], "the URL has an escaped control byte");
}

static void dot_segments_are_refused_however_they_are_written(void **state)
{
    (void)state;
    static const char *const targets[] = {"/.", "/..", "/a/../b", "/a/..", "/%2e%2E/", "/a%2f..%2fb", "/./a", "//.."};
    for (size_t i = 0; i < ARRAY_LENGTH(targets); i++)
        expect_fault(targets[i], "the path has a . or .. segment");
}

static void a_path_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    expect_fault("/%ff", "the path is not UTF-8");
    expect_fault("/%c0%af", "the path is not UTF-8");
    expect_fault("/%e2%82", "the path is not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_ends_at_the_query),
        cmocka_unit_test(escapes_are_decoded_once),
        cmocka_unit_test(an_absolute_target_is_its_path),
        cmocka_unit_test(what_is_not_a_path_is_refused),
        cmocka_unit_test(bytes_that_must_be_escaped_are_refused),
        cmocka_unit_test(broken_escapes_are_refused),
        cmocka_unit_test(hidden_control_bytes_are_refused),
        cmocka_unit_test(dot_segments_are_refused_however_they_are_written),
        cmocka_unit_test(a_path_that_is_not_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
