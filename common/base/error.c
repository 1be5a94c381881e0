/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Adds to the end of a text of ERROR_TEXT_BYTES, as much as fits. */
static void append(char *text, const char *more)
{
    size_t used = strlen(text);
    size_t length = strnlen(more, ERROR_TEXT_BYTES - 1 - used);
    memcpy(text + used, more, length);
    text[used + length] = '\0';
}

/* Formats beside the old text first: it may be one of the arguments. suffix may be NULL. */
PRINTF_LIKE(3, 0)

static void set_text(struct error *error, const char *suffix, const char *format, va_list arguments)
{
    char text[ERROR_TEXT_BYTES];
    if (error == NULL)
        return;
    if (vsnprintf(text, sizeof(text), format, arguments) < 0)
        text[0] = '\0';
    if (suffix != NULL) {
        append(text, ": ");
        append(text, suffix);
    }
    memcpy(error->text, text, strlen(text) + 1);
}

int error_set(struct error *error, int code, const char *format, ...)
{
    va_list arguments;
    assert(code > 0);
    va_start(arguments, format);
    set_text(error, NULL, format, arguments);
    va_end(arguments);
    return -code;
}

int error_prefix(struct error *error, int code, const char *format, ...)
{
    va_list arguments;
    assert(code < 0);
    va_start(arguments, format);
    set_text(error, error == NULL ? NULL : error->text, format, arguments);
    va_end(arguments);
    return code;
}
