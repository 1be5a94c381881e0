#pragma once
/*
 * The history for readers: deliveries, each made of its attempts, out of the rows that kt-recorder wrote. In a
 * transaction that works for the organization; every statement names it besides. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/attempt.h"
#include "common/store/database.h"
#include "common/store/position.h"

#define HISTORY_ATTEMPTS_MAX 500 /* of one delivery, in one answer */

/* A delivery seen through its newest attempt. */
struct stored_delivery {
    char id[DELIVERY_ID_BYTES];
    char webhook_id[WEBHOOK_ID_BYTES_MAX + 1];
    char event_id[EVENT_ID_BYTES_MAX + 1];
    char event_type[EVENT_TYPE_BYTES_MAX + 1];
    char error[32];   /* error class of the newest attempt, "" if none */
    char trigger[16]; /* why the newest series was made */
    enum outcome outcome;
    int code;              /* 0: none */
    int64_t attempt_count; /* requests made or tried, of all series */
    int64_t accepted_ms, started_ms;
    int64_t next_attempt_ms; /* 0: none planned */
    struct origin origin;
};

enum history_store_outcome {
    HISTORY_ABSENT = 1
};

/* Calls found for each delivery of the webhook, newest event first; the delivery is borrowed. */
MUST_CHECK int history_store_list(PGconn *connection, const char *org_id, const char *webhook_id,
                                  const struct position *after, int64_t limit,
                                  void (*found)(void *owner, const struct stored_delivery *delivery), void *owner,
                                  struct error *error);
/* 0 or HISTORY_ABSENT: not in this organization, or nothing was attempted yet. */
MUST_CHECK int history_store_get(PGconn *connection, const char *org_id, const char *delivery_id,
                                 struct stored_delivery *delivery_out, struct error *error);
/* Calls found for each attempt, oldest first; the attempt is borrowed. Only what a reader sees of it is filled in. */
MUST_CHECK int history_store_attempts(PGconn *connection, const char *org_id, const struct stored_delivery *delivery,
                                      void (*found)(void *owner, const struct attempt *attempt), void *owner,
                                      struct error *error);
