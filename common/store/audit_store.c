/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/audit_store.h"

#include <stdlib.h>

#include "common/base/alloc.h"

int audit_store_add(PGconn *connection, const struct audit_entry *entry, struct error *error)
{
    static const char sql[] = "INSERT INTO audit_log (org_id, actor, action, target, request_id, details) "
                              "VALUES ($1, $2, $3, $4, $5, coalesce($6::jsonb, '{}'))";
    CLEANUP(free_pointer) char *details = entry->details == NULL ? NULL : json_dumps(entry->details, JSON_COMPACT);
    const char *values[] = {entry->org_id, entry->actor, entry->action, entry->target, entry->request_id, details};
    int result = database_execute(connection, sql, values, 6, error);
    return result < 0 ? error_prefix(error, result, "audit log") : 0;
}
