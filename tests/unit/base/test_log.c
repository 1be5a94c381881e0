/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/log.h"

#include "tests/unit/unit.h"

static char written[256 * 1024];

/* Runs with stderr replaced by memory; what was logged is in `written` afterwards. */
static void capture(void (*action)(void))
{
    int memory = memfd_create("log", 0);
    int saved_stderr = dup(STDERR_FILENO);
    assert_true(memory >= 0 && saved_stderr >= 0);
    assert_int_equal(dup2(memory, STDERR_FILENO), STDERR_FILENO);
    action();
    assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
    ssize_t length = pread(memory, written, sizeof(written) - 1, 0);
    assert_true(length >= 0);
    written[length] = '\0';
    (void)close(memory);
    (void)close(saved_stderr);
}

static void expect_member(const json_t *line, const char *key, const char *expected)
{
    const char *value = json_string_value(json_object_get(line, key));
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static void log_a_delivery(void)
{
    log_event(LOG_WARNING, "delivery_failed", LOG_FIELDS({"webhook_id", "wh_1"}, {"event_id", NULL}),
              "delivery %d failed: %s", 7, "line\nbreak \"quoted\" \xff");
}

static void a_json_line_is_one_object_with_the_fixed_keys(void **state)
{
    (void)state;
    log_init("kt-test", "1.2.3", LOG_INFO, LOG_JSON);
    log_set_instance("pod-0");
    capture(log_a_delivery);
    json_error_t error;
    json_t *line = json_loads(written, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(line);
    assert_int_equal(strlen(json_string_value(json_object_get(line, "ts"))), strlen("2026-11-23T10:00:00.123456Z"));
    expect_member(line, "level", "warning");
    expect_member(line, "event", "delivery_failed");
    expect_member(line, "msg", "delivery 7 failed: line\nbreak \"quoted\" \xef\xbf\xbd");
    expect_member(line, "service", "kt-test");
    expect_member(line, "version", "1.2.3");
    expect_member(line, "instance", "pod-0");
    expect_member(line, "webhook_id", "wh_1");
    assert_null(json_object_get(line, "event_id"));
    assert_ptr_equal(strchr(written, '\n'), written + strlen(written) - 1);
    json_decref(line);
}

static void log_far_too_much(void)
{
    char text[4 * LOG_MESSAGE_BYTES];
    struct log_field fields[2 * LOG_FIELDS_MAX + 1] = {
        {NULL, NULL}
    };
    memset(text, '\1', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 2 * LOG_FIELDS_MAX; i++)
        fields[i] = (struct log_field){"key", text};
    log_set_instance(text);
    log_event(LOG_ERROR, "too_much", fields, "%s", text);
    log_set_instance(NULL);
}

static void a_long_line_is_cut_and_still_json(void **state)
{
    (void)state;
    log_init("kt-test", "1.2.3", LOG_INFO, LOG_JSON);
    capture(log_far_too_much);
    json_t *line = json_loads(written, 0, NULL);
    assert_non_null(line);
    assert_int_equal(json_string_length(json_object_get(line, "msg")), LOG_MESSAGE_BYTES - 1);
    assert_int_equal(json_string_length(json_object_get(line, "key")), LOG_VALUE_BYTES);
    json_decref(line);
}

static void a_text_line_cannot_be_forged(void **state)
{
    (void)state;
    log_init("kt-test", "1.2.3", LOG_INFO, LOG_TEXT);
    capture(log_a_delivery);
    assert_non_null(strstr(written, " warning delivery 7 failed: line\\x0abreak \"quoted\" \\xff webhook_id=wh_1\n"));
    assert_ptr_equal(strchr(written, '\n'), written + strlen(written) - 1);
}

static void log_control_characters(void)
{
    log_info("test", "\x1b[2J \xc2\x9b caf\xc3\xa9");
}

static void a_terminal_cannot_be_driven(void **state)
{
    (void)state;
    log_init("kt-test", "1.2.3", LOG_INFO, LOG_TEXT);
    capture(log_control_characters);
    assert_non_null(strstr(written, "\\x1b[2J \\xc2\\x9b caf\xc3\xa9\n"));
}

static void log_at_two_levels(void)
{
    log_debug("quiet", "not wanted");
    log_info("loud", "wanted");
}

static void lines_below_the_level_are_neither_written_nor_counted(void **state)
{
    (void)state;
    log_init("kt-test", "1.2.3", LOG_INFO, LOG_JSON);
    uint64_t debug_count = log_count(LOG_DEBUG);
    uint64_t info_count = log_count(LOG_INFO);
    capture(log_at_two_levels);
    assert_null(strstr(written, "not wanted"));
    assert_non_null(strstr(written, "wanted"));
    assert_int_equal(log_count(LOG_DEBUG), debug_count);
    assert_int_equal(log_count(LOG_INFO), info_count + 1);
    assert_false(log_is_enabled(LOG_DEBUG));
    assert_true(log_is_enabled(LOG_ERROR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_json_line_is_one_object_with_the_fixed_keys),
        cmocka_unit_test(a_long_line_is_cut_and_still_json),
        cmocka_unit_test(a_text_line_cannot_be_forged),
        cmocka_unit_test(a_terminal_cannot_be_driven),
        cmocka_unit_test(lines_below_the_level_are_neither_written_nor_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
