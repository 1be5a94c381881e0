/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/inert.h"

#include <stdbool.h>
#include <stdint.h>

#include "common/base/parse.h"

#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"

/* The character of a well-formed sequence. */
static uint32_t decode(const char *text, size_t length)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t character = (unsigned char)text[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        character = character << 6 | ((unsigned char)text[i] & 0x3f);
    return character;
}

/* Does a terminal obey it instead of showing it? Unicode 15: Cc, and those of Cf and Z* that reorder or break lines. */
static bool is_obeyed(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character <= 0x9f) || character == 0x061c || character == 0xfeff ||
           (character >= 0x200e && character <= 0x200f) || (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

static void append_written_out(struct buffer *out, uint32_t character)
{
    switch (character) {
    case '\n':
        buffer_append_text(out, "\\n");
        return;
    case '\r':
        buffer_append_text(out, "\\r");
        return;
    case '\t':
        buffer_append_text(out, "\\t");
        return;
    default:
        buffer_append_format(out, character < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)character);
    }
}

void inert_append(struct buffer *out, const char *text, size_t length)
{
    size_t size;
    for (size_t i = 0; i < length; i += size) {
        size = parse_utf8_length(text + i, length - i);
        if (size == 0 && text[i] != '\0') {
            buffer_append_text(out, REPLACEMENT_CHARACTER);
            size = 1;
            continue;
        }
        size = size == 0 ? 1 : size;
        uint32_t character = decode(text + i, size);
        if (is_obeyed(character))
            append_written_out(out, character);
        else
            buffer_append(out, text + i, size);
    }
}

void inert_append_json(struct buffer *out, const char *json, size_t length)
{
    size_t size;
    for (size_t i = 0; i < length; i += size) {
        size = parse_utf8_length(json + i, length - i);
        if (size == 0) {
            buffer_append_text(out, REPLACEMENT_CHARACTER);
            size = 1;
            continue;
        }
        uint32_t character = decode(json + i, size);
        if (character >= 0x7f && is_obeyed(character))
            buffer_append_format(out, "\\u%04x", (unsigned)character);
        else
            buffer_append(out, json + i, size);
    }
}
