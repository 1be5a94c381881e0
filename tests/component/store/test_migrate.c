/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/store/migrate.h"

#include "tests/component/store/connect.h"

static void count_name(void *owner, const char *name)
{
    size_t *count = owner;
    (*count)++;
    assert_true(strlen(name) > 5 && name[4] == '_');
}

static size_t missing(const char *role)
{
    PGconn *connection = connect_as(role);
    struct error error;
    size_t count = 0;
    assert_int_equal(migrate_check(connection, NULL, &count, &error), 0);
    PQfinish(connection);
    return count;
}

/* The tests build on one another: the database is empty before the first. */
static void an_empty_database_misses_everything_and_gets_it(void **state)
{
    (void)state;
    size_t expected = missing("owner");
    assert_true(expected >= 6);
    PGconn *connection = connect_as("owner");
    size_t seen = 0, applied = 0;
    const struct migrate_owner owner = {.owner = &seen, .each = count_name};
    struct error error = {.text = ""};
    assert_int_equal(migrate_run(connection, &owner, &applied, &error), 0);
    assert_int_equal(applied, expected);
    assert_int_equal(seen, expected);
    PQfinish(connection);
}

static void a_second_run_finds_nothing_to_do(void **state)
{
    (void)state;
    PGconn *connection = connect_as("owner");
    size_t applied = 77;
    struct error error;
    assert_int_equal(migrate_run(connection, NULL, &applied, &error), 0);
    assert_int_equal(applied, 0);
    PQfinish(connection);
}

static void our_roles_may_ask(void **state)
{
    (void)state;
    assert_int_equal(missing("kt_api"), 0);
    assert_int_equal(missing("kt_recorder"), 0);
}

static void a_changed_file_is_refused_by_name(void **state)
{
    (void)state;
    PGconn *connection = connect_as("owner");
    execute(connection, "UPDATE schema_migrations SET sha256 = 'other' WHERE number = 3");
    struct error error = {.text = ""};
    size_t count = 77;
    assert_int_equal(migrate_run(connection, NULL, &count, &error), -EINVAL);
    assert_non_null(strstr(error.text, "0003_audit"));
    assert_int_equal(migrate_check(connection, NULL, &count, &error), -EINVAL);
    assert_int_equal(count, 77);
    PQfinish(connection);
}

static void a_newer_database_is_fine(void **state)
{
    (void)state;
    PGconn *connection = connect_as("owner");
    execute(connection, "DELETE FROM schema_migrations WHERE number = 3");
    execute(connection, "INSERT INTO schema_migrations (number, name, sha256) VALUES (9999, '9999_later', 'x')");
    assert_int_equal(missing("owner"), 1);
    PQfinish(connection);
}

static void a_failing_file_leaves_nothing_behind(void **state)
{
    (void)state;
    PGconn *connection = connect_as("owner");
    struct error error = {.text = ""};
    size_t applied = 77;
    assert_int_equal(migrate_run(connection, NULL, &applied, &error), -EIO); /* audit_log is there already */
    assert_non_null(strstr(error.text, "migration 0003_audit"));
    assert_int_equal(PQtransactionStatus(connection), PQTRANS_IDLE);
    assert_int_equal(missing("owner"), 1);
    PQfinish(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_database_misses_everything_and_gets_it),
        cmocka_unit_test(a_second_run_finds_nothing_to_do),
        cmocka_unit_test(our_roles_may_ask),
        cmocka_unit_test(a_changed_file_is_refused_by_name),
        cmocka_unit_test(a_newer_database_is_fine),
        cmocka_unit_test(a_failing_file_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
