#pragma once
/*
 * What the recorder does with PostgreSQL in one go, in the thread pool: make and drop partitions, look up where
 * partitions are read on, write a batch. One at a time; while it runs, all that it names is its own.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "recorder/writer.h"

struct job {
    uv_work_t work;
    struct writer *writer;
    bool is_running;

    /* What is to be done; each may be left out. */
    bool maintains;
    int64_t today;
    int64_t retention_days;
    struct offset_place *places;
    size_t place_count;
    struct batch *batch;

    /* What came of it. */
    int maintained; /* 0 or negative with maintenance_error */
    int64_t dropped_count;
    struct error maintenance_error;
    int placed;  /* 0 or negative with error */
    int written; /* 0, enum writer_outcome, or negative with error */
    struct error error;
    struct rows_counts counts;
    int64_t disabled_count;
    uint64_t write_us;

    void (*done)(struct job *job);
};

/* done is called on the loop. */
void job_start(struct job *job, uv_loop_t *loop);
/* Nothing to do any more; keeps the writer. */
void job_clear(struct job *job);
