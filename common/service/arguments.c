/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/arguments.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/buffer.h"
#include "common/service/build.h"

#define HELP_BYTES_MAX    ((size_t)16 * 1024)
#define USAGE_EXIT_CODE   2
#define OPTION_KEY_FIRST  0x1000 /* of the program's own; argp gives keys below to letters */
#define OPTION_KEY_LAST   0x1fff
#define OPTION_KEY_CHECK  0x100
#define OPTION_KEY_PRINT  0x101
#define OPTION_KEY_DOC    0x102
#define OPTION_KEY_METRIC 0x103

static const struct argp_option own_options[] = {
    {"config",             'c',               "FILE", 0, "Read settings from this YAML file",                              0},
    {"check-config",       OPTION_KEY_CHECK,  NULL,   0, "Say whether the settings are right, and end",                    0},
    {"print-config",       OPTION_KEY_PRINT,  NULL,   0, "Print the settings in effect as YAML, without secrets, and end", 0},
    {"print-settings-doc", OPTION_KEY_DOC,    NULL,   0, "Print all settings as Markdown, and end",                        0},
    {"print-metrics-doc",  OPTION_KEY_METRIC, NULL,   0, "Print all metrics as Markdown, and end",                         0},
};

/* Of the parse that is under way. */
struct parse {
    const struct service *service;
    struct arguments *arguments;
};

static const char *version_name; /* argp's hook has no argument */

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    const char *commit = build_commit();
    (void)fprintf(stream, "%s %s%s%s\n", version_name, BUILD_VERSION, commit == NULL ? "" : " ",
                  commit == NULL ? "" : commit);
}

static void take_command(struct parse *parse, const char *name, struct argp_state *state)
{
    for (const struct service_command *row = parse->service->commands; row != NULL && row->name != NULL; row++) {
        if (strcmp(row->name, name) != 0)
            continue;
        parse->arguments->action = ARGUMENTS_COMMAND;
        parse->arguments->command = row;
        parse->arguments->command_argc = state->argc - (state->next - 1);
        parse->arguments->command_argv = state->argv + (state->next - 1);
        state->next = state->argc; /* the rest is the command's */
        return;
    }
    argp_error(state, parse->service->commands == NULL ? "unexpected argument: %s" : "unknown command: %s", name);
}

static void take_own_option(struct parse *parse, int key, const char *value, struct argp_state *state)
{
    struct error error = {""};
    const struct service_option *option = &parse->service->options[key - OPTION_KEY_FIRST];
    if (option->set(parse->service->program, value, &error) < 0)
        argp_error(state, "%s", error.text);
}

static error_t on_key(int key, char *value, struct argp_state *state)
{
    struct parse *parse = state->input;
    if (key >= OPTION_KEY_FIRST && key <= OPTION_KEY_LAST) {
        take_own_option(parse, key, value, state);
        return 0;
    }
    switch (key) {
    case 'c':
        parse->arguments->config_path = value;
        return 0;
    case OPTION_KEY_CHECK:
        parse->arguments->action = ARGUMENTS_CHECK_CONFIG;
        return 0;
    case OPTION_KEY_PRINT:
        parse->arguments->action = ARGUMENTS_PRINT_CONFIG;
        return 0;
    case OPTION_KEY_DOC:
        parse->arguments->action = ARGUMENTS_PRINT_SETTINGS_DOC;
        return 0;
    case OPTION_KEY_METRIC:
        parse->arguments->action = ARGUMENTS_PRINT_METRICS_DOC;
        return 0;
    case ARGP_KEY_ARG:
        take_command(parse, value, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Ours, the program's, and the end mark. */
static struct argp_option *all_options(const struct service *service)
{
    size_t count = ARRAY_LENGTH(own_options);
    for (const struct service_option *option = service->options; option != NULL && option->name != NULL; option++)
        count++;
    struct argp_option *options = alloc_zeroed(count + 1, sizeof(*options));
    memcpy(options, own_options, sizeof(own_options));
    for (size_t i = ARRAY_LENGTH(own_options); i < count; i++) {
        const struct service_option *option = &service->options[i - ARRAY_LENGTH(own_options)];
        options[i] = (struct argp_option){.name = option->name,
                                          .key = OPTION_KEY_FIRST + (int)(i - ARRAY_LENGTH(own_options)),
                                          .arg = option->value,
                                          .doc = option->text};
    }
    return options;
}

/* What --help says before and, after the \v, behind the options. */
static char *help_text(const struct service *service)
{
    struct buffer text;
    buffer_init(&text, HELP_BYTES_MAX);
    buffer_append_format(&text, "%s\v", service->summary);
    if (service->commands != NULL) {
        buffer_append_text(&text, "Commands, instead of running:\n");
        for (const struct service_command *row = service->commands; row->name != NULL; row++)
            buffer_append_format(&text, "  %s\n      %s\n", row->usage, row->summary);
        buffer_append_char(&text, '\n');
    }
    buffer_append_text(&text,
                       "Settings come from defaults, then the file of --config, then the environment as "
                       "KT_SECTION_NAME (KT_LOG_LEVEL=debug); what comes later wins. --print-config shows the "
                       "result, --print-settings-doc what there is.\n\nSIGTERM finishes what is under way and ends "
                       "with 0; a second one ends at once.");
    return buffer_take(&text);
}

void arguments_parse(const struct service *service, int argc, char **argv, struct arguments *arguments_out)
{
    CLEANUP(free_pointer) struct argp_option *options = all_options(service);
    CLEANUP(free_pointer) char *help = help_text(service);
    const struct argp argp = {
        .options = options,
        .parser = on_key,
        .args_doc = service->commands == NULL ? NULL : "[COMMAND ARGUMENT...]",
        .doc = help,
    };
    struct parse parse = {service, arguments_out};
    *arguments_out = (struct arguments){.action = ARGUMENTS_RUN};
    version_name = service->name;
    argp_program_version_hook = print_version;
    argp_err_exit_status = USAGE_EXIT_CODE;
    error_t status = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &parse);
    if (status != 0) { /* argp ends the process itself, except when memory is short */
        (void)fprintf(stderr, "%s: %s\n", service->name, strerror(status));
        exit(USAGE_EXIT_CODE);
    }
}
