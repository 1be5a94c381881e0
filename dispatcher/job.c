/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/job.h"

#include <assert.h>
#include <string.h>

#include "common/base/alloc.h"

#define POOL_MAX 1024

/* Jobs are too large for malloc's quick paths and come and go with every delivery; one loop thread. */
static struct job *pool;
static size_t pool_count;

static struct job *take_from_pool(void)
{
    struct job *job = pool;
    if (job == NULL)
        return ALLOC(struct job);
    pool = job->next;
    pool_count--;
    memset(job, 0, sizeof *job);
    return job;
}

static void give_back(struct job *job)
{
    if (pool_count >= POOL_MAX) {
        free(job);
        return;
    }
    job->next = pool;
    pool = job;
    pool_count++;
}

struct job *job_new(struct source *source, struct webhook *webhook, const struct delivery *delivery)
{
    struct job *job = take_from_pool();
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
    give_back(job);
}
