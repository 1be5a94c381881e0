/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/settings_value.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/parse.h"

#define WANTED_BYTES_MAX 256
#define SHOWN_BYTES_MAX  100 /* of a wrong value, in the message */

struct unit {
    const char *text;
    int64_t factor;
};

static const struct unit duration_units[] = {
    {"d",  86400000},
    {"h",  3600000 },
    {"m",  60000   },
    {"s",  1000    },
    {"ms", 1       },
};

static const struct unit size_units[] = {
    {"GiB", 1 << 30},
    {"MiB", 1 << 20},
    {"KiB", 1 << 10},
    {"",    1      },
};

const char *settings_type_text(enum setting_type type)
{
    static const char *const texts[] = {
        [SETTING_TEXT] = "text",          [SETTING_SECRET] = "secret",     [SETTING_BOOL] = "true or false",
        [SETTING_COUNT] = "number",       [SETTING_DURATION] = "duration", [SETTING_SIZE] = "size",
        [SETTING_LIST] = "list of texts",
    };
    return texts[type];
}

/* The largest unit that leaves a whole number; zero has the smallest. */
static void write_with_unit(struct buffer *out, int64_t value, const struct unit *units, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && (value == 0 || value % units[i].factor != 0))
        i++;
    buffer_append_format(out, "%" PRId64 "%s", value / units[i].factor, units[i].text);
}

static void write_number(enum setting_type type, int64_t value, struct buffer *out)
{
    if (type == SETTING_DURATION)
        write_with_unit(out, value, duration_units, ARRAY_LENGTH(duration_units));
    else if (type == SETTING_SIZE)
        write_with_unit(out, value, size_units, ARRAY_LENGTH(size_units));
    else
        buffer_append_format(out, "%" PRId64, value);
}

void settings_value_write_range(const struct setting *row, struct buffer *out)
{
    if (row->type == SETTING_BOOL)
        return;
    write_number(row->type, row->min, out);
    buffer_append_text(out, " to ");
    write_number(row->type, row->max, out);
    if (row->type == SETTING_TEXT || row->type == SETTING_SECRET)
        buffer_append_text(out, " bytes");
    if (row->type == SETTING_LIST)
        buffer_append_text(out, " texts");
}

void settings_value_write_wanted(const struct setting *row, struct buffer *out)
{
    static const char *const kinds[] = {
        [SETTING_TEXT] = "a text of ",
        [SETTING_SECRET] = "a text of ",
        [SETTING_BOOL] = "true or false",
        [SETTING_COUNT] = "a whole number from ",
        [SETTING_DURATION] = "a duration (250ms, 5s, 10m, 2h, 7d) from ",
        [SETTING_SIZE] = "a size (4096, 64KiB, 8MiB) from ",
        [SETTING_LIST] = "a list of ",
    };
    buffer_append_text(out, kinds[row->type]);
    settings_value_write_range(row, out);
}

/* The error of a value: what it is (unless secret), what is wrong, and what would be right. */
static int refuse(const struct setting *row, struct settings_text text, const char *fault, struct error *error)
{
    CLEANUP(buffer_deinit) struct buffer wanted;
    CLEANUP(buffer_deinit) struct buffer shown;
    buffer_init(&wanted, WANTED_BYTES_MAX);
    buffer_init(&shown, (size_t)6 * SHOWN_BYTES_MAX + 2);
    settings_value_write_wanted(row, &wanted);
    if (row->type == SETTING_SECRET)
        buffer_append_text(&shown, "the value (not shown)");
    else
        buffer_append_json(&shown, text.bytes, text.length > SHOWN_BYTES_MAX ? SHOWN_BYTES_MAX : text.length);
    return error_set(error, EINVAL, "%s %s; wanted: %s", shown.bytes, fault, wanted.bytes);
}

/* A control character in a value ends up in a header, a path or a log line, where it only does harm. */
static bool is_plain(struct settings_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x20 || byte == 0x7f)
            return false;
    }
    return parse_is_utf8(text.bytes, text.length);
}

static int set_text(const struct setting *row, char **field, struct settings_text text, struct error *error)
{
    if ((int64_t)text.length < row->min || (int64_t)text.length > row->max)
        return refuse(row, text, text.length == 0 ? "is empty" : "has a wrong length", error);
    free(*field);
    *field = alloc_text_n(text.bytes, text.length);
    return 0;
}

static int set_bool(const struct setting *row, bool *field, struct settings_text text, struct error *error)
{
    if (parse_bool(text.bytes, text.length, field) < 0)
        return refuse(row, text, "is neither", error);
    return 0;
}

static int set_number(const struct setting *row, int64_t *field, struct settings_text text, struct error *error)
{
    int64_t value = 0;
    int status;
    if (row->type == SETTING_DURATION)
        status = parse_duration_ms(text.bytes, text.length, &value);
    else if (row->type == SETTING_SIZE)
        status = parse_size(text.bytes, text.length, &value);
    else
        status = parse_int64(text.bytes, text.length, &value);
    if (status == -EINVAL)
        return refuse(row, text, "cannot be read", error);
    if (status < 0 || value < row->min || value > row->max)
        return refuse(row, text, "is out of range", error);
    *field = value;
    return 0;
}

int settings_value_set(const struct setting *row, void *field, struct settings_text text, struct error *error)
{
    if (!is_plain(text))
        return refuse(row, text, "has a control character or is not UTF-8", error);
    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        return set_text(row, field, text, error);
    case SETTING_BOOL:
        return set_bool(row, field, text, error);
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
        return set_number(row, field, text, error);
    case SETTING_LIST:
        return refuse(row, text, "is not a list", error);
    }
    assert(false); /* not a type */
    return -EINVAL;
}

static void free_list(struct settings_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct settings_list){0};
}

int settings_value_set_items(const struct setting *row, void *field, const struct settings_text *items, size_t count,
                             struct error *error)
{
    struct settings_list *list = field;
    assert(row->type == SETTING_LIST && row->max <= SETTINGS_LIST_MAX);
    if ((int64_t)count < row->min || (int64_t)count > row->max) {
        CLEANUP(buffer_deinit) struct buffer wanted;
        buffer_init(&wanted, WANTED_BYTES_MAX);
        settings_value_write_wanted(row, &wanted);
        return error_set(error, EINVAL, "%zu texts are given; wanted: %s", count, wanted.bytes);
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i].length == 0 || items[i].length > SETTINGS_ITEM_BYTES_MAX)
            return refuse(row, items[i], "is empty or too long for an item", error);
        if (!is_plain(items[i]))
            return refuse(row, items[i], "has a control character or is not UTF-8", error);
    }
    free_list(list);
    list->items = alloc_zeroed(count, sizeof(*list->items));
    for (; list->count < count; list->count++)
        list->items[list->count] = alloc_text_n(items[list->count].bytes, items[list->count].length);
    return 0;
}

static struct settings_text trimmed(struct settings_text text)
{
    while (text.length > 0 && text.bytes[0] == ' ') {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && text.bytes[text.length - 1] == ' ')
        text.length--;
    return text;
}

int settings_value_set_commas(const struct setting *row, void *field, struct settings_text text, struct error *error)
{
    struct settings_text items[SETTINGS_LIST_MAX];
    size_t count = 0;
    const char *end = text.bytes + text.length;
    for (const char *at = text.bytes; text.length > 0; at++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *item_end = comma == NULL ? end : comma;
        if (count == SETTINGS_LIST_MAX)
            return refuse(row, text, "has too many items", error);
        items[count++] = trimmed((struct settings_text){at, (size_t)(item_end - at)});
        if (comma == NULL)
            break;
        at = comma;
    }
    return settings_value_set_items(row, field, items, count, error);
}

static bool is_text(const struct setting *row)
{
    return row->type == SETTING_TEXT || row->type == SETTING_SECRET;
}

void settings_value_init(const struct setting *row, void *field)
{
    static const size_t sizes[] = {
#define X(name, c_type) [SETTING_##name] = sizeof(c_type),
        SETTINGS_TYPES(X)
#undef X
    };
    struct error error = {""};
    struct settings_text fallback = {row->fallback, strlen(row->fallback)};
    memset(field, 0, sizes[row->type]);
    if (is_text(row) && fallback.length == 0) { /* allowed to break min: see settings_value_is_missing() */
        *(char **)field = alloc_text("");
        return;
    }
    int status = row->type == SETTING_LIST ? settings_value_set_commas(row, field, fallback, &error)
                                           : settings_value_set(row, field, fallback, &error);
    assert(status == 0); /* the table is wrong */
}

void settings_value_free(const struct setting *row, void *field)
{
    if (is_text(row)) {
        free(*(char **)field);
        *(char **)field = NULL;
    } else if (row->type == SETTING_LIST) {
        free_list(field);
    }
}

bool settings_value_is_missing(const struct setting *row, const void *field)
{
    return is_text(row) && row->min > 0 && **(char *const *)field == '\0';
}

static void write_list(const struct settings_list *list, struct buffer *out)
{
    buffer_append_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        buffer_append_text(out, i == 0 ? "" : ", ");
        buffer_append_json(out, list->items[i], strlen(list->items[i]));
    }
    buffer_append_char(out, ']');
}

void settings_value_write(const struct setting *row, const void *field, struct buffer *out)
{
    switch (row->type) {
    case SETTING_TEXT: {
        const char *text = *(char *const *)field;
        buffer_append_json(out, text, strlen(text));
        return;
    }
    case SETTING_SECRET:
        buffer_append_text(out, **(char *const *)field == '\0' ? "\"\"" : "\"***\"");
        return;
    case SETTING_BOOL:
        buffer_append_text(out, *(const bool *)field ? "true" : "false");
        return;
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
        write_number(row->type, *(const int64_t *)field, out);
        return;
    case SETTING_LIST:
        write_list(field, out);
        return;
    }
}
