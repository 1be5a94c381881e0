#pragma once
/*
 * Rows under headings, aligned. On a terminal it is made to fit: columns that may shrink are cut with "…", widest
 * first. Cells come from outside, so they are made inert here. Pure: width and colour are told.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/buffer.h"

#define TABLE_COLUMNS_MAX  12
#define TABLE_SHRUNK_CELLS 8 /* no column gets narrower than this by shrinking */

enum table_column_kind {
    COLUMN_PLAIN,
    COLUMN_SHRINKS, /* may be cut */
    COLUMN_STATE,   /* coloured by what it says */
    COLUMN_EXTRA    /* left out when the rest does not fit otherwise, the last one first */
};

struct table_column {
    const char *title;
    enum table_column_kind kind;
};

struct table;

struct table *table_new(const struct table_column *columns, size_t column_count); /* columns is borrowed */
void table_free(struct table *table);                                             /* NULL-safe */
/* One row; cells has as many texts as there are columns, NULL or "" shows as "-". */
void table_add(struct table *table, const char *const *cells);
size_t table_row_count(const struct table *table);

struct table_look {
    size_t width_max; /* cells, 0: no limit */
    bool has_colour;
};

void table_write(const struct table *table, const struct table_look *look, struct buffer *out);

/* The escape sequence for a state's word ("delivered", "paused", …), "" when it has no colour. */
const char *state_colour(const char *state);
#define COLOUR_BOLD "\x1b[1m"
#define COLOUR_OFF  "\x1b[0m"
