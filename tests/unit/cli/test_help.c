/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "tests/unit/unit.h"

static void the_overview_names_every_command(void **state)
{
    (void)state;
    struct buffer out;
    char words[64];
    buffer_init(&out, HELP_BYTES_MAX);
    help_overview(&out);
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        (void)snprintf(words, sizeof words, "\n  %s%s%s ", command->group, command->name != NULL ? " " : "",
                       command->name != NULL ? command->name : "");
        if (strstr(out.bytes, words) == NULL)
            fail_msg("%s is missing", words);
    }
    buffer_deinit(&out);
}

static void help_of_a_command_names_every_flag(void **state)
{
    (void)state;
    struct buffer out;
    char words[64];
    buffer_init(&out, HELP_BYTES_MAX);
    for (size_t i = 0; i < command_count; i++) {
        buffer_clear(&out);
        help_command(&commands[i], &out);
        for (const struct flag *flag = commands[i].flags; flag != NULL && flag->name != NULL; flag++) {
            (void)snprintf(words, sizeof words, "--%s ", flag->name);
            if (strstr(out.bytes, words) == NULL)
                fail_msg("%s is missing", words);
        }
        assert_non_null(strstr(out.bytes, "--json "));
    }
    buffer_deinit(&out);
}

static void lines_fit_a_wide_terminal(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, HELP_BYTES_MAX);
    help_overview(&out);
    for (size_t i = 0; i < command_count; i++)
        help_command(&commands[i], &out);
    for (const char *line = out.bytes; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > 120)
            fail_msg("%.*s", (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    buffer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_overview_names_every_command),
        cmocka_unit_test(help_of_a_command_names_every_flag),
        cmocka_unit_test(lines_fit_a_wide_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
