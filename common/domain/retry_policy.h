#pragma once
/*
 * What follows an attempt: delivered, another attempt after a delay, or the end. Pure: no clock, no random number of
 * its own. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/outcome.h"

#define RETRY_DELAYS_MAX    30
#define RETRY_DELAY_S_MAX   86400
#define RETRY_JITTER_MS_MAX 60000
#define RETRY_AFTER_MS_MAX  (24 * 3600 * 1000LL)
#define RETRY_AFTER_NONE    (-1)

/* The delays between attempts; count + 1 attempts in all. */
struct retry_schedule {
    uint32_t delays_s[RETRY_DELAYS_MAX];
    size_t count;
};

/* "standard" (10 attempts, 75 h 35 m) or "fast" (1 s, 5 s, 30 s, 2 m, 10 m); NULL when there is no such preset. */
const struct retry_schedule *retry_schedule_preset(const char *name);
/* The preset's name, or NULL for an own list. */
const char *retry_schedule_name(const struct retry_schedule *schedule);

struct attempt_result {
    enum error_class error; /* ERROR_CLASS_NONE: a 2xx */
    int code;               /* HTTP status, 0 if none arrived */
    int64_t retry_after_ms; /* from the answer, RETRY_AFTER_NONE if not given */
};

struct verdict {
    enum outcome outcome;
    int64_t delay_ms;      /* RETRYING: until the next attempt, before jitter */
    bool disables_webhook; /* 410: no more deliveries to it */
};

/* number: of the attempt that just ended, 1…. */
struct verdict retry_decide(const struct retry_schedule *schedule, unsigned number,
                            const struct attempt_result *result);

/* Only adds: 0 … min(10 % of the delay, 60 s), from a random number. */
int64_t retry_jitter_ms(int64_t delay_ms, uint64_t random);

/* The value of a Retry-After header: seconds or an HTTP date (RFC 9110 section 10.2.3) → milliseconds from now, >= 0.
 * RETRY_AFTER_NONE when it cannot be read or lies in the past. */
int64_t retry_after_parse(const char *value, size_t length, int64_t now_ms);
