/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/store/row.h"

#define DAYS_AHEAD      7
#define DAYS_REMEMBERED 512
#define NUMBER_BYTES    24

struct writer {
    const struct database_settings *database;
    const char *group;
    PGconn *connection; /* NULL: none */
    struct rows_sql sql;
    int64_t ensured_days[DAYS_REMEMBERED]; /* [day % DAYS_REMEMBERED] == day: its partitions exist */
};

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

struct writer *writer_new(const struct database_settings *database, const char *group)
{
    struct writer *writer = ALLOC(struct writer);
    writer->database = database;
    writer->group = group;
    rows_sql_init(&writer->sql);
    return writer;
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    PQfinish(writer->connection);
    rows_sql_deinit(&writer->sql);
    free(writer);
}

static int execute(struct writer *writer, const char *sql, struct error *error)
{
    return database_execute(writer->connection, sql, NULL, 0, error);
}

static void forget_days(struct writer *writer)
{
    memset(writer->ensured_days, 0, sizeof(writer->ensured_days));
}

/* Commits need not wait for the disk: offsets and rows get lost together, the next compare-and-set notices, and Kafka
 * still has the records. */
static int connect_once(struct writer *writer, struct error *error)
{
    if (writer->connection != NULL)
        return 0;
    forget_days(writer); /* it may be another server now */
    int result = database_connect(writer->database, "kt-recorder", &writer->connection, error);
    if (result == 0)
        result = execute(writer, "SET synchronous_commit = off", error);
    return result < 0 ? result : rows_prepare(writer->connection, error);
}

/* A failure leaves the connection in a state that nobody knows. */
static int disconnect_after(struct writer *writer, int result)
{
    if (result < 0) {
        PQfinish(writer->connection);
        writer->connection = NULL;
    }
    return result;
}

static int64_t *ensured_day(struct writer *writer, int64_t day)
{
    return &writer->ensured_days[(uint64_t)day % DAYS_REMEMBERED];
}

static int ensure_days(struct writer *writer, int64_t from, int64_t to, struct error *error)
{
    char from_text[NUMBER_BYTES], to_text[NUMBER_BYTES];
    (void)snprintf(from_text, sizeof(from_text), "%lld", (long long)from);
    (void)snprintf(to_text, sizeof(to_text), "%lld", (long long)to);
    const char *const values[] = {from_text, to_text};
    int result = database_execute(
        writer->connection,
        "SELECT ensure_partitions(date '1970-01-01' + $1::integer, date '1970-01-01' + $2::integer)", values, 2, error);
    if (result < 0)
        return error_prefix(error, result, "making partitions");
    for (int64_t day = from; day <= to; day++)
        *ensured_day(writer, day) = day;
    return 0;
}

static int ensure_batch_days(struct writer *writer, const struct batch *batch, struct error *error)
{
    for (size_t i = 0; i < batch->count; i++) {
        int64_t day = batch->rows[i].day;
        if (batch->rows[i].state != BATCH_ROW_WAITING || *ensured_day(writer, day) == day)
            continue;
        int result = ensure_days(writer, day, day, error);
        if (result < 0)
            return result;
    }
    return 0;
}

static int drop_days(struct writer *writer, int64_t first_kept, int64_t *dropped_out, struct error *error)
{
    char day[NUMBER_BYTES];
    (void)snprintf(day, sizeof(day), "%lld", (long long)first_kept);
    const char *const values[] = {day};
    CLEANUP(clear_result)
    PGresult *result = database_query(writer->connection, "SELECT drop_partitions(date '1970-01-01' + $1::integer)",
                                      values, 1, NULL, error);
    if (result == NULL)
        return error_prefix(error, -EIO, "dropping old partitions");
    *dropped_out = row_int64((struct row){result, 0}, 0);
    forget_days(writer);
    return 0;
}

int writer_maintain(struct writer *writer, int64_t today, int64_t retention_days, int64_t *dropped_out,
                    struct error *error)
{
    int result = connect_once(writer, error);
    if (result == 0)
        result = drop_days(writer, today - retention_days, dropped_out, error);
    if (result == 0)
        result = ensure_days(writer, today - 1, today + DAYS_AHEAD, error);
    return disconnect_after(writer, result);
}

int writer_read_offsets(struct writer *writer, struct offset_place *places, size_t count, struct error *error)
{
    int result = connect_once(writer, error);
    if (result == 0)
        result = offsets_read(writer->connection, writer->group, places, count, error);
    return disconnect_after(writer, result);
}

static int disable(struct writer *writer, const struct batch_disabling *disabling, int64_t *disabled,
                   struct error *error)
{
    char observed_at[CLOCK_TEXT_BYTES];
    const char *const values[] = {disabling->org_id, disabling->webhook_id, "the endpoint answered 410 Gone",
                                  clock_format(disabling->observed_ms, observed_at)};
    CLEANUP(clear_result)
    PGresult *result = database_query(writer->connection, "SELECT disable_webhook($1, $2, $3, $4::timestamptz)", values,
                                      4, NULL, error);
    if (result == NULL)
        return error_prefix(error, -EIO, "disabling webhook %s", disabling->webhook_id);
    *disabled += row_bool((struct row){result, 0}, 0) ? 1 : 0;
    return 0;
}

static int disable_webhooks(struct writer *writer, const struct batch *batch, int64_t *disabled, struct error *error)
{
    for (size_t i = 0; i < batch->disabling_count; i++) {
        if (batch->rows[batch->disablings[i].row].state != BATCH_ROW_WAITING)
            continue;
        int result = disable(writer, &batch->disablings[i], disabled, error);
        if (result < 0)
            return result;
    }
    return 0;
}

static int roll_back(struct writer *writer, struct error *error)
{
    return execute(writer, "ROLLBACK", error);
}

static int after_loss(struct writer *writer, struct batch *batch, struct error *error)
{
    int result = roll_back(writer, error);
    if (result == 0)
        result = offsets_find(writer->connection, writer->group, batch, error);
    return result < 0 ? result : WRITER_LOST;
}

/* A day without a partition refuses rows as well, so that is looked at again before rows are blamed. */
static int after_refusal(struct writer *writer, struct batch *batch, struct error *error)
{
    struct error first = *error;
    int result = roll_back(writer, error);
    forget_days(writer);
    if (result == 0)
        result = ensure_batch_days(writer, batch, error);
    if (result < 0)
        return result;
    int refused_count = rows_find_refused(writer->connection, &writer->sql, batch, error);
    if (refused_count < 0)
        return refused_count;
    if (refused_count == 0)
        return error_set(error, EAGAIN, "rows were refused together, but not one by one: %s", first.text);
    return WRITER_REFUSED;
}

/* The offsets come first: their locks make a second recorder wait, and then lose, before it has written anything. */
static int transact(struct writer *writer, struct batch *batch, struct rows_counts *counts, int64_t *disabled,
                    struct error *error)
{
    int result = execute(writer, "BEGIN", error);
    if (result < 0)
        return result;
    result = offsets_move(writer->connection, writer->group, batch, error);
    if (result == OFFSETS_LOST)
        return after_loss(writer, batch, error);
    if (result == 0)
        result = rows_write(writer->connection, &writer->sql, batch, counts, error);
    if (result == ROWS_REFUSED)
        return after_refusal(writer, batch, error);
    if (result == 0)
        result = disable_webhooks(writer, batch, disabled, error);
    return result < 0 ? result : execute(writer, "COMMIT", error);
}

int writer_write(struct writer *writer, struct batch *batch, struct rows_counts *counts_out, int64_t *disabled_out,
                 struct error *error)
{
    struct rows_counts counts = {.sent = {0}};
    int64_t disabled = 0;
    int result = connect_once(writer, error);
    if (result == 0)
        result = ensure_batch_days(writer, batch, error);
    if (result == 0)
        result = transact(writer, batch, &counts, &disabled, error);
    if (result == 0) {
        *counts_out = counts;
        *disabled_out = disabled;
    }
    return disconnect_after(writer, result);
}
