#pragma once
/*
 * Help, made from the tables of commands, variables and exit codes. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/buffer.h"

#include "cli/call.h"

#define HELP_BYTES_MAX ((size_t)256 * 1024)

void help_overview(struct buffer *out);                               /* all commands */
void help_group(const char *group, struct buffer *out);               /* those of a group; nothing for an unknown one */
void help_command(const struct command *command, struct buffer *out); /* one, with its flags */
