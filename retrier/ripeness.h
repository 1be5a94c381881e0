#pragma once
/*
 * When a record of a tier may leave it. Counted from the broker's own time stamp, so that the clocks of dispatchers do
 * not matter. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/domain/retry_tier.h"

/* The wall-clock millisecond at which it is ripe. The broker cuts its stamp to milliseconds: one is added, so that it
 * is never early. */
int64_t ripeness_at_ms(int64_t appended_ms, enum retry_tier tier);

/* How long to sleep before looking again; 0 when it is ripe. Never long, because the wall clock may be set meanwhile.
 */
#define RIPENESS_SLEEP_MS_MAX 10000
uint64_t ripeness_sleep_ms(int64_t ripe_at_ms, int64_t now_ms);
