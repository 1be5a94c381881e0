#pragma once
/*
 * Where kt's words go: data to standard output, messages to standard error, questions to a person. Whatever came from
 * outside is made inert on the way. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"

#include "cli/call.h"
#include "cli/table.h"

/* How wide and colourful standard output may be: no limit and no colour when it is no terminal. */
struct table_look terminal_look(void);
bool terminal_is_shown(void); /* standard output is a terminal */

void terminal_write(const struct buffer *text); /* data, as it is */

/* A message: one line. */
void terminal_note(const char *format, ...) PRINTF_LIKE(1, 2);
/* "kt webhook create: …", and the code handed through. */
enum exit_code terminal_error(const struct call *call, enum exit_code code, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same for a command line that cannot be right, with a hint at the help. Returns EXIT_CODE_USAGE. */
enum exit_code terminal_usage_error(const struct call *call, const char *format, ...) PRINTF_LIKE(2, 3);

/* Is there a person to ask? */
bool terminal_can_ask(void);
/* True when the person types y or yes. */
bool terminal_confirm(const char *format, ...) PRINTF_LIKE(1, 2);
