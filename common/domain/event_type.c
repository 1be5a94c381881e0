/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/event_type.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} types[] = {

#define EVENT_TYPE(id, name, prefix, text) [EVENT_TYPE_##id] = {name, text},
#include "common/domain/event_types.def"
#undef EVENT_TYPE
};

const char *event_type_name(enum event_type type)
{
    assert(type < EVENT_TYPE_COUNT);
    return types[type].name;
}

const char *event_type_text(enum event_type type)
{
    assert(type < EVENT_TYPE_COUNT);
    return types[type].text;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

/* How many words there are, separated by single dots; 0 when it is anything else. */
static size_t count_words(const char *name, size_t length)
{
    size_t count = 1;
    bool is_in_word = false;
    for (size_t i = 0; i < length; i++) {
        if (is_word_byte(name[i])) {
            is_in_word = true;
        } else if (name[i] == '.' && is_in_word) {
            is_in_word = false;
            count++;
        } else {
            return 0;
        }
    }
    return is_in_word ? count : 0;
}

bool event_type_is_valid(const char *name, size_t length)
{
    return length <= EVENT_TYPE_BYTES_MAX && count_words(name, length) >= 2;
}

bool event_type_is_builtin(const char *name, size_t length)
{
    for (size_t i = 0; i < EVENT_TYPE_COUNT; i++) {
        if (strlen(types[i].name) == length && memcmp(types[i].name, name, length) == 0)
            return true;
    }
    return false;
}

bool event_pattern_is_valid(const char *pattern, size_t length)
{
    if (length == 1 && pattern[0] == '*')
        return true;
    if (length > EVENT_TYPE_BYTES_MAX)
        return false;
    if (length > 2 && memcmp(pattern + length - 2, ".*", 2) == 0)
        return count_words(pattern, length - 2) >= 1;
    return event_type_is_valid(pattern, length);
}

bool event_pattern_matches(const char *pattern, const char *type)
{
    size_t length = strlen(pattern);
    if (strcmp(pattern, "*") == 0)
        return true;
    if (length > 2 && strcmp(pattern + length - 2, ".*") == 0)
        return strncmp(pattern, type, length - 1) == 0; /* the dot included */
    return strcmp(pattern, type) == 0;
}
