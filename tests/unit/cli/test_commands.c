/* The table of commands holds together. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/commands.h"
#include "tests/unit/unit.h"

/* The number-th flag: the command's own, then those of every command. */
static const struct flag *flag_at(const struct command *command, size_t number)
{
    size_t own_count = 0;
    while (command->flags != NULL && command->flags[own_count].name != NULL)
        own_count++;
    if (number < own_count)
        return &command->flags[number];
    return call_flags[number - own_count].name != NULL ? &call_flags[number - own_count] : NULL;
}

static bool ends_like_a_sentence(const char *text)
{
    size_t length = strlen(text);
    return length > 1 && text[length - 1] == '.' && !(text[0] >= 'a' && text[0] <= 'z' && strchr(text, ' ') == NULL);
}

static void every_command_has_help_and_does_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        assert_non_null(commands[i].group);
        assert_non_null(commands[i].run);
        assert_true(ends_like_a_sentence(commands[i].summary));
    }
}

static void commands_are_unique_and_groups_stand_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        bool has_gap = false;
        for (size_t j = i + 1; j < command_count; j++) {
            bool is_same_group = strcmp(commands[i].group, commands[j].group) == 0;
            if (is_same_group && has_gap)
                fail_msg("%s is in two places", commands[i].group);
            has_gap |= !is_same_group;
            if (is_same_group && commands[i].name != NULL && commands[j].name != NULL)
                assert_string_not_equal(commands[i].name, commands[j].name);
        }
    }
}

static void flags_are_unique_and_explained(void **state)
{
    (void)state;
    const struct flag *flag, *other;
    for (size_t i = 0; i < command_count; i++) {
        for (size_t a = 0; (flag = flag_at(&commands[i], a)) != NULL; a++) {
            assert_true(ends_like_a_sentence(flag->text));
            for (size_t b = 0; b < a; b++) {
                other = flag_at(&commands[i], b);
                assert_string_not_equal(flag->name, other->name);
                assert_false(flag->letter != '\0' && flag->letter == other->letter);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_has_help_and_does_something),
        cmocka_unit_test(commands_are_unique_and_groups_stand_together),
        cmocka_unit_test(flags_are_unique_and_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
