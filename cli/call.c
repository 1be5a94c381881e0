/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "cli/suggest.h"

#define NAMES_MAX 64

const struct flag call_flags[] = {
    {.name = "json",             .text = "Print exactly what the API answers."},
    {.name = "help",                          .text = "Show this help.", .letter = 'h'},
    {.name = NULL},
};

const struct flag call_id_flag = {.name = "id", .value = "ID", .text = "The same as ID."};

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* The number-th flag that the command has: its own, --id, then the common ones; NULL after the last. */
static const struct flag *flag_at(const struct command *command, size_t number)
{
    size_t own_count = 0;
    for (const struct flag *flag = command->flags; flag != NULL && flag->name != NULL; flag++, own_count++) {
        if (own_count == number)
            return flag;
    }
    number -= own_count;
    if (command->argument == COMMAND_NEEDS_ID && number-- == 0)
        return &call_id_flag;
    return number < 2 ? &call_flags[number] : NULL;
}

static const struct flag *find_flag(const struct command *command, const char *name, size_t length, char letter)
{
    const struct flag *flag;
    for (size_t i = 0; (flag = flag_at(command, i)) != NULL; i++) {
        if (letter != '\0' ? flag->letter == letter
                           : strlen(flag->name) == length && memcmp(flag->name, name, length) == 0)
            return flag;
    }
    return NULL;
}

static int unknown_flag(const struct command *command, const char *word, size_t length, struct error *error)
{
    const char *names[NAMES_MAX];
    const struct flag *flag;
    char name[64];
    size_t count = 0;
    for (; count < NAMES_MAX && (flag = flag_at(command, count)) != NULL; count++)
        names[count] = flag->name;
    size_t name_length = length < sizeof name ? length : sizeof name - 1;
    memcpy(name, word, name_length);
    name[name_length] = '\0';
    const char *near = suggest(name, names, count);
    return error_set(error, EINVAL, "there is no flag --%s%s%s%s", name, near != NULL ? "; did you mean --" : "",
                     near != NULL ? near : "", near != NULL ? "?" : "");
}

/* Names of groups, or of the commands in a group, each once. */
static size_t list_names(const struct command *commands, size_t command_count, const char *group,
                         const char *names[static NAMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < command_count && count < NAMES_MAX; i++) {
        if (group != NULL && strcmp(commands[i].group, group) == 0)
            names[count++] = commands[i].name;
        else if (group == NULL && (count == 0 || strcmp(names[count - 1], commands[i].group) != 0))
            names[count++] = commands[i].group;
    }
    return count;
}

static int unknown_command(const struct command *commands, size_t command_count, const char *group, const char *word,
                           struct error *error)
{
    const char *names[NAMES_MAX];
    size_t count = list_names(commands, command_count, group, names);
    const char *near = suggest(word, names, count);
    return error_set(error, EINVAL, "there is no command %s%s%s%s%s%s", group != NULL ? group : "",
                     group != NULL ? " " : "", word, near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                     near != NULL ? "?" : "");
}

/* Sets group and command. Returns how many words were used, or negative. */
static int find_command(const struct command *commands, size_t command_count, int argc, const char *const *argv,
                        struct call *call, struct error *error)
{
    bool has_name = argc > 1 && argv[1][0] != '-';
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].group, argv[0]) != 0)
            continue;
        call->group = commands[i].group;
        if (commands[i].name == NULL) {
            call->command = &commands[i];
            return 1;
        }
        if (has_name && strcmp(commands[i].name, argv[1]) == 0) {
            call->command = &commands[i];
            return 2;
        }
    }
    if (call->group == NULL)
        return unknown_command(commands, command_count, NULL, argv[0], error);
    if (has_name)
        return unknown_command(commands, command_count, call->group, argv[1], error);
    return 1;
}

/* ---- flags and arguments --------------------------------------------------------------------------------------- */

static int set_argument(struct call *call, const char *word, struct error *error)
{
    enum command_argument kind = call->command->argument;
    if (kind == COMMAND_NO_ARGUMENT)
        return error_set(error, EINVAL, "takes no argument, but there is %s", word);
    if (call->argument == NULL) {
        call->argument = word;
    } else if (kind == COMMAND_TAKES_TOPIC && call->second_argument == NULL) {
        call->second_argument = word;
    } else {
        return error_set(error, EINVAL, "takes one %s, but there are %s and %s",
                         kind == COMMAND_NEEDS_ID ? "ID" : "TOPIC", call->argument, word);
    }
    return 0;
}

static int add_flag(struct call *call, const struct flag *flag, const char *value, struct error *error)
{
    if (flag == &call_id_flag)
        return set_argument(call, value, error);
    call->is_json |= flag == &call_flags[0];
    call->wants_help |= flag == &call_flags[1];
    for (size_t i = 0; i < call->flag_count && !flag->is_repeatable; i++) {
        if (call->flags[i].flag == flag && flag->value != NULL)
            return error_set(error, EINVAL, "--%s is given twice", flag->name);
    }
    if (call->flag_count == CALL_FLAGS_MAX)
        return error_set(error, EINVAL, "more than %d flags", CALL_FLAGS_MAX);
    call->flags[call->flag_count++] = (struct given_flag){.flag = flag, .value = value};
    return 0;
}

/* The flag that a word starts with; value_out: what follows it in the same word, NULL if nothing does. */
static const struct flag *read_flag(const struct call *call, const char *word, const char **value_out,
                                    struct error *error)
{
    bool is_long = word[1] == '-';
    const char *name = word + (is_long ? 2 : 1);
    size_t length = is_long ? strcspn(name, "=") : 1;
    char letter = '\0';
    if (!is_long)
        letter = name[0];
    const struct flag *flag = find_flag(call->command, name, length, letter);
    *value_out = NULL;
    if (is_long && name[length] == '=')
        *value_out = name + length + 1;
    else if (!is_long && name[1] != '\0')
        *value_out = name + 1; /* -fFILE */
    if (flag == NULL && is_long)
        (void)unknown_flag(call->command, name, length, error);
    else if (flag == NULL)
        (void)error_set(error, EINVAL, "there is no flag %s", word);
    return flag;
}

/* One flag with its value from the same word or the next. Returns how many words were used, or negative. */
static int take_flag(struct call *call, int argc, const char *const *argv, struct error *error)
{
    const char *value;
    const struct flag *flag = read_flag(call, argv[0], &value, error);
    if (flag == NULL)
        return -EINVAL;
    if (flag->value == NULL && value != NULL)
        return error_set(error, EINVAL, "--%s takes no value", flag->name);
    if (flag->value == NULL || value != NULL) {
        int code = add_flag(call, flag, value != NULL ? value : "", error);
        return code < 0 ? code : 1;
    }
    if (argc < 2 || strncmp(argv[1], "--", 2) == 0)
        return error_set(error, EINVAL, "--%s needs a value: --%s %s", flag->name, flag->name, flag->value);
    int code = add_flag(call, flag, argv[1], error);
    return code < 0 ? code : 2;
}

static int check_complete(const struct call *call, struct error *error)
{
    const struct command *command = call->command;
    if (call->wants_help)
        return 0;
    if (command->argument == COMMAND_NEEDS_ID && call->argument == NULL)
        return error_set(error, EINVAL, "the ID is missing");
    for (const struct flag *flag = command->flags; flag != NULL && flag->name != NULL; flag++) {
        if (flag->is_required && !call_has(call, flag->name))
            return error_set(error, EINVAL, "--%s %s is missing", flag->name, flag->value);
    }
    return 0;
}

/* Where a command should be, but there is none: help, asked for or not. */
static int parse_no_command(const char *word, struct call *call, struct error *error)
{
    call->wants_help = true;
    call->is_incomplete = word == NULL;
    if (word == NULL || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return 0;
    return error_set(error, EINVAL, "the command comes first, then its flags; there is %s", word);
}

int call_parse(const struct command *commands, size_t command_count, int argc, const char *const *argv,
               struct call *call_out, struct error *error)
{
    bool is_flags_over = false;
    *call_out = (struct call){0};
    if (argc < 2 || argv[1][0] == '-')
        return parse_no_command(argc < 2 ? NULL : argv[1], call_out, error);
    int used = find_command(commands, command_count, argc - 1, argv + 1, call_out, error);
    if (used < 0)
        return used;
    if (call_out->command == NULL)
        return parse_no_command(argc > 2 ? argv[2] : NULL, call_out, error);
    for (int i = 1 + used; i < argc; i += used) {
        used = 1;
        int code = 0;
        if (!is_flags_over && strcmp(argv[i], "--") == 0)
            is_flags_over = true;
        else if (!is_flags_over && argv[i][0] == '-' && argv[i][1] != '\0')
            code = used = take_flag(call_out, argc - i, argv + i, error);
        else
            code = set_argument(call_out, argv[i], error);
        if (code < 0)
            return code;
    }
    return check_complete(call_out, error);
}

const char *call_next_value(const struct call *call, const char *name, size_t *position)
{
    assert(find_flag(call->command, name, strlen(name), '\0') != NULL);
    while (*position < call->flag_count) {
        const struct given_flag *given = &call->flags[(*position)++];
        if (strcmp(given->flag->name, name) == 0)
            return given->value;
    }
    return NULL;
}

const char *call_value(const struct call *call, const char *name)
{
    size_t position = 0;
    return call_next_value(call, name, &position);
}

bool call_has(const struct call *call, const char *name)
{
    return call_value(call, name) != NULL;
}
