/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/copy.h"

#include <endian.h>
#include <string.h>

const char copy_header[COPY_HEADER_BYTES] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* signature, no flags, no extension */
const char copy_trailer[COPY_TRAILER_BYTES] = {'\377', '\377'};

#define EPOCH_MS 946684800000 /* 2000-01-01 in Unix milliseconds: where PostgreSQL counts from */

static void append_int16(struct buffer *buffer, int16_t number)
{
    uint16_t bytes = htobe16((uint16_t)number);
    buffer_append(buffer, &bytes, sizeof(bytes));
}

static void append_int32(struct buffer *buffer, int32_t number)
{
    uint32_t bytes = htobe32((uint32_t)number);
    buffer_append(buffer, &bytes, sizeof(bytes));
}

static void append_null(struct buffer *buffer)
{
    append_int32(buffer, -1);
}

static void append_field(struct buffer *buffer, const void *bytes, size_t size)
{
    append_int32(buffer, (int32_t)size); /* a record is far smaller */
    buffer_append(buffer, bytes, size);
}

void copy_row(struct buffer *buffer, int16_t field_count)
{
    append_int16(buffer, field_count);
}

void copy_time(struct buffer *buffer, int64_t wall_ms)
{
    copy_int64(buffer, (wall_ms - EPOCH_MS) * 1000);
}

void copy_int32(struct buffer *buffer, int64_t number)
{
    int64_t clamped = number < INT32_MIN ? INT32_MIN : number > INT32_MAX ? INT32_MAX : number;
    uint32_t bytes = htobe32((uint32_t)clamped);
    append_field(buffer, &bytes, sizeof(bytes));
}

void copy_int64(struct buffer *buffer, int64_t number)
{
    uint64_t bytes = htobe64((uint64_t)number);
    append_field(buffer, &bytes, sizeof(bytes));
}

void copy_bool(struct buffer *buffer, bool is_true)
{
    char byte = is_true ? 1 : 0;
    append_field(buffer, &byte, 1);
}

void copy_text(struct buffer *buffer, const char *text)
{
    append_field(buffer, text, strlen(text));
}

void copy_optional_time(struct buffer *buffer, int64_t wall_ms)
{
    if (wall_ms == 0)
        append_null(buffer);
    else
        copy_time(buffer, wall_ms);
}

void copy_optional_int32(struct buffer *buffer, int64_t number)
{
    if (number == 0)
        append_null(buffer);
    else
        copy_int32(buffer, number);
}

void copy_optional_text(struct buffer *buffer, const char *text)
{
    if (text[0] == '\0')
        append_null(buffer);
    else
        copy_text(buffer, text);
}

void copy_optional_bytes(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        append_null(buffer);
    else
        append_field(buffer, bytes, size);
}
