#pragma once
/*
 * PostgreSQL: settings, one connection with errors in words, and a pool for threads. Statements are always
 * parameterised. A connection is used by one thread at a time. SPDX-License-Identifier: Apache-2.0
 */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/config/settings.h"
#include "common/domain/seal.h"

#define DATABASE_SQLSTATE_BYTES 6

struct database_settings {
#define SETTING SETTINGS_FIELD
#include "common/store/settings.def"
#undef SETTING
};

struct secrets_settings {
#define SETTING SETTINGS_FIELD
#include "common/store/secrets.def"
#undef SETTING
};

/* The sections "database" and "secrets" for service.sections. */
struct settings_section database_settings_section(struct database_settings *values);
struct settings_section secrets_settings_section(struct secrets_settings *values);

/* Reads secrets.key_file: refuses a file that others may read or write. */
MUST_CHECK int secrets_load_keys(const struct secrets_settings *settings, struct seal_keys *keys_out,
                                 struct error *error);

/* Connects (blocks): UTC, statement_timeout, keep-alives and tcp_user_timeout so that a half-open connection is noticed
 * within 30 s; application_name. The password is never in an error. */
MUST_CHECK int database_connect(const struct database_settings *settings, const char *application,
                                PGconn **connection_out, struct error *error);

/* One parameterised statement, text formats. Returns the result (PQclear() it) or NULL with the error. sqlstate_out
 * (DATABASE_SQLSTATE_BYTES; "08006" when the connection was lost) may be NULL. */
PGresult *database_query(PGconn *connection, const char *sql, const char *const *values, int value_count,
                         char *sqlstate_out, struct error *error);
/* The same, for statements without a result. */
MUST_CHECK int database_execute(PGconn *connection, const char *sql, const char *const *values, int value_count,
                                struct error *error);
/* The same for a result that the caller got from libpq himself: 0, or negative with the error. */
MUST_CHECK int database_check(PGconn *connection, PGresult *result, char *sqlstate_out, struct error *error);

struct database_pool; /* for the API's threads */
struct database_pool *database_pool_new(const struct database_settings *settings, const char *application);
/* Waits for a free or new connection, at most connect_timeout: NULL with the error. A dead one is replaced. */
PGconn *database_pool_take(struct database_pool *pool, struct error *error);
void database_pool_give(struct database_pool *pool, PGconn *connection); /* rolls back what was left open; NULL-safe */
bool database_pool_is_healthy(const struct database_pool *pool);         /* the last connection or statement worked */
void database_pool_free(struct database_pool *pool);                     /* NULL-safe; all given back */
