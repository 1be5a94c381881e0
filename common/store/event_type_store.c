/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/event_type_store.h"

#include <errno.h>

#include "common/store/row.h"

int event_type_store_exists(PGconn *connection, bool *exists_out, struct error *error)
{
    static const char sql[] = "SELECT to_regclass('event_types') IS NOT NULL";
    PGresult *result = database_query(connection, sql, NULL, 0, NULL, error);
    if (result == NULL)
        return -EIO;
    *exists_out = row_bool((struct row){result, 0}, 0);
    PQclear(result);
    return 0;
}

int event_type_store_list(PGconn *connection, json_t **types_out, struct error *error)
{
    char limit[ROW_NUMBER_BYTES];
    const char *values[] = {row_number(CUSTOM_EVENT_TYPES_MAX, limit)};
    PGresult *result = database_query(connection, "SELECT name, text FROM event_types ORDER BY name LIMIT $1::bigint",
                                      values, 1, NULL, error);
    if (result == NULL)
        return -EIO;
    json_t *types = json_object();
    for (int i = 0; i < PQntuples(result); i++) {
        struct row row = {result, i};
        json_object_set_new(types, row_text(row, 0), json_string(row_text(row, 1)));
    }
    PQclear(result);
    *types_out = types;
    return 0;
}
