/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/retry_tier.h"

#include <assert.h>
#include <stddef.h>

/* What rounding may add: a tenth, but at least one second and at most one minute. */
#define LATE_MS_LEAST 1000
#define LATE_MS_MOST  60000

static const struct {
    const char *name;
    int64_t delay_ms;
} tiers[] = {

#define RETRY_TIER(id, name, delay_ms) [RETRY_TIER_##id] = {name, delay_ms},
#include "common/domain/retry_tiers.def"
#undef RETRY_TIER
};

const char *retry_tier_name(enum retry_tier tier)
{
    assert(tier < RETRY_TIER_COUNT);
    return tiers[tier].name;
}

int64_t retry_tier_ms(enum retry_tier tier)
{
    assert(tier < RETRY_TIER_COUNT);
    return tiers[tier].delay_ms;
}

/* The largest tier first is also the fewest, because each tier divides the next. */
static int64_t count_hops(int64_t delay_ms)
{
    int64_t count = 0;
    for (size_t i = RETRY_TIER_COUNT; i-- > 0;) {
        count += delay_ms / tiers[i].delay_ms;
        delay_ms %= tiers[i].delay_ms;
    }
    return count;
}

int64_t retry_plan_round_ms(int64_t delay_ms)
{
    int64_t best_ms = 0;
    if (delay_ms < 1)
        delay_ms = 1;
    int64_t late_ms = delay_ms / 10 < LATE_MS_MOST ? delay_ms / 10 : LATE_MS_MOST;
    int64_t max_ms = delay_ms + (late_ms > LATE_MS_LEAST ? late_ms : LATE_MS_LEAST);
    for (size_t i = 0; i < RETRY_TIER_COUNT; i++) {
        int64_t tier_ms = tiers[i].delay_ms;
        int64_t rounded_ms = (delay_ms + tier_ms - 1) / tier_ms * tier_ms;
        if (rounded_ms <= max_ms && (best_ms == 0 || count_hops(rounded_ms) < count_hops(best_ms)))
            best_ms = rounded_ms;
    }
    assert(best_ms >= delay_ms); /* the first tier is no longer than LATE_MS_LEAST */
    return best_ms;
}

enum retry_tier retry_plan_next(int64_t delay_ms, int64_t *left_ms_out)
{
    assert(delay_ms > 0);
    size_t tier = RETRY_TIER_COUNT - 1;
    while (tier > 0 && tiers[tier].delay_ms > delay_ms)
        tier--;
    int64_t left_ms = delay_ms - tiers[tier].delay_ms;
    *left_ms_out = left_ms > 0 ? left_ms : 0;
    return (enum retry_tier)tier;
}
