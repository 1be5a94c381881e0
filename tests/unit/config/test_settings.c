/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config/settings.h"

#include "tests/unit/unit.h"

struct kafka_settings {
#define SETTING SETTINGS_FIELD
#include "tests/unit/config/sample.def"
#undef SETTING
};

#define SETTINGS_STRUCT kafka_settings
static const struct setting rows[] = {
#define SETTING SETTINGS_ROW
#include "tests/unit/config/sample.def"
#undef SETTING
};

static struct kafka_settings kafka;
static const struct settings_section sections[] = {
    {"kafka", rows, ARRAY_LENGTH(rows), &kafka}
};

static char path[64];
static int file = -1;

/* The file is memory; messages name it by its path in /proc. */
static int load(const char *yaml, size_t length, struct error *error)
{
    if (file >= 0)
        (void)close(file);
    file = memfd_create("kt.yaml", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, yaml, length), length);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    *error = (struct error){""};
    return settings_load(sections, ARRAY_LENGTH(sections), path, error);
}

static void expect_loaded(const char *yaml)
{
    struct error error;
    if (load(yaml, strlen(yaml), &error) != 0)
        fail_msg("refused: %s", error.text);
}

/* expected is what follows "path:". */
static void expect_refused(const char *yaml, const char *expected)
{
    struct error error;
    assert_int_equal(load(yaml, strlen(yaml), &error), -EINVAL);
    assert_memory_equal(error.text, path, strlen(path));
    assert_string_equal(error.text + strlen(path), expected);
    assert_null(kafka.bootstrap);
}

static int unload(void **state)
{
    (void)state;
    settings_free(sections, ARRAY_LENGTH(sections));
    return 0;
}

static void defaults_fill_what_nobody_sets(void **state)
{
    (void)state;
    expect_loaded("# nothing\n");
    assert_string_equal(kafka.bootstrap, "127.0.0.1:9092");
    assert_string_equal(kafka.password, "");
    assert_true(kafka.is_fast);
    assert_int_equal(kafka.partitions, 12);
    assert_int_equal(kafka.linger, 2);
    assert_int_equal(kafka.queue, 65536);
    assert_int_equal(kafka.ranges.count, 2);
    assert_string_equal(kafka.ranges.items[1], "fd00::/8");
}

static void the_file_wins_over_the_defaults(void **state)
{
    (void)state;
    expect_loaded("kafka:\n"
                  "  bootstrap: 'kafka:9092'\n"
                  "  password: \"pa\\\"ss\"\n"
                  "  is_fast: false\n"
                  "  partitions: 100\n"
                  "  linger: 1s\n"
                  "  queue: 8MiB\n"
                  "  ranges: [10.0.0.0/8]\n");
    assert_string_equal(kafka.bootstrap, "kafka:9092");
    assert_string_equal(kafka.password, "pa\"ss");
    assert_false(kafka.is_fast);
    assert_int_equal(kafka.partitions, 100);
    assert_int_equal(kafka.linger, 1000);
    assert_int_equal(kafka.queue, 8388608);
    assert_int_equal(kafka.ranges.count, 1);
    assert_string_equal(kafka.ranges.items[0], "10.0.0.0/8");
}

static void the_environment_wins_over_the_file(void **state)
{
    (void)state;
    (void)setenv("KT_KAFKA_PARTITIONS", "7", 1);
    (void)setenv("KT_KAFKA_RANGES", "10.1.0.0/16, 10.2.0.0/16", 1);
    expect_loaded("kafka:\n  partitions: 9\n");
    (void)unsetenv("KT_KAFKA_PARTITIONS");
    (void)unsetenv("KT_KAFKA_RANGES");
    assert_int_equal(kafka.partitions, 7);
    assert_int_equal(kafka.ranges.count, 2);
    assert_string_equal(kafka.ranges.items[1], "10.2.0.0/16");
}

static void an_empty_list_can_be_given(void **state)
{
    (void)state;
    static const char *const texts[] = {"kafka:\n  ranges: []\n", "kafka:\n  ranges:\n"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        expect_loaded(texts[i]);
        assert_int_equal(kafka.ranges.count, 0);
        (void)unload(NULL);
    }
    (void)setenv("KT_KAFKA_RANGES", "", 1);
    expect_loaded("");
    (void)unsetenv("KT_KAFKA_RANGES");
    assert_int_equal(kafka.ranges.count, 0);
}

static void sections_of_other_programs_are_passed_over(void **state)
{
    (void)state;
    expect_loaded("recorder:\n  anything: [1, {a: b}]\nkafka:\ndispatcher: {in_flight: 3}\n");
}

static void an_unknown_section_is_refused_with_those_that_are_known(void **state)
{
    (void)state;
    expect_refused("log:\n  level: info\nkafak:\n  bootstrap: a\n",
                   ":3: section \"kafak\" is not known; known are: log, admin, service, kafka, database, secrets, "
                   "egress, producer, dispatcher, retrier, recorder, api, cli");
}

static void an_unknown_key_is_refused_with_those_that_are_known(void **state)
{
    (void)state;
    expect_refused("kafka:\n  linger: 5ms\n  bootstrp: a\n",
                   ":3: bootstrp is not known; section kafka has: bootstrap, password, is_fast, partitions, linger, "
                   "queue, ranges");
}

static void a_bad_value_is_refused_with_what_would_be_right(void **state)
{
    (void)state;
    expect_refused("kafka:\n  partitions: many\n",
                   ":2: kafka.partitions: \"many\" cannot be read; wanted: a whole number from 1 to 1000");
    expect_refused("kafka:\n  partitions: 1001\n",
                   ":2: kafka.partitions: \"1001\" is out of range; wanted: a whole number from 1 to 1000");
    expect_refused("kafka:\n  linger: 2 s\n",
                   ":2: kafka.linger: \"2 s\" cannot be read; wanted: a duration (250ms, 5s, 10m, 2h, 7d) from 0ms to "
                   "1s");
    expect_refused("kafka:\n  queue: 8MB\n",
                   ":2: kafka.queue: \"8MB\" cannot be read; wanted: a size (4096, 64KiB, 8MiB) from 1KiB to 1GiB");
    expect_refused("kafka:\n  is_fast: yes\n", ":2: kafka.is_fast: \"yes\" is neither; wanted: true or false");
    expect_refused("kafka:\n  bootstrap:\n", ":2: kafka.bootstrap: \"\" is empty; wanted: a text of 1 to 20 bytes");
    expect_refused("kafka:\n  bootstrap: aaaaaaaaaaaaaaaaaaaaa\n",
                   ":2: kafka.bootstrap: \"aaaaaaaaaaaaaaaaaaaaa\" has a wrong length; wanted: a text of 1 to 20 "
                   "bytes");
    expect_refused("kafka:\n  bootstrap: \"a\\u0000b\"\n",
                   ":2: kafka.bootstrap: \"a\\u0000b\" has a control character or is not UTF-8; wanted: a text of 1 to "
                   "20 bytes");
    expect_refused("kafka:\n  ranges: [a, b, c, d]\n",
                   ":2: kafka.ranges: 4 texts are given; wanted: a list of 0 to 3 texts");
    expect_refused("kafka:\n  ranges: [a, '']\n",
                   ":2: kafka.ranges: \"\" is empty or too long for an item; wanted: a list of 0 to 3 texts");
    expect_refused("kafka:\n  ranges: a\n", ":2: kafka.ranges: \"a\" is not a list; wanted: a list of 0 to 3 texts");
    expect_refused("kafka:\n  linger: [1s]\n", ":2: kafka.linger: one value is wanted, not a list");
}

static void a_bad_secret_is_not_shown(void **state)
{
    (void)state;
    expect_refused("kafka:\n  password: hunter2hunter2\n",
                   ":2: kafka.password: the value (not shown) has a wrong length; wanted: a text of 0 to 10 bytes");
}

static void a_file_of_another_shape_is_refused(void **state)
{
    (void)state;
    expect_refused("- kafka\n", ":1: the file must hold sections of the form `section:`");
    expect_refused("kafka\n", ":1: the file must hold sections of the form `section:`");
    expect_refused("\nkafka: 5\n", ":2: a section holds lines of the form `key: value`, further in than its name");
    expect_refused("kafka:\n  linger: {a: b}\n", ":2: a value is expected after the colon, not a mapping");
    expect_refused("kafka:\n  ranges: [[a]]\n", ":2: an item of a list must be a plain text");
    expect_refused("kafka:\n  ? [a]\n  : b\n", ":2: a name is expected before the colon");
    expect_refused("? {a: b}\n: c\n", ":1: a name is expected before the colon");
    expect_refused("\"kaf\\0ka\": c\n", ":1: a name is expected before the colon");
    expect_refused("kafka:\n  linger: 1s\n  linger: 2s\n",
                   ":3: \"linger\" stands here a second time; the first is in line 2");
    expect_refused("kafka:\nkafka:\n", ":2: \"kafka\" stands here a second time; the first is in line 1");
    expect_refused("kafka:\n---\nkafka:\n", ":3: a second document starts; the file may hold one");
}

static void a_file_that_is_not_yaml_is_refused_with_the_line(void **state)
{
    (void)state;
    expect_refused("kafka:\n  bootstrap: [a\n", ":3: not YAML: did not find expected ',' or ']'");
    expect_refused("kafka:\n\tbootstrap: a\n", ":2: not YAML: found character that cannot start any token");
    struct error error;
    assert_int_equal(load("kafka:\n  bootstrap: \xff\n", 22, &error), -EINVAL);
    assert_non_null(strstr(error.text, ": not a text file: invalid leading UTF-8 octet at byte 20"));
}

static void a_file_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct error error;
    size_t length = SETTINGS_FILE_BYTES_MAX + 1;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, '\n', length);
    assert_int_equal(load(text, length, &error), -EINVAL);
    assert_non_null(strstr(error.text, "is longer than 1048576 bytes"));
    free(text);
}

static void a_file_that_is_not_there_is_its_errno(void **state)
{
    (void)state;
    struct error error = {""};
    assert_int_equal(settings_load(sections, 1, "/nonexistent/kt.yaml", &error), -ENOENT);
    assert_string_equal(error.text, "/nonexistent/kt.yaml cannot be opened: No such file or directory");
    assert_int_equal(settings_load(sections, 1, "/", &error), -EISDIR);
    assert_string_equal(error.text, "/ cannot be read: Is a directory");
}

static void expect_variable_refused(const char *name, const char *value, const char *expected)
{
    struct error error = {""};
    (void)setenv(name, value, 1);
    int status = settings_load(sections, 1, NULL, &error);
    (void)unsetenv(name);
    assert_int_equal(status, -EINVAL);
    assert_string_equal(error.text, expected);
}

static void a_bad_variable_is_refused_by_name(void **state)
{
    (void)state;
    expect_variable_refused("KT_KAFKA_PARTITIONS", "0",
                            "environment variable KT_KAFKA_PARTITIONS: \"0\" is out of range; wanted: a whole number "
                            "from 1 to 1000");
    expect_variable_refused("KT_KAFKA_PASSWORD", "hunter2hunter2",
                            "environment variable KT_KAFKA_PASSWORD: the value (not shown) has a wrong length; wanted: "
                            "a text of 0 to 10 bytes");
    expect_variable_refused("KT_KAFKA_BOOTSTRP", "a",
                            "environment variable KT_KAFKA_BOOTSTRP: BOOTSTRP is not known; section kafka has: "
                            "bootstrap, password, is_fast, partitions, linger, queue, ranges");
    expect_variable_refused("KT_KAFKA_RANGES", "a,,b",
                            "environment variable KT_KAFKA_RANGES: \"\" is empty or too long for an item; wanted: a "
                            "list of 0 to 3 texts");
}

static void variables_of_others_are_passed_over(void **state)
{
    (void)state;
    static const char *const names[] = {
        "KT_RECORDER_BATCH",    "KT_KAFKA", "KT_KAFKAS_X", "KT_KAFKA_PORT", "KT_KAFKA_PORT_9092_TCP",
        "KT_KAFKA_SERVICE_HOST"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        (void)setenv(names[i], "tcp://10.0.0.1", 1);
    expect_loaded("");
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        (void)unsetenv(names[i]);
}

static void a_setting_without_a_usable_default_has_to_be_given(void **state)
{
    (void)state;
    static const struct setting needed[] = {
        {"url", SETTING_TEXT, offsetof(struct kafka_settings, bootstrap), "", 1, 10, "Where it is."}
    };
    const struct settings_section section = {"kafka", needed, 1, &kafka};
    struct error error = {""};
    assert_int_equal(settings_load(&section, 1, NULL, &error), -EINVAL);
    assert_string_equal(error.text, "kafka.url has to be given: Where it is.");
}

/* What print writes to stdout. */
static char *printed(void (*print)(const struct settings_section *, size_t))
{
    int memory = memfd_create("stdout", MFD_CLOEXEC);
    int saved_stdout = dup(STDOUT_FILENO);
    assert_true(memory >= 0 && saved_stdout >= 0);
    (void)fflush(stdout);
    assert_int_equal(dup2(memory, STDOUT_FILENO), STDOUT_FILENO);
    print(sections, 1);
    (void)fflush(stdout);
    assert_int_equal(dup2(saved_stdout, STDOUT_FILENO), STDOUT_FILENO);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(pread(memory, text, 65535, 0) > 0);
    (void)close(memory);
    (void)close(saved_stdout);
    return text;
}

static void what_is_printed_can_be_loaded_and_hides_secrets(void **state)
{
    (void)state;
    expect_loaded("kafka:\n  bootstrap: 'a\"b\\c: #é'\n  password: hunter2\n  linger: 999ms\n  queue: 3KiB\n");
    char *text = printed(settings_print);
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "  # Bytes that may wait | be sent.\n  queue: 3KiB\n"));
    (void)unload(NULL);
    expect_loaded(text);
    assert_string_equal(kafka.bootstrap, "a\"b\\c: #é");
    assert_string_equal(kafka.password, "***");
    assert_int_equal(kafka.linger, 999);
    assert_int_equal(kafka.queue, 3072);
    assert_int_equal(kafka.ranges.count, 2);
    free(text);
}

static void the_documentation_has_a_row_for_each_setting(void **state)
{
    (void)state;
    expect_loaded("");
    char *text = printed(settings_print_markdown);
    assert_non_null(strstr(text, "### kafka\n\n| Setting | Type |"));
    assert_non_null(strstr(text, "| `linger` | duration | `2ms` | 0ms to 1s | `KT_KAFKA_LINGER` | How long. |\n"));
    assert_non_null(strstr(text, "Bytes that may wait \\| be sent. |\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(defaults_fill_what_nobody_sets, unload),
        cmocka_unit_test_teardown(the_file_wins_over_the_defaults, unload),
        cmocka_unit_test_teardown(the_environment_wins_over_the_file, unload),
        cmocka_unit_test_teardown(an_empty_list_can_be_given, unload),
        cmocka_unit_test_teardown(sections_of_other_programs_are_passed_over, unload),
        cmocka_unit_test(an_unknown_section_is_refused_with_those_that_are_known),
        cmocka_unit_test(an_unknown_key_is_refused_with_those_that_are_known),
        cmocka_unit_test(a_bad_value_is_refused_with_what_would_be_right),
        cmocka_unit_test(a_bad_secret_is_not_shown),
        cmocka_unit_test(a_file_of_another_shape_is_refused),
        cmocka_unit_test(a_file_that_is_not_yaml_is_refused_with_the_line),
        cmocka_unit_test(a_file_that_is_too_long_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_its_errno),
        cmocka_unit_test(a_bad_variable_is_refused_by_name),
        cmocka_unit_test_teardown(variables_of_others_are_passed_over, unload),
        cmocka_unit_test(a_setting_without_a_usable_default_has_to_be_given),
        cmocka_unit_test_teardown(what_is_printed_can_be_loaded_and_hides_secrets, unload),
        cmocka_unit_test_teardown(the_documentation_has_a_row_for_each_setting, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
