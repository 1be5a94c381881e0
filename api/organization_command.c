/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/parse.h"
#include "common/domain/event.h"
#include "common/store/audit_store.h"
#include "common/store/organization_store.h"

#include "api/api.h"
#include "api/commands.h"

static int check(const char *id, const char *name, struct error *error)
{
    if (!organization_id_is_valid(id, strlen(id)))
        return error_set(error, EINVAL, "--id has to be 1 to %d letters, digits or _ . : -", ORG_ID_BYTES_MAX);
    if (strlen(name) > ORGANIZATION_NAME_BYTES_MAX || !parse_is_utf8(name, strlen(name)))
        return error_set(error, EINVAL, "--name has to be UTF-8 of at most %d bytes", ORGANIZATION_NAME_BYTES_MAX);
    return 0;
}

static int create(PGconn *connection, const char *id, const char *name, struct error *error)
{
    const struct audit_entry entry = {.org_id = id,
                                      .actor = "kt-api organization create",
                                      .action = "organization.created",
                                      .target = id,
                                      .request_id = ""};
    int result = database_execute(connection, "BEGIN", NULL, 0, error);
    if (result == 0)
        result = organization_store_enter(connection, id, error);
    if (result == 0)
        result = organization_store_create(connection, id, name, error);
    if (result == ORGANIZATION_EXISTS)
        return error_set(error, EEXIST, "there is an organization %s already", id);
    if (result == 0)
        result = audit_store_add(connection, &entry, error);
    return result == 0 ? database_execute(connection, "COMMIT", NULL, 0, error) : result;
}

int organization_command(void *program, int argc, char **argv)
{
    const struct api *api = program;
    const char *id = NULL, *name = NULL;
    const struct command_option options[] = {
        {.name = "id",       .value_out = &id, .is_needed = true},
        {.name = "name", .value_out = &name, .is_needed = true},
        {0    },
    };
    struct error error = {0};
    PGconn *connection;
    if (command_read_options(argc, argv, "create", options, &error) < 0 || check(id, name, &error) < 0)
        return command_failed("organization", EXIT_USAGE, &error);
    if (database_connect(&api->database, "kt-api organization", &connection, &error) < 0)
        return command_failed("organization", EXIT_FAILED, &error);
    int result = create(connection, id, name, &error);
    PQfinish(connection);
    if (result < 0)
        return command_failed("organization", EXIT_FAILED, &error);
    (void)printf("created %s\n", id);
    return EXIT_DONE;
}
