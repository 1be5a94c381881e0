/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_STRUCT database_settings
static const struct setting rows[] = {
#define SETTING SETTINGS_ROW
#include "common/store/settings.def"
#undef SETTING
};

struct settings_section database_settings_section(struct database_settings *values)
{
    return (struct settings_section){"database", rows, ARRAY_LENGTH(rows), values};
}

static void free_options(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

/* Reads the URL before libpq uses it: its own messages quote the text, which holds a password. */
static PQconninfoOption *parse_url(const char *url, struct error *error)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &message);
    PQfreemem(message);
    if (options == NULL) {
        (void)error_set(error, EINVAL, "database.url is not a libpq connection URL or parameter string");
        return NULL;
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        bool is_number = strcmp(option->keyword, "port") == 0;
        bool is_name = strcmp(option->keyword, "host") == 0 || strcmp(option->keyword, "dbname") == 0;
        if (option->val == NULL || (!is_number && !is_name))
            continue;
        bool is_broken =
            is_number ? option->val[strspn(option->val, "0123456789,")] != '\0' : strpbrk(option->val, "@") != NULL;
        if (is_broken) {
            (void)error_set(error, EINVAL,
                            "database.url has an unusable %s; a password with : / ? # or @ has to be percent-encoded",
                            option->keyword);
            PQconninfoFree(options);
            return NULL;
        }
    }
    return options;
}

/* The message on one line, with the password, should it be there, made unreadable. */
static void set_connect_error(struct error *error, const PGconn *connection)
{
    const char *message = PQerrorMessage(connection);
    const char *password = PQpass(connection);
    struct error text;
    (void)error_set(&text, EIO, "%s", message);
    text.text[strcspn(text.text, "\n")] = '\0';
    bool is_leaking = password != NULL && password[0] != '\0' && strstr(text.text, password) != NULL;
    (void)error_set(error, EIO, "cannot connect to PostgreSQL: %s", is_leaking ? "(text withheld)" : text.text);
}

static int prepare_session(const struct database_settings *settings, PGconn *connection, struct error *error)
{
    char sql[160];
    (void)snprintf(sql, sizeof(sql),
                   "SET timezone = 'UTC'; SET client_min_messages = warning; SET statement_timeout = %lld",
                   (long long)settings->statement_timeout);
    PGresult *result = PQexec(connection, sql);
    bool is_done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!is_done) {
        set_connect_error(error, connection);
        return -EIO;
    }
    return 0;
}

/* Notices of the server (a partition in use, a role's warning) are not for stderr. */
static void drop_notice(void *owner, const PGresult *notice)
{
    (void)owner;
    (void)notice;
}

int database_connect(const struct database_settings *settings, const char *application, PGconn **connection_out,
                     struct error *error)
{
    CLEANUP(free_options) PQconninfoOption *options = parse_url(settings->url, error);
    if (options == NULL)
        return -EINVAL;
    char timeout_s[24];
    (void)snprintf(timeout_s, sizeof(timeout_s), "%lld", (long long)(settings->connect_timeout + 999) / 1000);
    /* In order: what stands before the URL are defaults that it may change, what stands after it holds. */
    const char *const names[] = {
        "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout",          "dbname",     "connect_timeout", "client_encoding",     NULL};
    const char *const values[] = {application, "1", "10", "5", "3", "25000", settings->url, timeout_s, "UTF8", NULL};
    PGconn *connection = PQconnectdbParams(names, values, 1);
    if (PQstatus(connection) != CONNECTION_OK) {
        set_connect_error(error, connection);
        PQfinish(connection);
        return -EIO;
    }
    (void)PQsetNoticeReceiver(connection, drop_notice, NULL);
    int result = prepare_session(settings, connection, error);
    if (result < 0) {
        PQfinish(connection);
        return result;
    }
    *connection_out = connection;
    return 0;
}

/* The first line of what went wrong. Details are left out: they quote values. */
static int set_query_error(struct error *error, PGconn *connection, const PGresult *result)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message != NULL)
        return error_set(error, PQstatus(connection) == CONNECTION_OK ? EIO : ECONNRESET, "PostgreSQL: %s", message);
    struct error text;
    (void)error_set(&text, EIO, "%s", PQerrorMessage(connection));
    text.text[strcspn(text.text, "\n")] = '\0';
    return error_set(error, ECONNRESET, "PostgreSQL: %s", text.text[0] != '\0' ? text.text : "the connection was lost");
}

static bool is_success(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void set_sqlstate(const PGresult *result, char *sqlstate_out)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    (void)snprintf(sqlstate_out, DATABASE_SQLSTATE_BYTES, "%s", sqlstate != NULL ? sqlstate : "08006");
}

PGresult *database_query(PGconn *connection, const char *sql, const char *const *values, int value_count,
                         char *sqlstate_out, struct error *error)
{
    PGresult *result = PQexecParams(connection, sql, value_count, NULL, values, NULL, NULL, 0);
    if (is_success(result))
        return result;
    if (sqlstate_out != NULL)
        set_sqlstate(result, sqlstate_out);
    (void)set_query_error(error, connection, result);
    PQclear(result);
    return NULL;
}

int database_execute(PGconn *connection, const char *sql, const char *const *values, int value_count,
                     struct error *error)
{
    PGresult *result = PQexecParams(connection, sql, value_count, NULL, values, NULL, NULL, 0);
    int failure = is_success(result) ? 0 : set_query_error(error, connection, result);
    PQclear(result);
    return failure;
}

int database_check(PGconn *connection, PGresult *result, char *sqlstate_out, struct error *error)
{
    if (is_success(result) || PQresultStatus(result) == PGRES_COPY_IN)
        return 0;
    if (sqlstate_out != NULL)
        set_sqlstate(result, sqlstate_out);
    return set_query_error(error, connection, result);
}
