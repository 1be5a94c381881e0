/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buffer.h"
#include "common/base/clock.h"
#include "common/base/parse.h"

/* No text passes its cut, an escaped byte has at most 6 characters: a line never overflows this. */
#define LINE_BYTES_MAX ((size_t)6 * (LOG_MESSAGE_BYTES + LOG_INSTANCE_BYTES + (LOG_FIELDS_MAX + 1) * LOG_VALUE_BYTES))

static const char *const level_texts[] = {
#define X(name, text) [LOG_##name] = (text),
    LOG_LEVELS(X)
#undef X
};

/* Written before the first thread starts, except the counts. */
static struct {
    const char *service;
    const char *version;
    char instance[LOG_INSTANCE_BYTES];
    enum log_level level;
    enum log_format format;
    _Atomic uint64_t counts[ARRAY_LENGTH(level_texts)];
} logger = {.service = "", .version = "", .level = LOG_INFO, .format = LOG_TEXT};

void log_init(const char *service, const char *version, enum log_level level, enum log_format format)
{
    logger.service = service;
    logger.version = version;
    logger.level = level;
    logger.format = format;
}

void log_set_instance(const char *instance)
{
    (void)snprintf(logger.instance, sizeof(logger.instance), "%s", instance == NULL ? "" : instance);
}

const char *log_level_text(enum log_level level)
{
    return level_texts[level];
}

bool log_is_enabled(enum log_level level)
{
    return level <= logger.level;
}

uint64_t log_count(enum log_level level)
{
    return atomic_load_explicit(&logger.counts[level], memory_order_relaxed);
}

static void append_json_member(struct buffer *line, const char *key, const char *value)
{
    buffer_append_format(line, ",\"%s\":", key);
    buffer_append_json(line, value, strnlen(value, LOG_VALUE_BYTES));
}

static void build_json(struct buffer *line, enum log_level level, const char *event, const char *message,
                       const struct log_field *fields)
{
    char time[CLOCK_TEXT_BYTES];
    buffer_append_format(line, "{\"ts\":\"%s\",\"level\":\"%s\"", clock_format_us(clock_wall_us(), time),
                         level_texts[level]);
    append_json_member(line, "event", event);
    buffer_append_text(line, ",\"msg\":");
    buffer_append_json(line, message, strlen(message));
    append_json_member(line, "service", logger.service);
    append_json_member(line, "version", logger.version);
    if (logger.instance[0] != '\0')
        append_json_member(line, "instance", logger.instance);
    for (int i = 0; fields != NULL && fields[i].key != NULL && i < LOG_FIELDS_MAX; i++) {
        if (fields[i].value != NULL)
            append_json_member(line, fields[i].key, fields[i].value);
    }
    buffer_append_text(line, "}\n");
}

/* Control characters (U+0080 to U+009F are some, too) would let a text from outside forge lines or
 * drive the terminal. */
static bool is_control(const unsigned char *character, size_t length)
{
    return length == 0 || character[0] < 0x20 || character[0] == 0x7f || (character[0] == 0xc2 && character[1] < 0xa0);
}

static void append_printable(struct buffer *line, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t character_length = parse_utf8_length(text + i, length - i);
        if (is_control((const unsigned char *)text + i, character_length)) {
            buffer_append_format(line, "\\x%02x", (unsigned char)text[i]);
            i++;
        } else {
            buffer_append(line, text + i, character_length);
            i += character_length;
        }
    }
}

static void build_text(struct buffer *line, enum log_level level, const char *message, const struct log_field *fields)
{
    char time[CLOCK_TEXT_BYTES];
    (void)clock_format(clock_wall_ms(), time);
    buffer_append_format(line, "%.12s %-7s ", time + 11, level_texts[level]);
    append_printable(line, message, strlen(message));
    for (int i = 0; fields != NULL && fields[i].key != NULL && i < LOG_FIELDS_MAX; i++) {
        if (fields[i].value == NULL)
            continue;
        buffer_append_format(line, " %s=", fields[i].key);
        append_printable(line, fields[i].value, strnlen(fields[i].value, LOG_VALUE_BYTES));
    }
    buffer_append_char(line, '\n');
}

/* A log that cannot be written must not stop the work, so anything but an interruption drops the
 * line. */
static void write_line(const struct buffer *line)
{
    ssize_t count;
    do {
        count = write(STDERR_FILENO, line->bytes, line->length);
    } while (count < 0 && errno == EINTR);
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, const char *format, ...)
{
    int saved_errno = errno;
    char message[LOG_MESSAGE_BYTES];
    if (!log_is_enabled(level))
        return;
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(message, sizeof(message), format, arguments) < 0)
        message[0] = '\0';
    va_end(arguments);
    CLEANUP(buffer_deinit) struct buffer line;
    buffer_init(&line, LINE_BYTES_MAX);
    if (logger.format == LOG_JSON)
        build_json(&line, level, event, message, fields);
    else
        build_text(&line, level, message, fields);
    atomic_fetch_add_explicit(&logger.counts[level], 1, memory_order_relaxed);
    write_line(&line);
    errno = saved_errno;
}

/* Adds to a line of size bytes whose text ends at *length; only functions that a signal handler may call. */
static void put(char *line, size_t size, size_t *length, const char *text)
{
    size_t text_length = strnlen(text, size - *length);
    memcpy(line + *length, text, text_length);
    *length += text_length;
}

void log_from_signal(enum log_level level, const char *event, const char *text)
{
    char time[CLOCK_TEXT_BYTES];
    char line[1024];
    size_t length = 0;
    const char *const json[] = {"{\"ts\":\"",
                                clock_format_us(clock_wall_us(), time),
                                "\",\"level\":\"",
                                level_texts[level],
                                "\",\"event\":\"",
                                event,
                                "\",\"msg\":\"",
                                text,
                                "\",\"service\":\"",
                                logger.service,
                                "\",\"version\":\"",
                                logger.version,
                                "\"}\n",
                                NULL};
    const char *const plain[] = {time + 11, " ", level_texts[level], " ", text, "\n", NULL};
    int saved_errno = errno;
    for (const char *const *part = logger.format == LOG_JSON ? json : plain; *part != NULL; part++)
        put(line, sizeof(line), &length, *part);
    (void)!write(STDERR_FILENO, line, length);
    errno = saved_errno;
}
