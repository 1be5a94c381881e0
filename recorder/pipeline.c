/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/pipeline.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"

#include "recorder/assignment.h"
#include "recorder/batch.h"
#include "recorder/dead_letters.h"
#include "recorder/intake.h"
#include "recorder/job.h"
#include "recorder/metrics.h"

#define TICK_MS             1000
#define RETRY_MS_MIN        100
#define RETRY_MS_MAX        10000
#define MAINTENANCE_WAIT_MS 60000 /* after one that failed */
#define LINES_MAX           20    /* about single records, in LINES_TICKS */
#define LINES_TICKS         60

struct pipeline {
    struct pipeline_settings settings;
    struct pipeline_owner owner;
    uv_loop_t *loop;
    uv_timer_t tick;
    uv_timer_t wait; /* until the gathering batch is due, or a failed job is tried again */
    struct writer *writer;
    struct dead_letters *letters;
    struct intake intake;
    struct assignment assignment;
    struct job job;

    struct batch batches[2];
    struct batch *gathering;
    struct batch *writing; /* NULL: none */

    int64_t maintained_day; /* 0: none yet */
    uint64_t maintenance_at_ms;
    unsigned failure_count; /* of jobs, in a row */
    uint64_t retry_at_ms;
    unsigned line_count;
    unsigned tick_count;
    unsigned open_handle_count;
    bool is_handling; /* a job's results; nothing is decided meanwhile */
    bool is_draining;
};

static void proceed(struct pipeline *pipeline);

/* ---- records ---- */

static void look_at_clock(struct pipeline *pipeline)
{
    int64_t now_ms = clock_wall_ms();
    pipeline->intake.first_day = history_day(now_ms) - pipeline->settings.retention_days;
    pipeline->intake.last_day = history_day(now_ms + HISTORY_DAY_MS);
}

/* Its batch waits until the record is safe in kt.dead. */
static void bury(struct pipeline *pipeline, struct batch *batch, struct batch_row *row, const char *reason,
                 const char *detail)
{
    if (pipeline->line_count++ < LINES_MAX)
        log_warning("record_dead", "record %s[%d]@%lld goes to %s (%s): %s", row->partition->topic, row->partition->id,
                    (long long)row->message->offset, pipeline->settings.dead_topic, reason, detail);
    batch_row_dies(batch, row);
    dead_letters_send(pipeline->letters, row->message, reason, detail, row);
}

static struct batch *batch_of(struct pipeline *pipeline, const struct batch_row *row)
{
    const struct batch *first = &pipeline->batches[0];
    bool is_in_first = row >= first->rows && row < first->rows + first->capacity;
    return &pipeline->batches[is_in_first ? 0 : 1];
}

static void buried(void *owner, void *subject, bool is_safe)
{
    struct pipeline *pipeline = owner;
    struct batch_row *row = subject;
    batch_row_died(batch_of(pipeline, row), row);
    if (is_safe)
        proceed(pipeline);
}

static void settle_intake(struct pipeline *pipeline, struct batch *batch, struct batch_row *row, int outcome,
                          const struct error *error)
{
    switch ((enum intake_outcome)outcome) {
    case INTAKE_UNREADABLE:
        count(RECORD_POISON_UNREADABLE, 1);
        bury(pipeline, batch, row, "history_unreadable", error->text);
        break;
    case INTAKE_OUTSIDE:
        count(RECORD_POISON_OUTSIDE, 1);
        bury(pipeline, batch, row, "history_outside_retention", error->text);
        break;
    case INTAKE_SKIPPED:
        count(RECORD_SKIPPED_EVENTS, 1);
        log_debug("event_skipped", "event %s[%d]@%lld is not in the history: %s", row->partition->topic,
                  row->partition->id, (long long)row->message->offset, error->text);
        break;
    default:
        assert(outcome == 0);
    }
}

bool pipeline_has_room(const struct pipeline *pipeline)
{
    return !pipeline->is_draining && !batch_is_full(pipeline->gathering);
}

void pipeline_take(struct pipeline *pipeline, const char *cluster_id, struct kafka_partition *partition,
                   rd_kafka_message_t *message, uint64_t ticket)
{
    const struct batch_source *source = partition->state;
    if (source->is_astray) {
        rd_kafka_message_destroy(message);
        kafka_partition_forget(partition, ticket);
        return;
    }
    struct batch *batch = pipeline->gathering;
    struct batch_row *row = batch_add(batch, partition, message, ticket, clock_monotonic_ms());
    pipeline->intake.cluster_id = cluster_id;
    struct error error = {.text = ""};
    int outcome = intake_record(&pipeline->intake, batch, row, &error);
    settle_intake(pipeline, batch, row, outcome, &error);
    if (batch->count == 1 || batch_is_full(batch))
        proceed(pipeline);
}

/* ---- partitions ---- */

int pipeline_assigned(struct pipeline *pipeline, struct kafka_partition *const *partitions, int64_t *start_offsets,
                      size_t count)
{
    int result = assignment_resolve(&pipeline->assignment, partitions, start_offsets, count);
    if (result < 0)
        proceed(pipeline);
    return result;
}

void pipeline_set_right(struct kafka_partition *partition)
{
    struct batch_source *source = partition->state;
    if (source == NULL || !source->is_astray || partition->is_revoked)
        return;
    struct error error;
    if (kafka_partition_seek(partition, source->next_offset, &error) == 0)
        source->is_astray = false;
    else
        log_debug("seek_failed", "%s; trying again", error.text);
}

void pipeline_revoked(struct pipeline *pipeline, const struct kafka_partition *partition)
{
    batch_forget(pipeline->gathering, partition);
    if (pipeline->writing != NULL && !pipeline->job.is_running)
        batch_forget(pipeline->writing, partition);
    proceed(pipeline);
}

/* ---- jobs ---- */

static bool has_our_rows(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->rows[i].state != BATCH_ROW_GONE)
            return true;
    }
    return false;
}

/* A batch of which nothing is left is empty at once, unless a letter still points into it. */
static void clear_if_gone(struct batch *batch)
{
    if (batch->count > 0 && batch->dying_count == 0 && !has_our_rows(batch))
        batch_clear(batch);
}

static bool is_due(const struct pipeline *pipeline, const struct batch *batch, uint64_t now_ms)
{
    return batch->count > 0 && (batch_is_full(batch) || pipeline->is_draining ||
                                now_ms - batch->started_ms >= pipeline->settings.batch_wait_ms);
}

/* True when another batch gathers now, which has room. */
static bool swap_batches(struct pipeline *pipeline, uint64_t now_ms)
{
    clear_if_gone(pipeline->gathering);
    if (pipeline->writing != NULL)
        clear_if_gone(pipeline->writing);
    if (pipeline->writing != NULL && pipeline->writing->count == 0)
        pipeline->writing = NULL;
    if (pipeline->writing != NULL || !is_due(pipeline, pipeline->gathering, now_ms))
        return false;
    pipeline->writing = pipeline->gathering;
    pipeline->gathering = &pipeline->batches[pipeline->writing == &pipeline->batches[0] ? 1 : 0];
    return true;
}

/* Chooses what the next job does; false when there is nothing. */
static bool plan_job(struct pipeline *pipeline, uint64_t now_ms)
{
    struct job *job = &pipeline->job;
    job_clear(job);
    int64_t today = history_day(clock_wall_ms());
    job->maintains = today != pipeline->maintained_day && now_ms >= pipeline->maintenance_at_ms;
    job->today = today;
    if (pipeline->assignment.is_asked) {
        pipeline->assignment.is_asked = false;
        pipeline->assignment.is_in_job = true;
        job->places = pipeline->assignment.places;
        job->place_count = pipeline->assignment.count;
    }
    if (pipeline->writing != NULL && pipeline->writing->dying_count == 0) {
        batch_forget_revoked(pipeline->writing);
        batch_plan(pipeline->writing);
        job->batch = pipeline->writing;
    }
    return job->maintains || job->place_count > 0 || job->batch != NULL;
}

static void wait_over(uv_timer_t *timer)
{
    proceed(timer->data);
}

static void wait_until(struct pipeline *pipeline, uint64_t at_ms, uint64_t now_ms)
{
    (void)uv_timer_start(&pipeline->wait, wait_over, at_ms > now_ms ? at_ms - now_ms : 0,
                         0); /* fails only while closing */
}

/* PostgreSQL is away while we are asked to end: what is not committed is read again by the next process. */
static bool gives_up(const struct pipeline *pipeline)
{
    return pipeline->is_draining && pipeline->failure_count > 0;
}

/* Starts a job if there is something to do, and sees to it that somebody comes back here when there is. */
static void start_or_wait(struct pipeline *pipeline, uint64_t now_ms)
{
    if (now_ms < pipeline->retry_at_ms) {
        wait_until(pipeline, pipeline->retry_at_ms, now_ms);
        return;
    }
    if (plan_job(pipeline, now_ms))
        job_start(&pipeline->job, pipeline->loop);
    else if (pipeline->writing == NULL && pipeline->gathering->count > 0)
        wait_until(pipeline, pipeline->gathering->started_ms + pipeline->settings.batch_wait_ms, now_ms);
}

/* The one place that decides what happens next. Called after everything that may matter. */
static void proceed(struct pipeline *pipeline)
{
    if (pipeline->job.is_running || pipeline->is_handling)
        return;
    uint64_t now_ms = clock_monotonic_ms();
    bool has_room = swap_batches(pipeline, now_ms);
    bool is_empty = pipeline->writing == NULL && pipeline->gathering->count == 0;
    if (pipeline->is_draining && (is_empty || gives_up(pipeline))) {
        pipeline->owner.is_empty(pipeline->owner.owner);
        return;
    }
    start_or_wait(pipeline, now_ms);
    if (has_room)
        pipeline->owner.has_room(pipeline->owner.owner); /* last: records may come at once */
}

static void count_batch(const struct job *job)
{
    count(RECORD_BATCHES, 1);
    count(RECORD_ROWS_ATTEMPTS, job->counts.added[HISTORY_ATTEMPTS]);
    count(RECORD_ROWS_EVENTS, job->counts.added[HISTORY_EVENTS]);
    count(RECORD_KNOWN_ATTEMPTS, job->counts.sent[HISTORY_ATTEMPTS] - job->counts.added[HISTORY_ATTEMPTS]);
    count(RECORD_KNOWN_EVENTS, job->counts.sent[HISTORY_EVENTS] - job->counts.added[HISTORY_EVENTS]);
    count(RECORD_DISABLED, job->disabled_count);
    observe(RECORD_BATCH_SECONDS, (double)job->write_us / 1e6);
}

/* What we hold of the partition was read from the wrong place. */
static void read_again(struct pipeline *pipeline, const struct batch_step *step)
{
    struct kafka_partition *partition = step->partition;
    if (!partition->is_revoked) {
        struct batch_source *source = partition->state;
        source->next_offset = step->found_offset;
        source->is_astray = true;
        log_warning("offset_lost", "another recorder moved %s[%d] to %lld, %lld was expected; reading on from there",
                    partition->topic, partition->id, (long long)step->found_offset, (long long)step->expected_offset);
        pipeline_set_right(partition);
    }
    batch_forget(pipeline->gathering, partition);
    batch_forget(pipeline->writing, partition); /* last: it may hold the last reference */
}

static void handle_loss(struct pipeline *pipeline)
{
    struct batch *batch = pipeline->writing;
    for (size_t i = 0; i < batch->step_count; i++) {
        if (!batch->steps[i].is_lost)
            continue;
        count(RECORD_OFFSETS_LOST, 1);
        read_again(pipeline, &batch->steps[i]);
    }
}

static void handle_refusal(struct pipeline *pipeline)
{
    struct batch *batch = pipeline->writing;
    batch_forget_revoked(batch);
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_row *row = &batch->rows[i];
        if (row->state != BATCH_ROW_WAITING || row->refusal == NULL)
            continue;
        count(RECORD_POISON_REFUSED, 1);
        bury(pipeline, batch, row, "history_refused", row->refusal);
    }
}

static void handle_failure(struct pipeline *pipeline, const struct error *error)
{
    unsigned shift = pipeline->failure_count < 7 ? pipeline->failure_count : 7;
    uint64_t pause_ms = (uint64_t)RETRY_MS_MIN << shift;
    pause_ms = pause_ms < RETRY_MS_MAX ? pause_ms : RETRY_MS_MAX;
    pause_ms = pause_ms / 2 + random_below(pause_ms / 2 + 1);
    count(RECORD_ERRORS, 1);
    if (pipeline->failure_count++ == 0)
        log_warning("history_stopped", "the history cannot be written: %s; trying again, records wait in Kafka",
                    error->text);
    pipeline->retry_at_ms = clock_monotonic_ms() + pause_ms;
}

static void handle_maintenance(struct pipeline *pipeline)
{
    const struct job *job = &pipeline->job;
    if (job->maintained == 0) {
        pipeline->maintained_day = job->today;
        count(RECORD_PARTITIONS_DROPPED, job->dropped_count);
        log_debug("partitions_made", "partitions are there for a week, %lld old ones were dropped",
                  (long long)job->dropped_count);
        return;
    }
    pipeline->maintenance_at_ms = clock_monotonic_ms() + MAINTENANCE_WAIT_MS;
    if (pipeline->failure_count == 0 && job->placed == 0 && job->written >= 0)
        log_error("maintenance_failed",
                  "partitions of the history cannot be made or dropped: %s; trying again in a minute",
                  job->maintenance_error.text);
}

static void handle_batch(struct pipeline *pipeline)
{
    switch ((enum writer_outcome)pipeline->job.written) {
    case WRITER_LOST:
        handle_loss(pipeline);
        break;
    case WRITER_REFUSED:
        handle_refusal(pipeline);
        break;
    default:
        assert(pipeline->job.written == 0);
        count_batch(&pipeline->job);
        batch_settle(pipeline->writing);
    }
}

static void handle_success(struct pipeline *pipeline)
{
    const struct job *job = &pipeline->job;
    if (pipeline->failure_count > 0 && (job->place_count > 0 || job->batch != NULL)) {
        log_info("history_resumed", "the history is written again after %u failures", pipeline->failure_count);
        pipeline->failure_count = 0;
    }
    if (job->batch != NULL)
        handle_batch(pipeline);
}

static void job_done(struct job *job)
{
    struct pipeline *pipeline = CONTAINER_OF(job, struct pipeline, job);
    pipeline->is_handling = true;
    if (job->maintains)
        handle_maintenance(pipeline);
    if (job->place_count > 0)
        assignment_answered(&pipeline->assignment, job->placed == 0);
    if (job->placed < 0 || job->written < 0)
        handle_failure(pipeline, &job->error);
    else
        handle_success(pipeline);
    pipeline->is_handling = false;
    proceed(pipeline);
}

/* ---- life ---- */

static void ticked(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    look_at_clock(pipeline);
    dead_letters_retry(pipeline->letters);
    if (++pipeline->tick_count % LINES_TICKS == 0) {
        if (pipeline->line_count > LINES_MAX)
            log_warning("records_dead", "%u more records went to %s", pipeline->line_count - LINES_MAX,
                        pipeline->settings.dead_topic);
        pipeline->line_count = 0;
    }
    pipeline->owner.has_room(pipeline->owner.owner); /* in case the cluster's id has become known */
    proceed(pipeline);
}

struct pipeline *pipeline_new(const struct pipeline_settings *settings, struct kafka_producer *producer,
                              const struct pipeline_owner *owner, uv_loop_t *loop)
{
    struct pipeline *pipeline = ALLOC(struct pipeline);
    pipeline->settings = *settings;
    pipeline->owner = *owner;
    pipeline->loop = loop;
    pipeline->writer = writer_new(settings->database, settings->group);
    const struct dead_letters_owner letters_owner = {.owner = pipeline, .done = buried};
    pipeline->letters = dead_letters_new(producer, settings->dead_topic, &letters_owner);
    pipeline->intake =
        (struct intake){.topic_prefix = settings->topic_prefix, .attempts_topic = settings->attempts_topic};
    pipeline->job =
        (struct job){.writer = pipeline->writer, .retention_days = settings->retention_days, .done = job_done};
    batch_init(&pipeline->batches[0], settings->batch_rows_max);
    batch_init(&pipeline->batches[1], settings->batch_rows_max);
    pipeline->gathering = &pipeline->batches[0];
    look_at_clock(pipeline);
    (void)uv_timer_init(loop, &pipeline->tick); /* always 0 */
    (void)uv_timer_init(loop, &pipeline->wait); /* always 0 */
    pipeline->open_handle_count = 2;
    pipeline->tick.data = pipeline;
    pipeline->wait.data = pipeline;
    (void)uv_timer_start(&pipeline->tick, ticked, TICK_MS, TICK_MS); /* fails only while closing */
    wait_until(pipeline, 0, 0);
    return pipeline;
}

void pipeline_drain(struct pipeline *pipeline)
{
    pipeline->is_draining = true;
    proceed(pipeline);
}

void pipeline_abandon(struct pipeline *pipeline)
{
    assert(!pipeline->job.is_running);
    pipeline->is_draining = true;
    batch_forget(&pipeline->batches[0], NULL);
    batch_forget(&pipeline->batches[1], NULL);
}

bool pipeline_is_busy(const struct pipeline *pipeline)
{
    return pipeline->job.is_running;
}

static void handle_closed(uv_handle_t *handle)
{
    struct pipeline *pipeline = handle->data;
    if (--pipeline->open_handle_count == 0)
        free(pipeline);
}

void pipeline_free(struct pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    dead_letters_free(pipeline->letters);
    for (size_t i = 0; i < ARRAY_LENGTH(pipeline->batches); i++) {
        batch_clear(&pipeline->batches[i]);
        batch_deinit(&pipeline->batches[i]);
    }
    assignment_deinit(&pipeline->assignment);
    writer_free(pipeline->writer);
    uv_close((uv_handle_t *)&pipeline->tick, handle_closed);
    uv_close((uv_handle_t *)&pipeline->wait, handle_closed);
}

bool pipeline_is_healthy(const struct pipeline *pipeline)
{
    return pipeline->maintained_day != 0 && pipeline->failure_count == 0;
}

size_t pipeline_record_count(const struct pipeline *pipeline)
{
    return pipeline->batches[0].count + pipeline->batches[1].count;
}

int64_t pipeline_oldest_ms(const struct pipeline *pipeline)
{
    int64_t first_ms = batch_oldest_ms(&pipeline->batches[0]);
    int64_t second_ms = batch_oldest_ms(&pipeline->batches[1]);
    if (first_ms == 0 || second_ms == 0)
        return first_ms + second_ms;
    return first_ms < second_ms ? first_ms : second_ms;
}
