/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/settings.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buffer.h"
#include "common/config/settings_value.h"
#include "common/config/settings_yaml.h"

#define NAMES_BYTES_MAX 800
#define NAME_SHOWN_MAX  64 /* of an unknown one, in the message */
#define VARIABLE_PREFIX "KT_"

static const char *const section_names[] = {
#define X(name) #name,
    SETTINGS_SECTIONS(X)
#undef X
};

/* The sections that are being loaded. */
struct loading {
    const struct settings_section *sections;
    size_t count;
};

static void *field_of(const struct settings_section *section, const struct setting *row)
{
    return (char *)section->values + row->offset;
}

static const struct settings_section *find_section(const struct loading *loading, const char *name)
{
    for (size_t i = 0; i < loading->count; i++) {
        if (strcmp(loading->sections[i].name, name) == 0)
            return &loading->sections[i];
    }
    return NULL;
}

static const struct setting *find_row(const struct settings_section *section, const char *name)
{
    for (size_t i = 0; i < section->count; i++) {
        if (strcmp(section->rows[i].name, name) == 0)
            return &section->rows[i];
    }
    return NULL;
}

static void append_name(struct buffer *names, const char *name)
{
    buffer_append_text(names, names->length == 0 ? "" : ", ");
    buffer_append_text(names, name);
}

static int fail_unknown_key(const struct settings_section *section, struct settings_text key, struct error *error)
{
    CLEANUP(buffer_deinit) struct buffer names;
    buffer_init(&names, NAMES_BYTES_MAX);
    for (size_t i = 0; i < section->count; i++)
        append_name(&names, section->rows[i].name);
    return error_set(error, EINVAL, "%.*s is not known; section %s has: %s",
                     key.length > NAME_SHOWN_MAX ? NAME_SHOWN_MAX : (int)key.length, key.bytes, section->name,
                     names.bytes == NULL ? "nothing" : names.bytes);
}

/* Sections of programs and layers that are not loaded here are known, but nobody looks inside. */
static int on_section(void *owner, const char *name, struct error *error)
{
    CLEANUP(buffer_deinit) struct buffer names;
    buffer_init(&names, NAMES_BYTES_MAX);
    if (find_section(owner, name) != NULL)
        return SETTINGS_READ;
    for (size_t i = 0; i < ARRAY_LENGTH(section_names); i++) {
        if (strcmp(section_names[i], name) == 0)
            return SETTINGS_PASS_OVER;
        append_name(&names, section_names[i]);
    }
    return error_set(error, EINVAL, "section \"%.*s\" is not known; known are: %s", NAME_SHOWN_MAX, name, names.bytes);
}

static int on_entry(void *owner, const struct settings_entry *entry, struct error *error)
{
    const struct settings_section *section = find_section(owner, entry->section);
    assert(section != NULL); /* others were passed over */
    const struct setting *row = find_row(section, entry->key);
    if (row == NULL)
        return fail_unknown_key(section, (struct settings_text){entry->key, strlen(entry->key)}, error);
    void *field = field_of(section, row);
    int status;
    if (entry->is_sequence && row->type != SETTING_LIST)
        status = error_set(error, EINVAL, "one value is wanted, not a list");
    else if (entry->is_sequence || (row->type == SETTING_LIST && entry->text.length == 0))
        status = settings_value_set_items(row, field, entry->items, entry->item_count, error);
    else
        status = settings_value_set(row, field, entry->text, error);
    return status < 0 ? error_prefix(error, status, "%s.%s", section->name, row->name) : 0;
}

/* True when text starts with KT_, the name in capitals and an underscore; *rest_out is what follows. */
static bool starts_with_section(const char *text, const char *name, const char **rest_out)
{
    size_t prefix_length = strlen(VARIABLE_PREFIX);
    if (strncmp(text, VARIABLE_PREFIX, prefix_length) != 0)
        return false;
    text += prefix_length;
    for (; *name != '\0'; name++, text++) {
        if (*text != toupper((unsigned char)*name))
            return false;
    }
    *rest_out = text + 1;
    return *text == '_';
}

static bool is_row_name(const char *capitals, size_t length, const char *name)
{
    if (strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (capitals[i] != toupper((unsigned char)name[i]))
            return false;
    }
    return true;
}

/* Kubernetes sets KT_API_PORT_8080_TCP and its like for a Service "kt-api"; they are not for us. */
static bool is_service_link(const char *name, size_t length)
{
    static const char *const starts[] = {"HOST", "PORT", "SERVICE_HOST", "SERVICE_PORT"};
    for (size_t i = 0; i < ARRAY_LENGTH(starts); i++) {
        size_t start_length = strlen(starts[i]);
        if (length >= start_length && strncmp(name, starts[i], start_length) == 0 &&
            (length == start_length || name[start_length] == '_'))
            return true;
    }
    return false;
}

static const struct setting *find_row_of_variable(const struct settings_section *section, const char *name,
                                                  size_t length)
{
    for (size_t i = 0; i < section->count; i++) {
        if (is_row_name(name, length, section->rows[i].name))
            return &section->rows[i];
    }
    return NULL;
}

/* variable is "KT_LOG_LEVEL=info", rest its "LEVEL=info". */
static int set_from_variable(const struct settings_section *section, const char *variable, const char *rest,
                             struct error *error)
{
    size_t length = strcspn(rest, "=");
    int name_length = (int)strcspn(variable, "=");
    const struct setting *row = find_row_of_variable(section, rest, length);
    int status;
    if (row != NULL) {
        struct settings_text text = {rest + length + 1, strlen(rest + length + 1)};
        void *field = field_of(section, row);
        status = row->type == SETTING_LIST ? settings_value_set_commas(row, field, text, error)
                                           : settings_value_set(row, field, text, error);
    } else if (is_service_link(rest, length)) {
        return 0;
    } else {
        status = fail_unknown_key(section, (struct settings_text){rest, length}, error);
    }
    return status < 0 ? error_prefix(error, status, "environment variable %.*s", name_length, variable) : 0;
}

static int load_environment(const struct loading *loading, struct error *error)
{
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        for (size_t i = 0; i < loading->count; i++) {
            const char *rest;
            if (!starts_with_section(*variable, loading->sections[i].name, &rest) || strchr(rest, '=') == NULL)
                continue;
            int status = set_from_variable(&loading->sections[i], *variable, rest, error);
            if (status < 0)
                return status;
        }
    }
    return 0;
}

static void load_defaults(const struct loading *loading)
{
    for (size_t i = 0; i < loading->count; i++) {
        const struct settings_section *section = &loading->sections[i];
        for (size_t j = 0; j < section->count; j++)
            settings_value_init(&section->rows[j], field_of(section, &section->rows[j]));
    }
}

static int check_given(const struct loading *loading, struct error *error)
{
    for (size_t i = 0; i < loading->count; i++) {
        const struct settings_section *section = &loading->sections[i];
        for (size_t j = 0; j < section->count; j++) {
            const struct setting *row = &section->rows[j];
            if (settings_value_is_missing(row, field_of(section, row)))
                return error_set(error, EINVAL, "%s.%s has to be given: %s", section->name, row->name, row->text);
        }
    }
    return 0;
}

int settings_load(const struct settings_section *sections, size_t count, const char *path, struct error *error)
{
    struct loading loading = {sections, count};
    struct settings_reader reader = {on_section, on_entry, &loading};
    load_defaults(&loading);
    int status = path == NULL ? 0 : settings_read_yaml(path, &reader, error);
    if (status == 0)
        status = load_environment(&loading, error);
    if (status == 0)
        status = check_given(&loading, error);
    if (status < 0)
        settings_free(sections, count);
    return status;
}

void settings_free(const struct settings_section *sections, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sections[i].count; j++)
            settings_value_free(&sections[i].rows[j], field_of(&sections[i], &sections[i].rows[j]));
    }
}
