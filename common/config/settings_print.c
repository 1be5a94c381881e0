/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>

#include "common/config/settings.h"
#include "common/config/settings_value.h"

#define OUTPUT_BYTES_MAX ((size_t)16 * 1024 * 1024)

static void append_capitals(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        buffer_append_char(out, (char)toupper((unsigned char)*text));
}

static void append_section(struct buffer *out, const struct settings_section *section)
{
    buffer_append_format(out, "%s:\n", section->name);
    for (size_t i = 0; i < section->count; i++) {
        const struct setting *row = &section->rows[i];
        buffer_append_format(out, "  # %s\n  %s: ", row->text, row->name);
        settings_value_write(row, (const char *)section->values + row->offset, out);
        buffer_append_char(out, '\n');
    }
}

void settings_print(const struct settings_section *sections, size_t count)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, OUTPUT_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(&out, i == 0 ? "" : "\n");
        append_section(&out, &sections[i]);
    }
    (void)fwrite(out.bytes, 1, out.length, stdout);
}

/* A cell ends at a bar. */
static void append_cell(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            buffer_append_char(out, '\\');
        buffer_append_char(out, *text);
    }
}

static void append_markdown_row(struct buffer *out, const char *section, const struct setting *row)
{
    buffer_append_format(out, "| `%s` | %s | ", row->name, settings_type_text(row->type));
    if (row->fallback[0] != '\0')
        buffer_append_format(out, "`%s`", row->fallback);
    buffer_append_text(out, " | ");
    settings_value_write_range(row, out);
    buffer_append_text(out, " | `KT_");
    append_capitals(out, section);
    buffer_append_char(out, '_');
    append_capitals(out, row->name);
    buffer_append_text(out, "` | ");
    append_cell(out, row->text);
    buffer_append_text(out, " |\n");
}

void settings_print_markdown(const struct settings_section *sections, size_t count)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, OUTPUT_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        buffer_append_format(&out, "%s### %s\n\n", i == 0 ? "" : "\n", sections[i].name);
        buffer_append_text(&out, "| Setting | Type | Default | Range | Variable | What it does |\n");
        buffer_append_text(&out, "|---|---|---|---|---|---|\n");
        for (size_t j = 0; j < sections[i].count; j++)
            append_markdown_row(&out, sections[i].name, &sections[i].rows[j]);
    }
    (void)fwrite(out.bytes, 1, out.length, stdout);
}
