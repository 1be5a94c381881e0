#pragma once
/*
 * A webhook as people configure it, and the index by which a dispatcher finds those that an event goes to. A webhook is
 * immutable and counted: a delivery keeps the version it started with while a newer table is swapped in. Pure; one
 * thread.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/domain/delivery.h"
#include "common/domain/retry_policy.h"
#include "common/domain/signature.h"
#include "common/domain/url_policy.h"

#define WEBHOOK_PATTERNS_MAX       50
#define WEBHOOK_NAME_BYTES_MAX     100
#define WEBHOOK_TIMEOUT_MS_MIN     1000
#define WEBHOOK_TIMEOUT_MS_MAX     30000
#define WEBHOOK_TIMEOUT_MS_DEFAULT 15000

#define WEBHOOK_STATES(X)                                             \
    X(ENABLED, "enabled")   /* events are delivered */                \
    X(PAUSED, "paused")     /* deliveries wait until it is resumed */ \
    X(DISABLED, "disabled") /* no deliveries; the reason says why */

enum webhook_state {
#define X(name, text) WEBHOOK_##name,
    WEBHOOK_STATES(X)
#undef X
};

const char *webhook_state_text(enum webhook_state state);
MUST_CHECK int webhook_state_parse(const char *text, enum webhook_state *state_out);

struct webhook_header {
    char *name;  /* owned */
    char *value; /* owned */
};

struct webhook_secret {
    struct secret secret;
    int64_t expires_ms; /* 0: never; after it the secret no longer signs */
};

struct webhook {
    unsigned reference_count;
    char id[WEBHOOK_ID_BYTES_MAX + 1];
    char org_id[ORG_ID_BYTES_MAX + 1];
    struct url url;
    enum webhook_state state;
    char **patterns; /* owned */
    size_t pattern_count;
    struct webhook_header *headers; /* owned */
    size_t header_count;
    uint32_t timeout_ms;
    struct retry_schedule schedule;
    bool is_ordered;         /* ordering: key */
    int64_t rate_per_second; /* 0: no limit */
    int64_t concurrency;     /* 0: the process's own limit */
    int64_t version;
    struct webhook_secret secrets[SIGNATURE_SECRETS_MAX]; /* newest first */
    size_t secret_count;
};

struct webhook *webhook_new(void); /* one reference, everything empty */
struct webhook *webhook_ref(struct webhook *webhook);
void webhook_unref(struct webhook *webhook); /* NULL-safe; wipes secrets with the last one */

bool webhook_subscribes(const struct webhook *webhook, const char *event_type);
/* The secrets valid now, newest first; returns how many (at least 1: an expired newest still signs alone). */
size_t webhook_secrets_at(const struct webhook *webhook, int64_t now_ms,
                          struct secret secrets_out[static SIGNATURE_SECRETS_MAX]);

/* All webhooks at one moment, indexed by id and by organization. */
struct webhook_table;
struct webhook_table *webhook_table_new(int64_t config_version);
void webhook_table_free(struct webhook_table *table);                         /* NULL-safe */
void webhook_table_add(struct webhook_table *table, struct webhook *webhook); /* takes the reference; ids are unique */
size_t webhook_table_count(const struct webhook_table *table);
int64_t webhook_table_version(const struct webhook_table *table);
struct webhook *webhook_table_find(const struct webhook_table *table, const char *webhook_id); /* borrowed or NULL */
/* Calls fn for every webhook of the organization (any state). */
void webhook_table_each(const struct webhook_table *table, const char *org_id,
                        void (*fn)(void *owner, struct webhook *webhook), void *owner);
