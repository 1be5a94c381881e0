/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/raw_json.h"

#include <string.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t skip_blank(const char *text, size_t length, size_t at)
{
    while (at < length && is_blank(text[at]))
        at++;
    return at;
}

/* One past the closing quote of the string that starts at `at`; 0: it does not end. */
static size_t string_end(const char *text, size_t length, size_t at)
{
    for (at++; at < length; at++) {
        if (text[at] == '\\')
            at++;
        else if (text[at] == '"')
            return at + 1;
    }
    return 0;
}

size_t raw_json_length(const char *text, size_t length)
{
    size_t depth = 0;
    for (size_t at = 0; at < length;) {
        char byte = text[at];
        if (byte == '"') {
            at = string_end(text, length, at);
            if (at == 0 || depth == 0)
                return at;
            continue;
        }
        bool is_end = byte == '}' || byte == ']' || byte == ',' || is_blank(byte);
        if (depth == 0 && is_end)
            return at; /* of a number or a word */
        at++;
        if (byte == '{' || byte == '[')
            depth++;
        else if ((byte == '}' || byte == ']') && --depth == 0)
            return at;
    }
    return depth == 0 ? length : 0;
}

struct raw_json raw_json_member(const char *text, size_t length, const char *name)
{
    const struct raw_json none = {NULL, 0};
    size_t name_length = strlen(name);
    size_t at = skip_blank(text, length, 0);
    if (at == length || text[at] != '{')
        return none;
    at = skip_blank(text, length, at + 1);
    while (at < length && text[at] == '"') {
        const char *key = text + at + 1;
        size_t key_end = string_end(text, length, at);
        size_t colon = key_end == 0 ? length : skip_blank(text, length, key_end);
        if (colon == length || text[colon] != ':')
            return none;
        size_t start = skip_blank(text, length, colon + 1);
        size_t value_length = raw_json_length(text + start, length - start);
        if (value_length == 0)
            return none;
        if ((size_t)(text + key_end - 1 - key) == name_length && memcmp(key, name, name_length) == 0)
            return (struct raw_json){text + start, value_length};
        at = skip_blank(text, length, start + value_length);
        if (at < length && text[at] == ',')
            at = skip_blank(text, length, at + 1);
    }
    return none;
}
