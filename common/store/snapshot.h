#pragma once
/*
 * The dispatcher's view of all webhooks: a thread-pool job loads it (LISTEN first, then one REPEATABLE READ snapshot),
 * the loop gets a finished immutable table. Reloads on NOTIFY, after a reconnect, and every 10 s if config_version
 * moved. PostgreSQL away: the last table stays, reconnects with back-off and jitter. Loop's thread, except inside the
 * job. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
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

/* keys must outlive it; policy is copied. */
struct snapshot *snapshot_new(const struct database_settings *database, const struct seal_keys *keys,
                              const struct url_policy *policy, const struct snapshot_owner *owner, uv_loop_t *loop);
const struct webhook_table *snapshot_table(const struct snapshot *snapshot); /* NULL before the first */
int64_t snapshot_age_ms(const struct snapshot *snapshot,
                        uint64_t monotonic_now_ms); /* since it was last known to be current; -1: never */
/* A change was heard of and is being loaded: whoever matches events now may miss a new webhook. Never true for long: it
 * ends with the load, or with the connection. */
bool snapshot_is_behind(const struct snapshot *snapshot);
/* Webhooks whose row cannot be read: held as if paused (webhook_rows.h), or left out when not even their events are
 * known. */
size_t snapshot_held_count(const struct snapshot *snapshot);
/* Stops; calls closed(owner) on the loop when the running job has ended. */
void snapshot_close(struct snapshot *snapshot, void (*closed)(void *owner), void *owner);
/* NULL-safe. Before it is closed: closes it first, and is gone when the loop has done so; a loop that no longer runs
 * leaves it to the end of the process. */
void snapshot_free(struct snapshot *snapshot);
