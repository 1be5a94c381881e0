/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/ripeness.h"

int64_t ripeness_at_ms(int64_t appended_ms, enum retry_tier tier)
{
    return appended_ms + retry_tier_ms(tier) + 1;
}

uint64_t ripeness_sleep_ms(int64_t ripe_at_ms, int64_t now_ms)
{
    int64_t left_ms = ripe_at_ms - now_ms;
    if (left_ms <= 0)
        return 0;
    return left_ms < RIPENESS_SLEEP_MS_MAX ? (uint64_t)left_ms : RIPENESS_SLEEP_MS_MAX;
}
