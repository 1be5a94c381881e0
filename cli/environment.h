#pragma once
/*
 * The environment variables that kt reads, from the table variables.def. SPDX-License-Identifier: Apache-2.0
 */
#define VARIABLE(id, name, text) VARIABLE_##id,

enum variable {
#include "cli/variables.def"
    VARIABLE_COUNT
};

#undef VARIABLE

const char *environment_name(enum variable variable);
const char *environment_help(enum variable variable);
const char *environment_text(enum variable variable); /* NULL: not set, or empty */
