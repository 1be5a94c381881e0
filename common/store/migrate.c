/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/migrate.h"

#include <assert.h>
#include <errno.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/encoding.h"
#include "common/store/database.h"

struct migration {
    const char *name;
    const char *sql;
    const char *sql_end;
};

/* The files themselves, in order. CMake writes the list and names the folder. The NUL ends the text for libpq. */
#define MIGRATION(name)                                             \
    extern const char migration_##name[], migration_##name##_end[]; \
    __asm__(".section .rodata\n"                                    \
            "migration_" #name ":\n"                                \
            ".incbin \"" SQL_FOLDER "/" #name ".sql\"\n"            \
            "migration_" #name "_end:\n"                            \
            ".byte 0\n"                                             \
            ".previous\n");
#include "common/store/migrations.def"
#undef MIGRATION

static const struct migration migrations[] = {
#define MIGRATION(name) {#name, migration_##name, migration_##name##_end},
#include "common/store/migrations.def"
#undef MIGRATION
};

#define HASH_TEXT_BYTES HEX_BYTES(SHA256_DIGEST_LENGTH)

static void hash_file(const struct migration *migration, char text_out[static HASH_TEXT_BYTES])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    (void)SHA256((const unsigned char *)migration->sql, (size_t)(migration->sql_end - migration->sql), hash);
    (void)hex_encode(hash, sizeof(hash), text_out); /* the length is known */
}

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

/* Several statements in one text, which the extended protocol does not take. */
static int execute_script(PGconn *connection, const char *sql, struct error *error)
{
    CLEANUP(clear_result) PGresult *result = PQexec(connection, sql);
    return database_check(connection, result, NULL, error);
}

/* 0: not applied. Positive: MIGRATION_APPLIED. Negative: it was, but from another text, or the database failed. */
enum migration_state {
    MIGRATION_APPLIED = 1
};

static int find_state(PGconn *connection, const struct migration *migration, struct error *error)
{
    char number[5] = {0};
    memcpy(number, migration->name, 4);
    const char *const values[] = {number};
    CLEANUP(clear_result)
    PGresult *result = database_query(
        connection, "SELECT name, sha256 FROM schema_migrations WHERE number = $1::integer", values, 1, NULL, error);
    if (result == NULL)
        return -EIO;
    if (PQntuples(result) == 0)
        return 0;
    char hash[HASH_TEXT_BYTES];
    hash_file(migration, hash);
    if (strcmp(PQgetvalue(result, 0, 1), hash) != 0)
        return error_set(error, EINVAL,
                         "migration %s was applied as %s with another text (sha256 %.12s…, here %.12s…); "
                         "an applied file must not be changed, add a new one",
                         migration->name, PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1), hash);
    return MIGRATION_APPLIED;
}

static int record(PGconn *connection, const struct migration *migration, struct error *error)
{
    char number[5] = {0};
    char hash[HASH_TEXT_BYTES];
    memcpy(number, migration->name, 4);
    hash_file(migration, hash);
    const char *const values[] = {number, migration->name, hash};
    return database_execute(connection, "INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)",
                            values, 3, error);
}

static int apply(PGconn *connection, const struct migration *migration, struct error *error)
{
    int result = execute_script(connection, "BEGIN", error);
    if (result == 0)
        result = execute_script(connection, migration->sql, error);
    if (result == 0)
        result = record(connection, migration, error);
    if (result == 0)
        return execute_script(connection, "COMMIT", error);
    PQclear(PQexec(connection, "ROLLBACK")); /* the failure before it is the one to tell */
    return error_prefix(error, result, "migration %s", migration->name);
}

/* Session-wide, so that it holds over all the transactions; gone with the connection at the latest. */
static int take_lock(PGconn *connection, struct error *error)
{
    return execute_script(connection,
                          "SET statement_timeout = 0; SELECT pg_advisory_lock(7201, 0); SET lock_timeout = '30s';"
                          "CREATE TABLE IF NOT EXISTS schema_migrations ("
                          "number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"
                          "applied_at timestamptz NOT NULL DEFAULT now())",
                          error);
}

static int apply_missing(PGconn *connection, const struct migrate_owner *owner, size_t *applied_out,
                         struct error *error)
{
    size_t applied = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(migrations); i++) {
        int state = find_state(connection, &migrations[i], error);
        if (state < 0)
            return state;
        if (state == MIGRATION_APPLIED)
            continue;
        int result = apply(connection, &migrations[i], error);
        if (result < 0)
            return result;
        applied++;
        if (owner != NULL && owner->each != NULL)
            owner->each(owner->owner, migrations[i].name);
    }
    *applied_out = applied;
    return 0;
}

int migrate_run(PGconn *connection, const struct migrate_owner *owner, size_t *applied_out, struct error *error)
{
    int result = take_lock(connection, error);
    if (result < 0)
        return error_prefix(error, result, "preparing the migrations");
    result = apply_missing(connection, owner, applied_out, error);
    PQclear(PQexec(connection, "SELECT pg_advisory_unlock(7201, 0)")); /* else it goes with the connection */
    return result;
}

static int has_table(PGconn *connection, bool *has_out, struct error *error)
{
    CLEANUP(clear_result)
    PGresult *result =
        database_query(connection, "SELECT to_regclass('schema_migrations') IS NOT NULL", NULL, 0, NULL, error);
    if (result == NULL)
        return -EIO;
    *has_out = PQgetvalue(result, 0, 0)[0] == 't';
    return 0;
}

int migrate_check(PGconn *connection, const struct migrate_owner *owner, size_t *missing_out, struct error *error)
{
    bool is_prepared = false;
    int result = has_table(connection, &is_prepared, error);
    if (result < 0)
        return result;
    size_t missing = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(migrations); i++) {
        int state = is_prepared ? find_state(connection, &migrations[i], error) : 0;
        if (state < 0)
            return state;
        if (state == MIGRATION_APPLIED)
            continue;
        missing++;
        if (owner != NULL && owner->each != NULL)
            owner->each(owner->owner, migrations[i].name);
    }
    *missing_out = missing;
    return 0;
}
