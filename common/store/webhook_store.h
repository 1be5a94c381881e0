#pragma once
/*
 * Webhooks and their secrets in PostgreSQL, for whoever changes them. Each function is a part of the caller's
 * transaction, which works for the organization (organization_store_enter() or token_store_enter()); every statement
 * names the organization besides. A change moves config_version and wakes the dispatchers when the transaction commits
 * (triggers in sql/). SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/webhook.h"
#include "common/store/database.h"
#include "common/store/position.h"

#define WEBHOOK_REASON_BYTES_MAX 500

/* A webhook as it is stored: what people see of it, without secrets. */
struct stored_webhook {
    char id[WEBHOOK_ID_BYTES_MAX + 1];
    char name[WEBHOOK_NAME_BYTES_MAX + 1];
    char url[URL_BYTES_MAX + 1];
    json_t *events; /* array of types and patterns; owned */
    enum webhook_state state;
    char state_reason[WEBHOOK_REASON_BYTES_MAX + 1]; /* "": none */
    json_t *headers;                                 /* object of name → value; owned */
    int64_t timeout_ms;
    json_t *retry_schedule;   /* "standard", "fast" or an array of seconds; owned */
    int64_t rate_per_second;  /* 0: no limit */
    int64_t rate_concurrency; /* 0: no limit */
    bool is_ordered;
    int64_t version;
    int64_t created_ms, updated_ms;
    int64_t created_micros; /* with the id: its position in the list */
};

void stored_webhook_init(struct stored_webhook *webhook);   /* the defaults of a new one */
void stored_webhook_deinit(struct stored_webhook *webhook); /* NULL-safe */

enum webhook_store_outcome {
    WEBHOOK_ABSENT = 1,    /* no such webhook in this organization */
    WEBHOOK_LIMIT_REACHED, /* the organization has as many as it may */
    WEBHOOK_SECRETS_FULL,  /* SIGNATURE_SECRETS_MAX secrets sign already */
};

/* Makes the transaction the only one that changes configuration. First in every change: what it reads after this holds
 * until it commits. */
MUST_CHECK int webhook_store_lock(PGconn *connection, struct error *error);

/* The id is the caller's; times and version are filled in. 0 or WEBHOOK_LIMIT_REACHED. */
MUST_CHECK int webhook_store_create(PGconn *connection, const char *org_id, struct stored_webhook *webhook,
                                    int64_t webhooks_max, struct error *error);
/* 0 or WEBHOOK_ABSENT; webhook_out is initialised only on 0. */
MUST_CHECK int webhook_store_get(PGconn *connection, const char *org_id, const char *webhook_id,
                                 struct stored_webhook *webhook_out, struct error *error);
/* Calls found for each, newest first; the webhook is borrowed. */
MUST_CHECK int webhook_store_list(PGconn *connection, const char *org_id, const struct position *after, int64_t limit,
                                  void (*found)(void *owner, const struct stored_webhook *webhook), void *owner,
                                  struct error *error);
/* Writes everything that can change; times and version are filled in. 0 or WEBHOOK_ABSENT. */
MUST_CHECK int webhook_store_update(PGconn *connection, const char *org_id, struct stored_webhook *webhook,
                                    struct error *error);
/* The row stays for the history, its secrets go. 0 or WEBHOOK_ABSENT. */
MUST_CHECK int webhook_store_delete(PGconn *connection, const char *org_id, const char *webhook_id,
                                    struct error *error);

/* Seals a secret and adds it as the newest. */
MUST_CHECK int webhook_store_add_secret(PGconn *connection, const struct seal_keys *keys, const char *org_id,
                                        const char *webhook_id, const struct secret *secret, struct error *error);
/* Lets the webhook's secrets sign for at most overlap_s more seconds (0: no longer). 0 or WEBHOOK_SECRETS_FULL. */
MUST_CHECK int webhook_store_expire_secrets(PGconn *connection, const char *org_id, const char *webhook_id,
                                            int64_t overlap_s, struct error *error);
