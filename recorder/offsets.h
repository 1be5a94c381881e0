#pragma once
/*
 * How far the recorder has come, in PostgreSQL: the truth, of which the group's offset in Kafka is a copy. Moved by
 * compare-and-set inside the transaction that writes the rows, so rows are there exactly once, and a recorder that lost
 * its partition without knowing writes nothing. Blocks. SPDX-License-Identifier: Apache-2.0
 */
#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#include "recorder/batch.h"

struct offset_place {
    char *topic; /* owned by whoever owns the place */
    int32_t partition;
    int64_t next_offset;
};

/* Fills next_offset: 0 for a partition that was never read, whose row is made. */
MUST_CHECK int offsets_read(PGconn *connection, const char *group, struct offset_place *places, size_t count,
                            struct error *error);

/* Moves every step of the batch, or says which were lost. In a transaction. */
enum offsets_outcome {
    OFFSETS_LOST = 1
};

MUST_CHECK int offsets_move(PGconn *connection, const char *group, struct batch *batch, struct error *error);

/* Fills found_offset of the steps. Outside a transaction. */
MUST_CHECK int offsets_find(PGconn *connection, const char *group, struct batch *batch, struct error *error);
