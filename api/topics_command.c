/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "common/kafka/topic.h"
#include "common/store/event_type_store.h"

#include "api/api.h"
#include "api/commands.h"

#define TOPICS_TIMEOUT_MS 30000

static int ensure(const struct api *api, json_t *custom_types, struct error *error)
{
    const char *names[CUSTOM_EVENT_TYPES_MAX], *name;
    size_t count = 0;
    json_t *text;
    json_object_foreach(custom_types, name, text)
        names[count++] = name;
    return topics_ensure(&api->kafka, names, count, TOPICS_TIMEOUT_MS, error);
}

/* Custom event types have topics too, and stand in the database; before its schema is there, there are none. */
static int read_custom_types(const struct api *api, json_t **types_out, struct error *error)
{
    PGconn *connection;
    int result = database_connect(&api->database, "kt-api topics", &connection, error);
    if (result < 0)
        return result;
    bool exists;
    result = event_type_store_exists(connection, &exists, error);
    if (result == 0 && exists)
        result = event_type_store_list(connection, types_out, error);
    PQfinish(connection);
    return result < 0 ? error_prefix(error, result, "the topics of custom event types are not made") : 0;
}

int topics_command(void *program, int argc, char **argv)
{
    const struct api *api = program;
    const struct command_option options[] = {{0}};
    struct error error = {0};
    json_t *custom_types = NULL;
    if (command_read_options(argc, argv, "ensure", options, &error) < 0)
        return command_failed("topics", EXIT_USAGE, &error);
    int database_result = read_custom_types(api, &custom_types, &error);
    int exit_code = database_result < 0 ? command_failed("topics", EXIT_FAILED, &error) : EXIT_DONE;
    if (ensure(api, custom_types, &error) < 0)
        exit_code = command_failed("topics", EXIT_FAILED, &error);
    json_decref(custom_types);
    return exit_code;
}
