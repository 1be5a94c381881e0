/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/history.h"

#include "common/base/attributes.h"

#include "recorder/copy.h"

struct column {
    const char *name;
    const char *type;
};

#define COLUMN(name, type, kind, ...) {#name, type},
static const struct column attempt_columns[] = {
#include "recorder/attempt_columns.def"
};
static const struct column event_columns[] = {
#include "recorder/event_columns.def"
};
#undef COLUMN

static const struct {
    const char *name;
    const struct column *columns;
    size_t column_count;
} tables[HISTORY_TABLE_COUNT] = {
    [HISTORY_ATTEMPTS] = {"attempts", attempt_columns, ARRAY_LENGTH(attempt_columns)},
    [HISTORY_EVENTS] = {"events",   event_columns,   ARRAY_LENGTH(event_columns)  },
};

#define COLUMN(name, type, kind, ...) copy_##kind(rows, __VA_ARGS__);

void history_add_attempt(struct buffer *rows, const struct attempt *attempt)
{
    copy_row(rows, ARRAY_LENGTH(attempt_columns));
#include "recorder/attempt_columns.def"
}

void history_add_event(struct buffer *rows, const struct history_event *event)
{
    copy_row(rows, ARRAY_LENGTH(event_columns));
#include "recorder/event_columns.def"
}

#undef COLUMN

static void append_columns(enum history_table table, bool has_types, struct buffer *sql)
{
    for (size_t i = 0; i < tables[table].column_count; i++) {
        const struct column *column = &tables[table].columns[i];
        buffer_append_format(sql, "%s%s", i > 0 ? ", " : "", column->name);
        if (has_types)
            buffer_append_format(sql, " %s", column->type);
    }
}

void history_create_sql(enum history_table table, struct buffer *sql)
{
    buffer_append_format(sql, "CREATE TEMPORARY TABLE new_%s (", tables[table].name);
    append_columns(table, true, sql);
    buffer_append_text(sql, ") ON COMMIT DELETE ROWS");
}

void history_copy_sql(enum history_table table, struct buffer *sql)
{
    buffer_append_format(sql, "COPY new_%s FROM STDIN (FORMAT binary)", tables[table].name);
}

void history_insert_sql(enum history_table table, struct buffer *sql)
{
    buffer_append_format(sql, "INSERT INTO %s (", tables[table].name);
    append_columns(table, false, sql);
    buffer_append_text(sql, ") SELECT ");
    append_columns(table, false, sql);
    buffer_append_format(sql, " FROM new_%s ON CONFLICT DO NOTHING", tables[table].name);
}

int64_t history_day(int64_t wall_ms)
{
    int64_t day = wall_ms / HISTORY_DAY_MS;
    return wall_ms % HISTORY_DAY_MS < 0 ? day - 1 : day;
}
