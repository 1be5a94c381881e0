#pragma once
/*
 * A command line, understood: which command of the table, its argument and its flags. Flags are written --name VALUE or
 * --name=VALUE (some also -n), in any order, before or after the argument; after -- everything is an argument. Borrowed
 * from argv. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#include "cli/exit_code.h"

#define CALL_FLAGS_MAX 64

struct call;

struct flag {
    const char *name;  /* "url" */
    const char *value; /* "URL"; NULL: the flag stands alone */
    const char *text;
    char letter; /* 'f' for -f; 0: none */
    bool is_required, is_repeatable;
};

enum command_argument {
    COMMAND_NO_ARGUMENT,
    COMMAND_NEEDS_ID,   /* as an argument or as --id */
    COMMAND_TAKES_TOPIC /* none, a topic, or a group and a command */
};

struct command {
    const char *group; /* "webhook" */
    const char *name;  /* "create"; NULL: the group is the command */
    enum command_argument argument;
    const char *summary;
    const char *details;      /* more help; may be NULL */
    const struct flag *flags; /* besides --json, --help and --id; ends with a zeroed one; may be NULL */
    enum exit_code (*run)(const struct call *call);
};

struct given_flag {
    const struct flag *flag;
    const char *value; /* "" for one that stands alone */
};

struct call {
    const struct command *command;          /* NULL: help about `group` is wanted, or about everything */
    const char *group;                      /* as in the table; may be NULL */
    const char *argument, *second_argument; /* NULL: not given */
    bool is_json, wants_help;
    bool is_incomplete; /* no command was named, so help is not what was asked for */
    struct given_flag flags[CALL_FLAGS_MAX];
    size_t flag_count;
};

extern const struct flag call_flags[]; /* those that every command has; ends with a zeroed one */
extern const struct flag call_id_flag; /* of commands with the argument ID */

/* -EINVAL with what is wrong and, if something is near, what may have been meant. call_out->command is set as soon as
 * it is known. */
MUST_CHECK int call_parse(const struct command *commands, size_t command_count, int argc, const char *const *argv,
                          struct call *call_out, struct error *error);

/* The value of a flag, NULL when it is not given. The command has such a flag (asserted). */
const char *call_value(const struct call *call, const char *name);
bool call_has(const struct call *call, const char *name);
/* The next value of a repeatable flag; *position starts at 0. NULL: no more. */
const char *call_next_value(const struct call *call, const char *name, size_t *position);
