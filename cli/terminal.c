/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/inert.h"
#include "common/base/parse.h"

#include "cli/environment.h"

#define MESSAGE_BYTES  4096
#define LINE_BYTES_MAX 32768 /* every byte of a message written out */
#define WIDTH_DEFAULT  80
#define WIDTH_SMALLEST 20

bool terminal_is_shown(void)
{
    return isatty(STDOUT_FILENO) == 1;
}

static size_t width(void)
{
    struct winsize size;
    int64_t columns;
    const char *text = environment_text(VARIABLE_COLUMNS);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_SMALLEST)
        return size.ws_col;
    if (text != NULL && parse_int64(text, strlen(text), &columns) == 0 && columns >= WIDTH_SMALLEST && columns < 10000)
        return (size_t)columns;
    return WIDTH_DEFAULT;
}

struct table_look terminal_look(void)
{
    const char *terminal = getenv("TERM");
    bool is_dumb = terminal != NULL && strcmp(terminal, "dumb") == 0;
    bool has_colour = !is_dumb && environment_text(VARIABLE_NO_COLOR) == NULL;
    if (!terminal_is_shown())
        return (struct table_look){0};
    return (struct table_look){.width_max = width(), .has_colour = has_colour};
}

void terminal_write(const struct buffer *text)
{
    (void)fwrite(text->bytes, 1, text->length, stdout); /* whether all of it arrived is asked once, at the end */
}

/* The prefix and suffix as they are, and the text between them inert. */
static void print_message(const char *prefix, const char *text, const char *suffix)
{
    CLEANUP(buffer_deinit) struct buffer line;
    buffer_init(&line, LINE_BYTES_MAX);
    buffer_append_text(&line, prefix);
    inert_append(&line, text, strlen(text));
    buffer_append_text(&line, suffix);
    (void)fwrite(line.bytes, 1, line.length, stderr);
}

void terminal_note(const char *format, ...)
{
    char text[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_message("", text, "\n");
}

/* "kt webhook create", "kt webhook" or "kt". */
static void command_name(const struct call *call, char name_out[static 64])
{
    const char *name = call->command != NULL ? call->command->name : NULL;
    (void)snprintf(name_out, 64, "kt%s%s%s%s", call->group != NULL ? " " : "", call->group != NULL ? call->group : "",
                   name != NULL ? " " : "", name != NULL ? name : "");
}

enum exit_code terminal_error(const struct call *call, enum exit_code code, const char *format, ...)
{
    char name[64], prefix[80], text[MESSAGE_BYTES];
    va_list arguments;
    command_name(call, name);
    (void)snprintf(prefix, sizeof prefix, "%s: ", name);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_message(prefix, text, "\n");
    return code;
}

enum exit_code terminal_usage_error(const struct call *call, const char *format, ...)
{
    char name[64], prefix[80], suffix[96], text[MESSAGE_BYTES];
    va_list arguments;
    command_name(call, name);
    (void)snprintf(prefix, sizeof prefix, "%s: ", name);
    (void)snprintf(suffix, sizeof suffix, "\n%s --help shows how.\n", name);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_message(prefix, text, suffix);
    return EXIT_CODE_USAGE;
}

bool terminal_can_ask(void)
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

bool terminal_confirm(const char *format, ...)
{
    char answer[16], text[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_message("", text, " [y/N] ");
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}
