#pragma once
/*
 * What happens next to a record in a retry topic: it waits until its tier's delay is over, then moves on to the tiers
 * that its plan still has, and from the last one, after its jitter, back to the dispatchers. Pure; all times are Unix
 * milliseconds. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/domain/retry_tier.h"

enum hop_kind {
    HOP_WAIT, /* its delay is not over, and so nobody's behind it */
    HOP_HOLD, /* its delay is over, its jitter is not: others may pass */
    HOP_TIER, /* to another tier */
    HOP_DUE   /* to the dispatchers */
};

struct hop_plan {
    enum retry_tier tier; /* it stands in */
    int64_t start_ms;     /* since then: hop_start_ms() */
    int64_t left_ms;      /* what its plan has after this tier */
    int64_t jitter_ms;    /* and at its end */
};

struct hop {
    enum hop_kind kind;
    int64_t at_ms;        /* WAIT, HOLD: ask again then */
    enum retry_tier tier; /* TIER: the next */
    int64_t left_ms;      /* TIER: what is left after it */
};

/* When the delay of a record began: when the broker appended it. A time that we have not reached yet (another clock, or
 * a topic with the producers' times) begins now, so that no record waits for ever and none starts early. */
int64_t hop_start_ms(int64_t append_ms, int64_t now_ms);

/* When its delay is over. Append times are cut to a millisecond, hence one more. */
int64_t hop_ripe_ms(const struct hop_plan *plan);

/* What is left of a record's jitter as a part of its plan, so that other tiers can wait for it: as many as it takes,
 * and at most a second or a tenth later. Nothing changes before its delay is over. */
void hop_give_up_jitter(struct hop_plan *plan, int64_t now_ms);

struct hop hop_decide(const struct hop_plan *plan, int64_t now_ms);
