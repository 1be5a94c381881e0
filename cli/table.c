/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <assert.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/inert.h"

#include "cli/text_width.h"

#define GAP            2
#define CELL_BYTES_MAX (64 * 1024)
#define COLOUR_GREEN   "\x1b[32m"
#define COLOUR_YELLOW  "\x1b[33m"
#define COLOUR_RED     "\x1b[31m"

struct table {
    const struct table_column *columns;
    size_t column_count;
    char **cells; /* row after row, owned */
    size_t row_count, row_capacity;
    size_t widths[TABLE_COLUMNS_MAX]; /* of the widest cell or the title */
};

const char *state_colour(const char *state)
{
    static const struct {
        const char *state, *colour;
    } colours[] = {
        {"enabled",   COLOUR_GREEN },
        {"delivered", COLOUR_GREEN },
        {"accepted",  COLOUR_GREEN },
        {"paused",    COLOUR_YELLOW},
        {"retrying",  COLOUR_YELLOW},
        {"pending",   COLOUR_YELLOW},
        {"aborted",   COLOUR_YELLOW},
        {"disabled",  COLOUR_RED   },
        {"failed",    COLOUR_RED   },
        {"exhausted", COLOUR_RED   },
        {"rejected",  COLOUR_RED   },
        {"refused",   COLOUR_RED   },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(colours); i++) {
        if (strcmp(colours[i].state, state) == 0)
            return colours[i].colour;
    }
    return "";
}

struct table *table_new(const struct table_column *columns, size_t column_count)
{
    assert(column_count > 0 && column_count <= TABLE_COLUMNS_MAX);
    struct table *table = ALLOC(struct table);
    table->columns = columns;
    table->column_count = column_count;
    for (size_t i = 0; i < column_count; i++)
        table->widths[i] = strlen(columns[i].title);
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}

void table_add(struct table *table, const char *const *cells)
{
    if (table->row_count == table->row_capacity) {
        table->row_capacity = table->row_capacity == 0 ? 16 : table->row_capacity * 2;
        table->cells = alloc_resized(table->cells, table->row_capacity * table->column_count, sizeof(char *));
    }
    for (size_t i = 0; i < table->column_count; i++) {
        struct buffer inert;
        buffer_init(&inert, CELL_BYTES_MAX);
        const char *cell = cells[i] == NULL || cells[i][0] == '\0' ? "-" : cells[i];
        inert_append(&inert, cell, strlen(cell));
        size_t width = inert.length == 0 ? 0 : text_width(inert.bytes, inert.length);
        if (width > table->widths[i])
            table->widths[i] = width;
        table->cells[table->row_count * table->column_count + i] = buffer_take(&inert);
    }
    table->row_count++;
}

size_t table_row_count(const struct table *table)
{
    return table->row_count;
}

/* The widest column that may still shrink, or column_count. */
static size_t widest_shrinkable(const struct table *table, const size_t widths[static TABLE_COLUMNS_MAX])
{
    size_t widest = table->column_count;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].may_shrink && widths[i] > TABLE_SHRUNK_CELLS &&
            (widest == table->column_count || widths[i] > widths[widest]))
            widest = i;
    }
    return widest;
}

static void fit(const struct table *table, size_t width_max, size_t widths_out[static TABLE_COLUMNS_MAX])
{
    size_t total = (table->column_count - 1) * GAP;
    for (size_t i = 0; i < table->column_count; i++) {
        widths_out[i] = table->widths[i];
        total += table->widths[i];
    }
    while (width_max > 0 && total > width_max) {
        size_t widest = widest_shrinkable(table, widths_out);
        if (widest == table->column_count)
            return; /* wider than the terminal, but nothing that matters is cut */
        widths_out[widest]--;
        total--;
    }
}

static void write_row(const struct table *table, const char *const *cells,
                      const size_t widths[static TABLE_COLUMNS_MAX], const char *const *colours, struct buffer *out)
{
    for (size_t i = 0; i < table->column_count; i++) {
        buffer_append_text(out, colours[i]);
        size_t used = text_append_cut(out, cells[i], strlen(cells[i]), widths[i]);
        if (colours[i][0] != '\0')
            buffer_append_text(out, COLOUR_OFF);
        bool is_last = i + 1 == table->column_count;
        for (size_t j = used; !is_last && j < widths[i] + GAP; j++)
            buffer_append_char(out, ' ');
    }
    buffer_append_char(out, '\n');
}

void table_write(const struct table *table, const struct table_look *look, struct buffer *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    const char *cells[TABLE_COLUMNS_MAX], *colours[TABLE_COLUMNS_MAX];
    fit(table, look->width_max, widths);
    for (size_t i = 0; i < table->column_count; i++) {
        cells[i] = table->columns[i].title;
        colours[i] = look->has_colour ? COLOUR_BOLD : "";
    }
    write_row(table, cells, widths, colours, out);
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            cells[i] = table->cells[row * table->column_count + i];
            colours[i] = look->has_colour && table->columns[i].is_state ? state_colour(cells[i]) : "";
        }
        write_row(table, cells, widths, colours, out);
    }
}
