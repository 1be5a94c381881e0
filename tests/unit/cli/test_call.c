/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/call.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 16

static const struct flag make_flags[] = {
    {"url",    "URL", "x",  '\0', true,  false},
    {"header", "H",   "x",  '\0', false, true },
    {"file",   "F",   "x",  'f',  false, false},
    {"yes",    NULL,  "x",  'y',  false, false},
    {NULL,     NULL,  NULL, '\0', false, false},
};

static const struct command table[] = {
    {"thing", "make", COMMAND_NO_ARGUMENT, "x", NULL, make_flags, NULL},
    {"thing", "get",  COMMAND_NEEDS_ID,    "x", NULL, NULL,       NULL},
    {"help",  NULL,   COMMAND_TAKES_TOPIC, "x", NULL, NULL,       NULL},
};

/* Parses words with one blank between; the array ends up in static memory that the call borrows from. */
static int parse(const char *line, struct call *call, struct error *error)
{
    static char text[512];
    const char *words[WORDS_MAX] = {"kt"};
    int count = 1;
    strncpy(text, line, sizeof text - 1);
    for (char *rest = text; *rest != '\0' && count < WORDS_MAX;) {
        size_t length = strcspn(rest, " ");
        words[count++] = rest;
        if (rest[length] == '\0')
            break;
        rest[length] = '\0';
        rest += length + 1;
    }
    return call_parse(table, ARRAY_LENGTH(table), count, words, call, error);
}

static struct call expect_call(const char *line)
{
    struct call call;
    struct error error = {""};
    if (parse(line, &call, &error) != 0)
        fail_msg("%s: %s", line, error.text);
    return call;
}

static void expect_refused(const char *line, const char *reason)
{
    struct call call;
    struct error error = {""};
    assert_true(parse(line, &call, &error) < 0);
    assert_string_equal(error.text, reason);
}

static void flags_take_their_value_from_the_word_or_the_next(void **state)
{
    (void)state;
    struct call call = expect_call("thing make --url=a=b --file -");
    assert_ptr_equal(call.command, &table[0]);
    assert_string_equal(call_value(&call, "url"), "a=b");
    assert_string_equal(call_value(&call, "file"), "-");
    call = expect_call("thing make -fX --url -x -y");
    assert_string_equal(call_value(&call, "file"), "X");
    assert_string_equal(call_value(&call, "url"), "-x");
    assert_true(call_has(&call, "yes"));
    assert_null(call_value(&call, "header"));
    call = expect_call("thing make --url=");
    assert_string_equal(call_value(&call, "url"), "");
}

static void repeatable_flags_keep_their_order(void **state)
{
    (void)state;
    struct call call = expect_call("thing make --header a --url u --header b");
    size_t position = 0;
    assert_string_equal(call_next_value(&call, "header", &position), "a");
    assert_string_equal(call_next_value(&call, "header", &position), "b");
    assert_null(call_next_value(&call, "header", &position));
    expect_refused("thing make --url a --url b", "--url is given twice");
}

static void an_id_may_be_an_argument_or_a_flag(void **state)
{
    (void)state;
    assert_string_equal(expect_call("thing get wh_1").argument, "wh_1");
    assert_string_equal(expect_call("thing get --id wh_1").argument, "wh_1");
    assert_string_equal(expect_call("thing get --id=wh_1 --json").argument, "wh_1");
    assert_string_equal(expect_call("thing get -- --odd").argument, "--odd");
    assert_string_equal(expect_call("thing get -").argument, "-");
    expect_refused("thing get wh_1 --id wh_2", "takes one ID, but there are wh_1 and wh_2");
    expect_refused("thing get", "the ID is missing");
    expect_refused("thing make x --url u", "takes no argument, but there is x");
}

static void json_and_help_are_known_everywhere(void **state)
{
    (void)state;
    assert_true(expect_call("thing get wh_1 --json").is_json);
    assert_true(expect_call("thing get --help").wants_help); /* nothing else is asked for then */
    assert_true(expect_call("thing make -h").wants_help);
    struct call call = expect_call("thing --help");
    assert_true(call.wants_help && !call.is_incomplete && call.command == NULL);
    assert_string_equal(call.group, "thing");
    call = expect_call("thing");
    assert_true(call.wants_help && call.is_incomplete);
    call = expect_call("");
    assert_true(call.wants_help && call.group == NULL);
}

static void help_takes_the_name_of_a_command(void **state)
{
    (void)state;
    struct call call = expect_call("help thing make");
    assert_string_equal(call.argument, "thing");
    assert_string_equal(call.second_argument, "make");
    assert_null(expect_call("help").argument);
    expect_refused("help a b c", "takes one TOPIC, but there are a and c");
}

static void mistakes_come_with_what_may_have_been_meant(void **state)
{
    (void)state;
    expect_refused("thnig make", "there is no command thnig; did you mean thing?");
    expect_refused("thing mkae", "there is no command thing mkae; did you mean make?");
    expect_refused("thing make --ulr x", "there is no flag --ulr; did you mean --url?");
    expect_refused("thing make --jsn", "there is no flag --jsn; did you mean --json?");
    expect_refused("thing make --zzzzzz", "there is no flag --zzzzzz");
    expect_refused("thing make -z", "there is no flag -z");
    expect_refused("xyzzy", "there is no command xyzzy");
    expect_refused("--json thing", "the command comes first, then its flags; there is --json");
}

static void values_are_asked_for_and_refused(void **state)
{
    (void)state;
    expect_refused("thing make --url", "--url needs a value: --url URL");
    expect_refused("thing make --url --yes", "--url needs a value: --url URL");
    expect_refused("thing make --yes=1 --url u", "--yes takes no value");
    expect_refused("thing make -y1 --url u", "--yes takes no value");
    expect_refused("thing make", "--url URL is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_take_their_value_from_the_word_or_the_next),
        cmocka_unit_test(repeatable_flags_keep_their_order),
        cmocka_unit_test(an_id_may_be_an_argument_or_a_flag),
        cmocka_unit_test(json_and_help_are_known_everywhere),
        cmocka_unit_test(help_takes_the_name_of_a_command),
        cmocka_unit_test(mistakes_come_with_what_may_have_been_meant),
        cmocka_unit_test(values_are_asked_for_and_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
