/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <assert.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/inert.h"

#include "cli/text_width.h"

#define GAP            2
#define CELL_BYTES_MAX 65536
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

/* What each column gets, and whether it is shown at all. */
struct layout {
    size_t widths[TABLE_COLUMNS_MAX];
    bool is_left_out[TABLE_COLUMNS_MAX];
};

static size_t total_width(const struct table *table, const struct layout *layout)
{
    size_t total = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!layout->is_left_out[i])
            total += layout->widths[i] + (total > 0 ? GAP : 0);
    }
    return total;
}

/* The widest column that may still shrink, or column_count. */
static size_t widest_shrinkable(const struct table *table, const struct layout *layout)
{
    size_t widest = table->column_count;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == COLUMN_SHRINKS && !layout->is_left_out[i] &&
            layout->widths[i] > TABLE_SHRUNK_CELLS &&
            (widest == table->column_count || layout->widths[i] > layout->widths[widest]))
            widest = i;
    }
    return widest;
}

static size_t last_extra(const struct table *table, const struct layout *layout)
{
    for (size_t i = table->column_count; i-- > 0;) {
        if (table->columns[i].kind == COLUMN_EXTRA && !layout->is_left_out[i])
            return i;
    }
    return table->column_count;
}

static struct layout fit(const struct table *table, size_t width_max)
{
    struct layout layout = {.widths = {0}};
    memcpy(layout.widths, table->widths, sizeof layout.widths);
    while (width_max > 0 && total_width(table, &layout) > width_max) {
        size_t widest = widest_shrinkable(table, &layout), extra = last_extra(table, &layout);
        if (widest < table->column_count)
            layout.widths[widest]--;
        else if (extra < table->column_count)
            layout.is_left_out[extra] = true;
        else
            break; /* wider than the terminal, but what remains is needed */
    }
    return layout;
}

static void write_row(const struct table *table, const char *const *cells, const struct layout *layout,
                      const char *const *colours, struct buffer *out)
{
    size_t gap = 0; /* blanks before the next cell, so that no line ends with some */
    for (size_t i = 0; i < table->column_count; i++) {
        if (layout->is_left_out[i])
            continue;
        buffer_append_format(out, "%*s%s", (int)gap, "", colours[i]);
        size_t used = text_append_cut(out, cells[i], strlen(cells[i]), layout->widths[i]);
        if (colours[i][0] != '\0')
            buffer_append_text(out, COLOUR_OFF);
        gap = layout->widths[i] - used + GAP;
    }
    buffer_append_char(out, '\n');
}

void table_write(const struct table *table, const struct table_look *look, struct buffer *out)
{
    const char *cells[TABLE_COLUMNS_MAX], *colours[TABLE_COLUMNS_MAX];
    const struct layout layout = fit(table, look->width_max);
    for (size_t i = 0; i < table->column_count; i++) {
        cells[i] = table->columns[i].title;
        colours[i] = look->has_colour ? COLOUR_BOLD : "";
    }
    write_row(table, cells, &layout, colours, out);
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            cells[i] = table->cells[row * table->column_count + i];
            colours[i] = look->has_colour && table->columns[i].kind == COLUMN_STATE ? state_colour(cells[i]) : "";
        }
        write_row(table, cells, &layout, colours, out);
    }
}
