#pragma once
/*
 * Brings a database to the schema this program was built with: the files of sql/, which are part of the program, in
 * order, each in a transaction of its own. What was applied stands in schema_migrations with its hash; a file that
 * changed afterwards is refused. A database that is newer than the program is fine: migrations only add. Blocks.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <libpq-fe.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

struct migrate_owner {
    void *owner;
    /* "0004_webhooks": was just applied by migrate_run(), or is missing for migrate_check(). May be NULL. */
    void (*each)(void *owner, const char *name);
};

/* As the owner of the schema. Two at a time: the second waits and finds nothing left to do. */
MUST_CHECK int migrate_run(PGconn *connection, const struct migrate_owner *owner, size_t *applied_out,
                           struct error *error);

/* Changes nothing; any of our roles may ask. */
MUST_CHECK int migrate_check(PGconn *connection, const struct migrate_owner *owner, size_t *missing_out,
                             struct error *error);
