/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/rows.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/store/database.h"

#include "recorder/copy.h"

#define SQL_BYTES_MAX 4096
#define CHUNK_BYTES   ((size_t)256 * 1024) /* given to libpq at a time */
#define RANGES_MAX    64                   /* open halves; the depth of halving a batch */

struct range { /* of rows; to is not included */
    size_t from, to;
};

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

void rows_sql_init(struct rows_sql *sql)
{
    for (enum history_table table = 0; table < HISTORY_TABLE_COUNT; table++) {
        struct buffer text;
        buffer_init(&text, SQL_BYTES_MAX);
        history_copy_sql(table, &text);
        sql->copy[table] = buffer_take(&text);
        history_insert_sql(table, &text);
        sql->insert[table] = buffer_take(&text);
    }
}

void rows_sql_deinit(struct rows_sql *sql)
{
    for (size_t table = 0; table < HISTORY_TABLE_COUNT; table++) {
        free(sql->copy[table]);
        free(sql->insert[table]);
    }
}

int rows_prepare(PGconn *connection, struct error *error)
{
    int result = database_execute(connection, "SET temp_buffers = '32MB'", NULL, 0, error);
    for (enum history_table table = 0; table < HISTORY_TABLE_COUNT && result == 0; table++) {
        struct buffer sql;
        buffer_init(&sql, SQL_BYTES_MAX);
        history_create_sql(table, &sql);
        result = database_execute(connection, sql.bytes, NULL, 0, error);
        buffer_deinit(&sql);
    }
    return result;
}

/* A failed statement blames a row (22 data, 23 constraint, 54 too large for an index), or the world. */
static int blame(const char *sqlstate, int failure)
{
    bool is_row = strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "54", 2) == 0;
    return is_row ? ROWS_REFUSED : failure;
}

static bool is_sent(const struct batch_row *row, enum history_table table)
{
    return row->state == BATCH_ROW_WAITING && row->table == table && row->refusal == NULL;
}

static bool has_rows(const struct batch *batch, enum history_table table, struct range range)
{
    for (size_t i = range.from; i < range.to; i++) {
        if (is_sent(&batch->rows[i], table))
            return true;
    }
    return false;
}

static bool put(PGconn *connection, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t chunk = size < CHUNK_BYTES ? size : CHUNK_BYTES;
        if (PQputCopyData(connection, bytes, (int)chunk) != 1)
            return false;
        bytes += chunk;
        size -= chunk;
    }
    return true;
}

/* Neighbours in one go. Returns how many rows, or -1 when the connection broke. */
static int64_t put_rows(PGconn *connection, const struct batch *batch, enum history_table table, struct range range)
{
    const char *bytes = batch->bytes[table].bytes;
    int64_t count = 0;
    size_t run_start = 0, run_end = 0;
    bool is_open = put(connection, copy_header, COPY_HEADER_BYTES);
    for (size_t i = range.from; i < range.to && is_open; i++) {
        const struct batch_row *row = &batch->rows[i];
        if (!is_sent(row, table))
            continue;
        count++;
        if (row->start != run_end) {
            is_open = put(connection, bytes + run_start, run_end - run_start);
            run_start = row->start;
        }
        run_end = row->end;
    }
    is_open = is_open && put(connection, bytes + run_start, run_end - run_start) &&
              put(connection, copy_trailer, COPY_TRAILER_BYTES);
    return is_open ? count : -1;
}

/* The result of a COPY, after which the end of results has to be read. */
static int end_copy(PGconn *connection, bool is_whole, char *sqlstate_out, struct error *error)
{
    if (PQputCopyEnd(connection, is_whole ? NULL : "cut short") != 1)
        return error_set(error, ECONNRESET, "PostgreSQL: the connection was lost");
    CLEANUP(clear_result) PGresult *copied = PQgetResult(connection);
    int result = database_check(connection, copied, sqlstate_out, error);
    for (PGresult *rest = PQgetResult(connection); rest != NULL; rest = PQgetResult(connection))
        PQclear(rest);
    return result;
}

static int copy_table(PGconn *connection, const char *sql, const struct batch *batch, enum history_table table,
                      struct range range, struct rows_counts *counts, struct error *error)
{
    char sqlstate[DATABASE_SQLSTATE_BYTES] = "";
    CLEANUP(clear_result) PGresult *started = PQexec(connection, sql);
    int result = database_check(connection, started, sqlstate, error);
    if (result < 0)
        return result;
    int64_t sent = put_rows(connection, batch, table, range);
    result = end_copy(connection, sent >= 0, sqlstate, error);
    if (result < 0)
        return blame(sqlstate, result);
    counts->sent[table] += sent;
    return 0;
}

static int insert_table(PGconn *connection, const char *sql, enum history_table table, struct rows_counts *counts,
                        struct error *error)
{
    char sqlstate[DATABASE_SQLSTATE_BYTES] = "";
    CLEANUP(clear_result) PGresult *inserted = database_query(connection, sql, NULL, 0, sqlstate, error);
    if (inserted == NULL)
        return blame(sqlstate, -EIO);
    counts->added[table] += strtoll(PQcmdTuples(inserted), NULL, 10); /* a number by protocol */
    return 0;
}

static int write_range(PGconn *connection, const struct rows_sql *sql, const struct batch *batch, struct range range,
                       struct rows_counts *counts, struct error *error)
{
    for (enum history_table table = 0; table < HISTORY_TABLE_COUNT; table++) {
        if (!has_rows(batch, table, range))
            continue;
        int result = copy_table(connection, sql->copy[table], batch, table, range, counts, error);
        if (result == 0)
            result = insert_table(connection, sql->insert[table], table, counts, error);
        if (result != 0)
            return result;
    }
    return 0;
}

int rows_write(PGconn *connection, const struct rows_sql *sql, const struct batch *batch, struct rows_counts *counts,
               struct error *error)
{
    return write_range(connection, sql, batch, (struct range){0, batch->count}, counts, error);
}

/* Tries a range for nothing. */
static int try_range(PGconn *connection, const struct rows_sql *sql, const struct batch *batch, struct range range,
                     struct error *error)
{
    struct rows_counts counts = {.sent = {0}};
    int result = database_execute(connection, "BEGIN", NULL, 0, error);
    if (result == 0)
        result = write_range(connection, sql, batch, range, &counts, error);
    if (result < 0)
        return result;
    struct error rollback;
    int undone = database_execute(connection, "ROLLBACK", NULL, 0, &rollback);
    return undone < 0 ? error_set(error, EIO, "%s", rollback.text) : result;
}

int rows_find_refused(PGconn *connection, const struct rows_sql *sql, struct batch *batch, struct error *error)
{
    struct range open[RANGES_MAX] = {
        {0, batch->count}
    };
    size_t open_count = 1;
    int refused_count = 0;
    while (open_count > 0) {
        struct range range = open[--open_count];
        int result = try_range(connection, sql, batch, range, error);
        if (result < 0)
            return result;
        if (result == 0)
            continue;
        if (range.to - range.from == 1) {
            batch->rows[range.from].refusal = alloc_text(error->text);
            refused_count++;
            continue;
        }
        size_t middle = range.from + (range.to - range.from) / 2;
        assert(open_count + 2 <= RANGES_MAX);
        open[open_count++] = (struct range){middle, range.to};
        open[open_count++] = (struct range){range.from, middle};
    }
    return refused_count;
}
