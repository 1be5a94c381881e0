/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/environment.h"
#include "cli/suggest.h"
#include "cli/terminal.h"

#define NAME_CELLS 24
#define FLAG_CELLS 28

static const struct {
    enum exit_code code;
    const char *text;
} exit_codes[] = {

#define EXIT_CODE(id, number, text) {EXIT_CODE_##id, text},
#include "cli/exit_codes.def"
#undef EXIT_CODE
};

/* ---- text ------------------------------------------------------------------------------------------------------ */

static void command_words(const struct command *command, char words_out[static 64])
{
    (void)snprintf(words_out, 64, "%s%s%s", command->group, command->name != NULL ? " " : "",
                   command->name != NULL ? command->name : "");
}

static void append_flag(const struct flag *flag, struct buffer *out)
{
    char words[64];
    char letter[8] = "";
    if (flag->letter != '\0')
        (void)snprintf(letter, sizeof letter, "-%c, ", flag->letter);
    (void)snprintf(words, sizeof words, "%s--%s%s%s", letter, flag->name, flag->value != NULL ? " " : "",
                   flag->value != NULL ? flag->value : "");
    buffer_append_format(out, "  %-*s  %s%s\n", FLAG_CELLS, words, flag->text, flag->is_required ? " Needed." : "");
}

static void append_usage(const struct command *command, struct buffer *out)
{
    char words[64];
    command_words(command, words);
    buffer_append_format(out, "kt %s", words);
    buffer_append_text(out, command->argument == COMMAND_NEEDS_ID      ? " ID"
                            : command->argument == COMMAND_TAKES_TOPIC ? " [TOPIC]"
                                                                       : "");
    for (const struct flag *flag = command->flags; flag != NULL && flag->name != NULL; flag++) {
        if (flag->is_required)
            buffer_append_format(out, " --%s %s", flag->name, flag->value);
    }
    buffer_append_text(out, " [flags]\n");
}

void help_command(const struct command *command, struct buffer *out)
{
    buffer_append_format(out, "%s\n\nUsage:\n  ", command->summary);
    append_usage(command, out);
    buffer_append_text(out, "\nFlags:\n");
    for (const struct flag *flag = command->flags; flag != NULL && flag->name != NULL; flag++)
        append_flag(flag, out);
    if (command->argument == COMMAND_NEEDS_ID)
        append_flag(&call_id_flag, out);
    for (const struct flag *flag = call_flags; flag->name != NULL; flag++)
        append_flag(flag, out);
    if (command->details != NULL)
        buffer_append_format(out, "\n%s\n", command->details);
}

static void append_command(const struct command *command, struct buffer *out)
{
    char words[64];
    command_words(command, words);
    buffer_append_format(out, "  %-*s  %s\n", NAME_CELLS, words, command->summary);
}

void help_group(const char *group, struct buffer *out)
{
    bool is_first = true;
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].group, group) != 0)
            continue;
        if (commands[i].name == NULL) {
            help_command(&commands[i], out);
            return;
        }
        if (is_first)
            buffer_append_format(out, "Commands of kt %s:\n", group);
        is_first = false;
        append_command(&commands[i], out);
    }
    if (!is_first)
        buffer_append_format(out, "\nkt %s COMMAND --help shows more about one.\n", group);
}

void help_overview(struct buffer *out)
{
    buffer_append_text(out, "kt manages Keeptrusts webhooks.\n\nUsage:\n  kt COMMAND [flags]\n\nCommands:\n");
    for (size_t i = 0; i < command_count; i++)
        append_command(&commands[i], out);
    buffer_append_text(out,
                       "\nkt COMMAND --help shows more about one; kt help environment and kt help exit-codes say what\n"
                       "scripts need to know.\n");
}

static void help_environment(struct buffer *out)
{
    buffer_append_text(out, "The environment:\n");
    for (int i = 0; i < VARIABLE_COUNT; i++)
        buffer_append_format(out, "  %-*s  %s\n", NAME_CELLS, environment_name((enum variable)i),
                             environment_help((enum variable)i));
}

static void help_exit_codes(struct buffer *out)
{
    buffer_append_text(out, "What kt ends with:\n");
    for (size_t i = 0; i < ARRAY_LENGTH(exit_codes); i++)
        buffer_append_format(out, "  %d  %s\n", (int)exit_codes[i].code, exit_codes[i].text);
}

/* ---- Markdown -------------------------------------------------------------------------------------------------- */

static void append_reference_flag(const struct flag *flag, struct buffer *out)
{
    char letter[16] = "";
    if (flag->letter != '\0')
        (void)snprintf(letter, sizeof letter, "`-%c`, ", flag->letter);
    buffer_append_format(out, "| %s`--%s%s%s` | %s%s |\n", letter, flag->name, flag->value != NULL ? " " : "",
                         flag->value != NULL ? flag->value : "", flag->text, flag->is_required ? " Needed." : "");
}

static void append_reference(const struct command *command, struct buffer *out)
{
    char words[64];
    command_words(command, words);
    buffer_append_format(out, "\n## kt %s\n\n%s\n\n```\n", words, command->summary);
    append_usage(command, out);
    buffer_append_text(out, "```\n");
    if (command->details != NULL)
        buffer_append_format(out, "\n```\n%s\n```\n", command->details);
    if (command->flags == NULL)
        return;
    buffer_append_text(out, "\n| flag | |\n|---|---|\n");
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        append_reference_flag(flag, out);
}

/* docs/cli.md. */
static void help_reference(struct buffer *out)
{
    buffer_append_text(
        out, "# kt\n\n<!-- made by `kt help reference` -->\n\nEvery command takes `--json` (prints exactly what the "
             "API answers) and `--help`; an ID may be given as\n`--id ID` too. Data goes to standard output, "
             "messages to standard error.\n");
    for (size_t i = 0; i < command_count; i++)
        append_reference(&commands[i], out);
    buffer_append_text(out, "\n## Environment\n\n| variable | |\n|---|---|\n");
    for (int i = 0; i < VARIABLE_COUNT; i++)
        buffer_append_format(out, "| `%s` | %s |\n", environment_name((enum variable)i),
                             environment_help((enum variable)i));
    buffer_append_text(out, "\n## Exit codes\n\n| code | |\n|---|---|\n");
    for (size_t i = 0; i < ARRAY_LENGTH(exit_codes); i++)
        buffer_append_format(out, "| %d | %s |\n", (int)exit_codes[i].code, exit_codes[i].text);
}

/* ---- kt help, kt version --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*write)(struct buffer *out);
} topics[] = {
    {"environment", help_environment},
    {"exit-codes",  help_exit_codes },
    {"reference",   help_reference  },
};

static const struct command *find_command(const char *group, const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].group, group) == 0 && commands[i].name != NULL && strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static enum exit_code unknown_topic(const struct call *call)
{
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(topics); i++)
        names[count++] = topics[i].name;
    for (size_t i = 0; i < command_count && count < ARRAY_LENGTH(names); i++)
        names[count++] = commands[i].group;
    const char *near = suggest(call->argument, names, count);
    return terminal_usage_error(
        call, "there is no help about %s%s%s%s%s%s", call->argument, call->second_argument != NULL ? " " : "",
        call->second_argument != NULL ? call->second_argument : "", near != NULL ? "; did you mean " : "",
        near != NULL ? near : "", near != NULL ? "?" : "");
}

static void write_topic(const struct call *call, struct buffer *out)
{
    if (call->argument == NULL) {
        help_overview(out);
        return;
    }
    if (call->second_argument != NULL) {
        const struct command *command = find_command(call->argument, call->second_argument);
        if (command != NULL)
            help_command(command, out);
        return;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(topics); i++) {
        if (strcmp(topics[i].name, call->argument) == 0)
            topics[i].write(out);
    }
    if (out->length == 0)
        help_group(call->argument, out);
}

enum exit_code help_show(const struct call *call)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, HELP_BYTES_MAX);
    write_topic(call, &out);
    if (out.length == 0)
        return unknown_topic(call);
    terminal_write(&out);
    return EXIT_CODE_OK;
}

enum exit_code version_show(const struct call *call)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, 256);
    buffer_append_text(&out, call->is_json ? "{\"version\":\"" KT_VERSION "\"}\n" : "kt " KT_VERSION "\n");
    terminal_write(&out);
    return EXIT_CODE_OK;
}
