/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/store/migrate.h"

#include "api/api.h"
#include "api/commands.h"

static void say_applied(void *owner, const char *name)
{
    (void)owner;
    (void)printf("applied %s\n", name);
}

static void say_missing(void *owner, const char *name)
{
    (void)owner;
    (void)printf("missing %s\n", name);
}

static int check(PGconn *connection, struct error *error)
{
    size_t missing_count;
    if (migrate_check(connection, &(struct migrate_owner){.each = say_missing}, &missing_count, error) < 0)
        return command_failed("migrate", EXIT_FAILED, error);
    if (missing_count == 0)
        (void)printf("the schema is up to date\n");
    return missing_count == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int apply(PGconn *connection, struct error *error)
{
    size_t applied_count;
    if (migrate_run(connection, &(struct migrate_owner){.each = say_applied}, &applied_count, error) < 0)
        return command_failed("migrate", EXIT_FAILED, error);
    if (applied_count == 0)
        (void)printf("the schema is up to date\n");
    return EXIT_DONE;
}

int migrate_command(void *program, int argc, char **argv)
{
    const struct api *api = program;
    const char *check_only = NULL;
    const struct command_option options[] = {
        {.name = "check",  .value_out = &check_only, .is_flag = true},
        {0}
    };
    struct error error = {0};
    PGconn *connection;
    if (command_read_options(argc, argv, NULL, options, &error) < 0)
        return command_failed("migrate", EXIT_USAGE, &error);
    if (database_connect(&api->database, "kt-api migrate", &connection, &error) < 0)
        return command_failed("migrate", EXIT_FAILED, &error);
    int exit_code = check_only != NULL ? check(connection, &error) : apply(connection, &error);
    PQfinish(connection);
    return exit_code;
}
