/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/job.h"

#include <assert.h>

#include "common/base/alloc.h"

struct job *job_new(struct source *source, struct webhook *webhook, const struct delivery *delivery)
{
    struct job *job = ALLOC(struct job);
    source_open(source);
    job->source = source;
    job->webhook = webhook != NULL ? webhook_ref(webhook) : NULL;
    job->delivery = *delivery;
    return job;
}

/* The only writer of the state; a move that is not listed here is a bug of the caller. */
void job_set_state(struct job *job, enum job_state state)
{
    static const bool allowed[4][4] = {
        [JOB_NEW] = {[JOB_QUEUED] = true,    [JOB_SETTLING] = true},
        [JOB_QUEUED] = {[JOB_SENDING] = true,                      [JOB_SETTLING] = true},
        [JOB_SENDING] = {[JOB_SETTLING] = true},
    };
    assert(allowed[job->state][state]);
    job->state = state;
}

void job_free(struct job *job, bool is_durable)
{
    assert(job->pending_count == 0);
    source_close(job->source, is_durable);
    webhook_unref(job->webhook);
    free(job->head);
    free(job->unsent_attempt);
    free(job);
}
