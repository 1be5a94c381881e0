#pragma once
/*
 * A delay as a sum of the constant delays of the retry topics. A record carries what is left of its plan after the tier
 * it stands in (header kt-left-ms), so the sum stays exact however late a hop is. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#define RETRY_TIER(id, name, delay_ms) RETRY_TIER_##id,

enum retry_tier {
#include "common/domain/retry_tiers.def"
    RETRY_TIER_COUNT
};

#undef RETRY_TIER

const char *retry_tier_name(enum retry_tier tier);
int64_t retry_tier_ms(enum retry_tier tier);

/* A delay that tiers can make up: not shorter, and longer by at most a tenth (at least 1 s, at most 60 s), so that odd
 * delays (Retry-After) take few hops. Delays of the presets come out unchanged. */
int64_t retry_plan_round_ms(int64_t delay_ms);

/* The next tier for a planned (rounded) delay > 0, and what is left after it (0: then it is due). */
enum retry_tier retry_plan_next(int64_t delay_ms, int64_t *left_ms_out);
