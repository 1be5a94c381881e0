/* SPDX-License-Identifier: Apache-2.0 */
#include "api/render.h"

#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"

json_t *render_time(int64_t wall_ms)
{
    char text[CLOCK_TEXT_BYTES];
    return wall_ms == 0 ? json_null() : json_string(clock_format(wall_ms, text));
}

json_t *render_text(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

json_t *render_number(int64_t number)
{
    return number == 0 ? json_null() : json_integer(number);
}

/* ISO 8859-1 → UTF-8; the caller frees. */
static char *latin1_text(const char *text, size_t length, size_t *length_out)
{
    char *utf8 = alloc_bytes(2 * length + 1);
    size_t size = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x80) {
            utf8[size++] = (char)byte;
        } else {
            utf8[size++] = (char)(0xC0 | (byte >> 6));
            utf8[size++] = (char)(0x80 | (byte & 0x3F));
        }
    }
    utf8[size] = '\0';
    *length_out = size;
    return utf8;
}

static json_t *render_latin1(const char *text, size_t length)
{
    size_t size;
    CLEANUP(free_pointer) char *utf8 = latin1_text(text, length, &size);
    return json_stringn(utf8, size);
}

static void add_header(json_t *headers, const char *line, size_t length)
{
    size_t size, value_size;
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || colon == line)
        return;
    CLEANUP(free_pointer) char *name = latin1_text(line, (size_t)(colon - line), &size);
    const char *value = colon + 1;
    const char *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    json_t *earlier = json_object_get(headers, name);
    if (earlier == NULL) {
        json_object_set_new(headers, name, render_latin1(value, (size_t)(end - value)));
        return;
    }
    CLEANUP(free_pointer) char *more = latin1_text(value, (size_t)(end - value), &value_size);
    json_object_set_new(headers, name, json_sprintf("%s, %s", json_string_value(earlier), more));
}

json_t *render_head(const char *head, size_t size, json_t **first_line_out)
{
    json_t *headers = json_object();
    const char *end = head + size;
    *first_line_out = NULL;
    while (head < end) {
        const char *line_end = memchr(head, '\n', (size_t)(end - head));
        if (line_end == NULL && *first_line_out != NULL)
            break; /* cut off */
        const char *next = line_end == NULL ? end : line_end + 1;
        size_t length = (size_t)((line_end == NULL ? end : line_end) - head);
        if (length > 0 && head[length - 1] == '\r')
            length--;
        if (*first_line_out == NULL)
            *first_line_out = render_latin1(head, length);
        else
            add_header(headers, head, length);
        head = next;
    }
    if (*first_line_out == NULL)
        *first_line_out = json_null();
    return headers;
}
