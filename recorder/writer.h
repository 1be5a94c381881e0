#pragma once
/*
 * The recorder's side of PostgreSQL: one connection, used by one job at a time in the thread pool. Everything here
 * blocks. After a negative result the connection is gone, and the next call makes a new one.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/store/database.h"

#include "recorder/batch.h"
#include "recorder/offsets.h"
#include "recorder/rows.h"

struct writer;

struct writer *writer_new(const struct database_settings *database, const char *group);
void writer_free(struct writer *writer); /* NULL-safe */

/* Makes the history's partitions from yesterday to a week ahead of a day, and drops those that are older than
 * retention. */
MUST_CHECK int writer_maintain(struct writer *writer, int64_t today, int64_t retention_days, int64_t *dropped_out,
                               struct error *error);

MUST_CHECK int writer_read_offsets(struct writer *writer, struct offset_place *places, size_t count,
                                   struct error *error);

/* 0: committed. Otherwise nothing was written, and */
enum writer_outcome {
    WRITER_LOST =
        1, /* another recorder moved an offset: is_lost and found_offset of the steps say which, and where to */
    WRITER_REFUSED, /* the rows with a refusal will never be taken; the others will */
};

MUST_CHECK int writer_write(struct writer *writer, struct batch *batch, struct rows_counts *counts_out,
                            int64_t *disabled_out, struct error *error);
