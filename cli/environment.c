/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/environment.h"

#include <stdlib.h>

static const struct {
    const char *name, *text;
} variables[] = {

#define VARIABLE(id, name, text) [VARIABLE_##id] = {name, text},
#include "cli/variables.def"
#undef VARIABLE
};

const char *environment_name(enum variable variable)
{
    return variables[variable].name;
}

const char *environment_help(enum variable variable)
{
    return variables[variable].text;
}

const char *environment_text(enum variable variable)
{
    const char *text = getenv(variables[variable].name);
    return text != NULL && text[0] != '\0' ? text : NULL;
}
