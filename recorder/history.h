#pragma once
/*
 * The two tables of the history as the recorder knows them: their columns once (the .def files), from which the SQL and
 * the rows are made. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/buffer.h"
#include "common/domain/attempt.h"
#include "common/domain/event.h"

enum history_table {
    HISTORY_ATTEMPTS,
    HISTORY_EVENTS,
    HISTORY_TABLE_COUNT
};

struct history_event { /* everything borrowed */
    const struct event *envelope;
    const char *type; /* of the topic */
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t accepted_ms;
    size_t size_bytes;
};

/* Append one row for COPY. */
void history_add_attempt(struct buffer *rows, const struct attempt *attempt);
void history_add_event(struct buffer *rows, const struct history_event *event);

/* The three statements of a table, appended: the session's temporary table that each commit empties; the COPY into it;
 * and the way from there into the history, which passes over rows that are there already. */
void history_create_sql(enum history_table table, struct buffer *sql);
void history_copy_sql(enum history_table table, struct buffer *sql);
void history_insert_sql(enum history_table table, struct buffer *sql);

#define HISTORY_DAY_MS 86400000LL

/* Days since 1970-01-01 in UTC. */
int64_t history_day(int64_t wall_ms);
