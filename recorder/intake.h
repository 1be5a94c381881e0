#pragma once
/*
 * A record becomes a row of the batch, or the reason why it cannot. Pure: looks at nothing but the record and the time
 * it is given. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#include "recorder/batch.h"

struct intake {
    const char *topic_prefix;
    const char *attempts_topic;
    const char *cluster_id;
    int64_t first_day; /* days of the history that rows may fall on, both included */
    int64_t last_day;
};

/* 0: the row is written into the batch. Otherwise it is PASSED still, and error says why: */
enum intake_outcome {
    INTAKE_UNREADABLE = 1, /* an attempt record that cannot be decoded */
    INTAKE_OUTSIDE,        /* its day lies outside what the history keeps */
    INTAKE_SKIPPED, /* an event record that cannot be read: kt-dispatcher, which reads it too, sends it to kt.dead */
};

MUST_CHECK int intake_record(const struct intake *intake, struct batch *batch, struct batch_row *row,
                             struct error *error);
