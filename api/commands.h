#pragma once
/*
 * kt-api's commands: each runs instead of the server and returns the exit code (0 done, 1 failed, 2 usage). program is
 * the struct api with its settings loaded. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "common/base/error.h"
#include "common/service/service.h"

enum {
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_USAGE
};

int migrate_command(void *program, int argc, char **argv);
int topics_command(void *program, int argc, char **argv);
int organization_command(void *program, int argc, char **argv);
int token_command(void *program, int argc, char **argv);

extern const struct service_command api_commands[];

/* ---- for commands */

/* An option of a command: "--name value" or "--name=value", or "--name" alone when it is a flag. */
struct command_option {
    const char *name;
    const char **value_out; /* untouched when it was not given; "" for a flag */
    bool is_needed, is_flag;
};

/* Reads argv[1…] (argv[0] is the command's name). verb: the word that has to come first, NULL for none. options end
 * with a zeroed row. Negative with an error for a person. */
int command_read_options(int argc, char **argv, const char *verb, const struct command_option *options,
                         struct error *error);
/* Says on stderr what went wrong, with usage for exit code 2; returns the exit code. */
int command_failed(const char *command, int exit_code, const struct error *error);
