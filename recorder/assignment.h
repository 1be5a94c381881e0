#pragma once
/*
 * Where newly assigned partitions are read on. The answer is in PostgreSQL and takes a job in the thread pool, so the
 * first assignment asks and is put off, and the next one, a second later, finds the answer. An answer that has grown
 * old meanwhile does no harm: the first compare-and-set loses, and the partition is read again from the right place.
 * Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/kafka/consumer.h"

#include "recorder/offsets.h"

struct assignment {
    struct offset_place *places; /* of the last question */
    size_t count;
    bool is_asked;  /* the next job has to answer */
    bool is_in_job; /* the job is answering: hands off */
    bool is_answered;
};

void assignment_deinit(struct assignment *assignment);

/* 0: every partition got its state (struct batch_source) and start offset. -EAGAIN: not known yet; is_asked says
 * whether a job has to be started. */
MUST_CHECK int assignment_resolve(struct assignment *assignment, struct kafka_partition *const *partitions,
                                  int64_t *start_offsets, size_t count);
/* The job's answer. */
void assignment_answered(struct assignment *assignment, bool is_success);
