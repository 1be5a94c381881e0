/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/job.h"

#include <assert.h>

#include "common/base/attributes.h"
#include "common/base/clock.h"

/* A failing maintenance stops nothing: days that a batch needs are made with the batch. */
static void run(uv_work_t *work)
{
    struct job *job = CONTAINER_OF(work, struct job, work);
    if (job->maintains)
        job->maintained =
            writer_maintain(job->writer, job->today, job->retention_days, &job->dropped_count, &job->maintenance_error);
    if (job->place_count > 0)
        job->placed = writer_read_offsets(job->writer, job->places, job->place_count, &job->error);
    if (job->batch == NULL || job->placed < 0)
        return;
    uint64_t started_us = clock_monotonic_us();
    job->written = writer_write(job->writer, job->batch, &job->counts, &job->disabled_count, &job->error);
    job->write_us = clock_monotonic_us() - started_us;
}

static void finished(uv_work_t *work, int status)
{
    struct job *job = CONTAINER_OF(work, struct job, work);
    (void)status; /* never cancelled */
    job->is_running = false;
    job->done(job);
}

void job_start(struct job *job, uv_loop_t *loop)
{
    assert(!job->is_running);
    job->is_running = true;
    job->maintained = 0;
    job->placed = 0;
    job->written = 0;
    job->dropped_count = 0;
    int result = uv_queue_work(loop, &job->work, run, finished);
    assert(result == 0);
}

void job_clear(struct job *job)
{
    assert(!job->is_running);
    job->maintains = false;
    job->places = NULL;
    job->place_count = 0;
    job->batch = NULL;
}
