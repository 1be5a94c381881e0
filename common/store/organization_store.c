/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/organization_store.h"

#include <errno.h>
#include <string.h>

#include "common/domain/event.h"

bool organization_id_is_valid(const char *id, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
    return length >= 1 && length <= ORG_ID_BYTES_MAX && strspn(id, allowed) == length;
}

int organization_store_enter(PGconn *connection, const char *org_id, struct error *error)
{
    PGresult *result = database_query(connection, "SELECT set_config('app.org', $1, true)", &org_id, 1, NULL, error);
    if (result == NULL)
        return -EIO;
    PQclear(result);
    return 0;
}

int organization_store_create(PGconn *connection, const char *org_id, const char *name, struct error *error)
{
    const char *values[] = {org_id, name};
    PGresult *result = database_query(
        connection, "INSERT INTO organizations (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id",
        values, 2, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = PQntuples(result) == 1 ? 0 : ORGANIZATION_EXISTS;
    PQclear(result);
    return outcome;
}
