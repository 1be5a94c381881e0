/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/hop.h"

#define CUT_MS 1

int64_t hop_start_ms(int64_t append_ms, int64_t now_ms)
{
    return append_ms >= 0 && append_ms < now_ms ? append_ms : now_ms;
}

int64_t hop_ripe_ms(const struct hop_plan *plan)
{
    return plan->start_ms + retry_tier_ms(plan->tier) + CUT_MS;
}

void hop_give_up_jitter(struct hop_plan *plan, int64_t now_ms)
{
    int64_t until_ms = hop_ripe_ms(plan) + plan->jitter_ms - now_ms;
    if (now_ms < hop_ripe_ms(plan) || plan->left_ms > 0)
        return;
    plan->left_ms = until_ms > 0 ? retry_plan_round_ms(until_ms) : 0;
    plan->jitter_ms = 0;
}

struct hop hop_decide(const struct hop_plan *plan, int64_t now_ms)
{
    int64_t ripe_ms = hop_ripe_ms(plan);
    struct hop hop = {.kind = HOP_DUE};
    if (now_ms < ripe_ms)
        return (struct hop){.kind = HOP_WAIT, .at_ms = ripe_ms};
    if (plan->left_ms > 0) {
        hop.kind = HOP_TIER;
        hop.tier = retry_plan_next(plan->left_ms, &hop.left_ms);
        return hop;
    }
    if (now_ms < ripe_ms + plan->jitter_ms)
        return (struct hop){.kind = HOP_HOLD, .at_ms = ripe_ms + plan->jitter_ms};
    return hop;
}
