/* SPDX-License-Identifier: Apache-2.0 */
#include "api/commands.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attributes.h"

const struct service_command api_commands[] = {
    {"migrate",                                                            "migrate [--check]", "Brings the database to this version's schema; --check only looks.",
     migrate_command},
    {"topics", "topics ensure", "Creates the Kafka topics that are missing.", topics_command},
    {"organization",                                                                    "organization create --id ORG --name NAME", "Adds an organization.", organization_command},
    {"token",                                                     "token create --org ORG --name NAME --scopes SCOPE,… [--expires 90d]",
     "Makes an API token and prints it, this once.", token_command},
    {0                                                     },
};

int command_failed(const char *command, int exit_code, const struct error *error)
{
    (void)fprintf(stderr, "kt-api %s: %s\n", command, error->text);
    if (exit_code != EXIT_USAGE)
        return exit_code;
    for (const struct service_command *row = api_commands; row->name != NULL; row++) {
        if (strcmp(row->name, command) == 0)
            (void)fprintf(stderr, "Usage: kt-api %s\n", row->usage);
    }
    return exit_code;
}

static const struct command_option *find_option(const struct command_option *options, const char *word, size_t length)
{
    for (const struct command_option *option = options; option->name != NULL; option++) {
        if (strlen(option->name) == length && memcmp(option->name, word, length) == 0)
            return option;
    }
    return NULL;
}

/* Reads the option at *index and moves past it. */
static int read_option(int argc, char **argv, int *index, const struct command_option *options, struct error *error)
{
    const char *word = argv[*index];
    if (strncmp(word, "--", 2) != 0)
        return error_set(error, EINVAL, "%s is not expected here", word);
    size_t length = strcspn(word + 2, "=");
    const char *value = word[2 + length] == '=' ? word + 2 + length + 1 : NULL;
    const struct command_option *option = find_option(options, word + 2, length);
    if (option == NULL)
        return error_set(error, EINVAL, "there is no option --%.*s", (int)length, word + 2);
    if (option->is_flag && value != NULL)
        return error_set(error, EINVAL, "--%s takes no value", option->name);
    if (!option->is_flag && value == NULL) {
        if (++*index == argc)
            return error_set(error, EINVAL, "--%s needs a value", option->name);
        value = argv[*index];
    }
    *option->value_out = option->is_flag ? "" : value;
    ++*index;
    return 0;
}

int command_read_options(int argc, char **argv, const char *verb, const struct command_option *options,
                         struct error *error)
{
    int index = 1;
    if (verb != NULL && (argc < 2 || strcmp(argv[index++], verb) != 0))
        return error_set(error, EINVAL, "%s what? There is: %s %s", argv[0], argv[0], verb);
    while (index < argc) {
        int result = read_option(argc, argv, &index, options, error);
        if (result < 0)
            return result;
    }
    for (const struct command_option *option = options; option->name != NULL; option++) {
        if (option->is_needed && *option->value_out == NULL)
            return error_set(error, EINVAL, "--%s is needed", option->name);
    }
    return 0;
}
