#pragma once
/*
 * Where a page of a list starts: after the row with this time and id. Lists are newest first, and ids settle ties.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/clock.h"
#include "common/domain/delivery.h"

struct position {
    int64_t micros; /* Unix time in microseconds, as exact as PostgreSQL keeps it */
    char id[WEBHOOK_ID_BYTES_MAX + 1];
};

/* Before the first row: the end of the year 9999. */
#define POSITION_START_MICROS INT64_C(253402300799000000)
#define POSITION_START        ((struct position){.micros = POSITION_START_MICROS, .id = "~"})

#define POSITION_TIME_BYTES (CLOCK_TEXT_BYTES + 12)

/* The time as a timestamptz; returns time_out. A parameter of a known value lets the planner leave out partitions. */
char *position_time(const struct position *position, char time_out[static POSITION_TIME_BYTES]);
