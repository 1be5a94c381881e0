#pragma once
/*
 * A batch's rows on their way into the history: COPY into a temporary table, then INSERT … ON CONFLICT DO NOTHING, so
 * that a record that was made twice is harmless. Blocks. (The fastest of what was measured
 * with a unique key). SPDX-License-Identifier: Apache-2.0
 */
#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#include "recorder/batch.h"

struct rows_sql { /* made once */
    char *copy[HISTORY_TABLE_COUNT];
    char *insert[HISTORY_TABLE_COUNT];
};

void rows_sql_init(struct rows_sql *sql);
void rows_sql_deinit(struct rows_sql *sql);

/* The temporary tables of a new session. */
MUST_CHECK int rows_prepare(PGconn *connection, struct error *error);

struct rows_counts {
    int64_t sent[HISTORY_TABLE_COUNT];
    int64_t added[HISTORY_TABLE_COUNT]; /* the others were there already */
};

/* All rows without a refusal. In a transaction. ROWS_REFUSED: the database does not take at least one; the transaction
 * is spoilt. */
enum rows_outcome {
    ROWS_REFUSED = 1
};

MUST_CHECK int rows_write(PGconn *connection, const struct rows_sql *sql, const struct batch *batch,
                          struct rows_counts *counts, struct error *error);

/* Halves the batch until every row that is refused stands alone, and sets its refusal. Returns how many, or negative.
 * Outside a transaction; writes nothing. */
MUST_CHECK int rows_find_refused(PGconn *connection, const struct rows_sql *sql, struct batch *batch,
                                 struct error *error);
