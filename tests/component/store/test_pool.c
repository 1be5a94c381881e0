/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "common/base/clock.h"

#include "tests/component/store/connect.h"

static PGconn *take(struct database_pool *pool)
{
    struct error error = {.text = ""};
    PGconn *connection = database_pool_take(pool, &error);
    if (connection == NULL)
        fail_msg("%s", error.text);
    return connection;
}

static void a_connection_that_was_given_back_is_taken_again(void **state)
{
    (void)state;
    struct database_pool *pool = database_pool_new(settings_as("kt_api"), "test");
    PGconn *first = take(pool);
    database_pool_give(pool, first);
    assert_ptr_equal(take(pool), first);
    database_pool_give(pool, first);
    database_pool_give(pool, NULL);
    database_pool_free(pool);
}

static void what_was_left_open_is_rolled_back(void **state)
{
    (void)state;
    struct database_pool *pool = database_pool_new(settings_as("kt_api"), "test");
    PGconn *connection = take(pool);
    execute(connection, "BEGIN");
    execute(connection, "SELECT set_config('app.org', 'org_a', true)");
    database_pool_give(pool, connection);
    connection = take(pool);
    assert_int_equal(PQtransactionStatus(connection), PQTRANS_IDLE);
    struct error error;
    PGresult *result = database_query(connection, "SELECT current_org() IS NULL", NULL, 0, NULL, &error);
    assert_string_equal(PQgetvalue(result, 0, 0), "t");
    PQclear(result);
    database_pool_give(pool, connection);
    database_pool_free(pool);
}

static void a_dead_connection_is_replaced(void **state)
{
    (void)state;
    struct database_pool *pool = database_pool_new(settings_as("kt_api"), "test");
    PGconn *connection = take(pool);
    int process_id = PQbackendPID(connection);
    database_pool_give(pool, connection);
    PGconn *superuser = connect_as("postgres");
    char sql[80];
    (void)snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 5000)", process_id);
    execute(superuser, sql);
    PQfinish(superuser);
    connection = take(pool);
    assert_int_not_equal(PQbackendPID(connection), process_id);
    execute(connection, "SELECT 1");
    database_pool_give(pool, connection);
    assert_true(database_pool_is_healthy(pool));
    database_pool_free(pool);
}

static void who_comes_too_late_hears_so_in_time(void **state)
{
    (void)state;
    struct database_pool *pool = database_pool_new(settings_as("kt_api"), "test");
    PGconn *first = take(pool);
    PGconn *second = take(pool);
    uint64_t started_ms = clock_monotonic_ms();
    struct error error = {.text = ""};
    assert_null(database_pool_take(pool, &error));
    assert_string_equal(error.text, "all 2 connections to PostgreSQL are in use");
    assert_in_range(clock_monotonic_ms() - started_ms, 1900, 10000);
    database_pool_give(pool, first);
    database_pool_give(pool, second);
    database_pool_free(pool);
}

static void *use_often(void *owner)
{
    struct database_pool *pool = owner;
    for (int i = 0; i < 50; i++) {
        struct error error;
        PGconn *connection = database_pool_take(pool, &error);
        if (connection == NULL || database_execute(connection, "SELECT 1", NULL, 0, &error) < 0)
            return owner; /* cmocka's asserts are for its own thread */
        database_pool_give(pool, connection);
    }
    return NULL;
}

static void many_threads_share_few_connections(void **state)
{
    (void)state;
    struct database_pool *pool = database_pool_new(settings_as("kt_api"), "test");
    pthread_t threads[8];
    for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_often, pool), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(threads); i++) {
        void *failure = NULL;
        assert_int_equal(pthread_join(threads[i], &failure), 0);
        assert_null(failure);
    }
    database_pool_free(pool);
}

static void a_server_that_refuses_is_unhealthy(void **state)
{
    (void)state;
    struct database_pool *pool = database_pool_new(settings_as("kt_nobody"), "test");
    struct error error = {.text = ""};
    assert_null(database_pool_take(pool, &error));
    assert_non_null(strstr(error.text, "kt_nobody"));
    assert_null(strchr(error.text, '\n'));
    assert_false(database_pool_is_healthy(pool));
    database_pool_free(pool);
}

static void an_error_is_one_line_without_values(void **state)
{
    (void)state;
    PGconn *connection = connect_as("owner");
    execute(connection, "CREATE TABLE once (id text PRIMARY KEY)");
    execute(connection, "INSERT INTO once VALUES ('whsec_hidden')");
    struct error error = {.text = ""};
    char sqlstate[DATABASE_SQLSTATE_BYTES];
    const char *const values[] = {"whsec_hidden"};
    assert_null(database_query(connection, "INSERT INTO once VALUES ($1)", values, 1, sqlstate, &error));
    assert_string_equal(sqlstate, "23505");
    assert_null(strstr(error.text, "whsec_hidden"));
    assert_null(strchr(error.text, '\n'));
    PQfinish(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_that_was_given_back_is_taken_again),
        cmocka_unit_test(what_was_left_open_is_rolled_back),
        cmocka_unit_test(a_dead_connection_is_replaced),
        cmocka_unit_test(who_comes_too_late_hears_so_in_time),
        cmocka_unit_test(many_threads_share_few_connections),
        cmocka_unit_test(a_server_that_refuses_is_unhealthy),
        cmocka_unit_test(an_error_is_one_line_without_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
