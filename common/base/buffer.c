/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/parse.h"

#define CAPACITY_MIN 64

void buffer_init(struct buffer *buffer, size_t max_bytes)
{
    assert(max_bytes < SIZE_MAX / 4); /* sizes below can be added and doubled without a check */
    *buffer = (struct buffer){.max_bytes = max_bytes};
}

void buffer_deinit(struct buffer *buffer)
{
    if (buffer == NULL)
        return;
    free(buffer->bytes);
    *buffer = (struct buffer){.max_bytes = buffer->max_bytes};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->is_overflowed = false;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

/* Room for length more bytes and the NUL. False: it would pass the maximum, or something before it
 * did: what follows a gap is of no use. */
static bool reserve(struct buffer *buffer, size_t length)
{
    if (buffer->is_overflowed || length > buffer->max_bytes - buffer->length) {
        buffer->is_overflowed = true;
        return false;
    }
    size_t needed = buffer->length + length + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity * 2 < CAPACITY_MIN ? CAPACITY_MIN : buffer->capacity * 2;
    if (capacity > buffer->max_bytes + 1)
        capacity = buffer->max_bytes + 1;
    if (capacity < needed)
        capacity = needed;
    buffer->bytes = alloc_resized(buffer->bytes, capacity, 1);
    buffer->capacity = capacity;
    return true;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (!reserve(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_append_char(struct buffer *buffer, char byte)
{
    buffer_append(buffer, &byte, 1);
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    if (!reserve(buffer, (size_t)length))
        return;
    va_start(arguments, format);
    (void)vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}

/* Bytes at the start that may stand in a JSON string as they are. */
static size_t plain_length(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f)
            break;
        size_t sequence_length = byte < 0x80 ? 1 : parse_utf8_length(text + i, length - i);
        if (sequence_length == 0)
            break;
        i += sequence_length;
    }
    return i;
}

static void append_escaped(struct buffer *buffer, unsigned char byte)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* byte and letter in turn */
    if (byte >= 0x80) {
        buffer_append_text(buffer, "\xef\xbf\xbd"); /* U+FFFD */
        return;
    }
    for (size_t i = 0; i + 1 < sizeof(named); i += 2) {
        if (byte == (unsigned char)named[i]) {
            buffer_append(buffer, (const char[]){'\\', named[i + 1]}, 2);
            return;
        }
    }
    buffer_append_format(buffer, "\\u%04x", byte);
}

void buffer_append_json(struct buffer *buffer, const char *text, size_t length)
{
    size_t length_before = buffer->length;
    if (text == NULL) {
        buffer_append_text(buffer, "null");
        return;
    }
    buffer_append_char(buffer, '"');
    for (size_t i = 0; i < length && !buffer->is_overflowed;) {
        size_t plain = plain_length(text + i, length - i);
        buffer_append(buffer, text + i, plain);
        i += plain;
        if (i < length)
            append_escaped(buffer, (unsigned char)text[i++]);
    }
    buffer_append_char(buffer, '"');
    if (buffer->is_overflowed && buffer->bytes != NULL) { /* whole or not at all */
        buffer->length = length_before;
        buffer->bytes[length_before] = '\0';
    }
}

char *buffer_take(struct buffer *buffer)
{
    char *bytes = buffer->bytes == NULL ? alloc_text("") : buffer->bytes;
    *buffer = (struct buffer){.max_bytes = buffer->max_bytes};
    return bytes;
}
