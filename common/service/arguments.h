#pragma once
/*
 * The command line of a program of ours. SPDX-License-Identifier: Apache-2.0
 */
#include "common/service/service.h"

/* What the process shall do. */
enum arguments_action {
    ARGUMENTS_RUN,
    ARGUMENTS_COMMAND,
    ARGUMENTS_CHECK_CONFIG,
    ARGUMENTS_PRINT_CONFIG,
    ARGUMENTS_PRINT_SETTINGS_DOC,
    ARGUMENTS_PRINT_METRICS_DOC,
};

struct arguments {
    enum arguments_action action;
    const char *config_path; /* NULL: no file */
    const struct service_command *command;
    int command_argc; /* command_argv[0] is the command's name */
    char **command_argv;
};

/* Ends the process for --help and --version (0) and for what cannot be understood (2). The program's own options are
 * set on the way. */
void arguments_parse(const struct service *service, int argc, char **argv, struct arguments *arguments_out);
