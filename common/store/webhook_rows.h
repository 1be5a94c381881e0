#pragma once
/*
 * All webhooks, read from PostgreSQL in one REPEATABLE READ transaction into the table that dispatchers use. A row that
 * cannot be read (a URL that today's policy refuses, a secret that does not open) never spoils the load, and its events
 * are not lost: the webhook is held, as if it was paused, until the row is repaired. Blocks.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <libpq-fe.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/seal.h"
#include "common/domain/webhook.h"

#define WEBHOOK_ROWS_NONE (-1) /* no config_version known yet */

struct webhook_refusal {
    char webhook_id[WEBHOOK_ID_BYTES_MAX + 1];
    int64_t version;
    char reason[256];
};

struct webhook_rows {
    struct webhook_table *table;      /* owned, until somebody takes it */
    struct webhook_refusal *refusals; /* owned; in the order of webhook ids */
    size_t refusal_count;
};

enum webhook_rows_outcome {
    WEBHOOK_ROWS_UNCHANGED = 1
};

/* known_version: of the table that the caller has; when config_version is still the same, nothing is read. After a
 * failure the connection may be inside a transaction. */
MUST_CHECK int webhook_rows_load(PGconn *connection, const struct seal_keys *keys, const struct url_policy *policy,
                                 int64_t known_version, struct webhook_rows *rows_out, struct error *error);
void webhook_rows_deinit(struct webhook_rows *rows);
