#pragma once
/*
 * The dispatcher's view of all webhooks: a thread-pool job loads it (LISTEN first, then one REPEATABLE READ snapshot), the loop
 * gets a finished immutable table. Reloads on NOTIFY, after a reconnect, and every 10 s if config_version moved. PostgreSQL
 * away: the last table stays, reconnects with back-off and jitter. Loop's thread, except inside the job.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <uv.h>

#include "common/domain/webhook.h"
#include "common/store/database.h"

struct snapshot;

struct snapshot_owner {
    void *owner;
    /* A new table; the snapshot owns it and keeps it until the next one was handed over. */
    void (*loaded)(void *owner, const struct webhook_table *table);
};

struct snapshot *snapshot_new(const struct database_settings *database, const struct seal_keys *keys,
                              const struct url_policy *policy, const struct snapshot_owner *owner, uv_loop_t *loop);
const struct webhook_table *snapshot_table(const struct snapshot *snapshot); /* NULL before the first */
int64_t snapshot_age_ms(const struct snapshot *snapshot, uint64_t monotonic_now_ms); /* since last known to be current; -1: never */
/* Stops; calls closed(owner) on the loop when the running job has ended. */
void snapshot_close(struct snapshot *snapshot, void (*closed)(void *owner), void *owner);
void snapshot_free(struct snapshot *snapshot); /* NULL-safe; after closed */
