/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/parse.h"
#include "common/base/random.h"
#include "common/store/webhook_rows.h"

#define CHECK_MS         10000
#define NOTIFIED_MS      100 /* a burst of changes is one reload, and not all dispatchers come at once */
#define RECONNECT_MS_MIN 250
#define RECONNECT_MS_MAX 1000 /* a webhook created after an outage is unknown to us until then */
#define REFUSALS_LOGGED  20   /* in one load; a missing key would write a line for each webhook */

/* The socket of a connection at rest. Made for each rest and freed by its own closing. */
struct watch {
    uv_poll_t poll;
    struct snapshot *snapshot;
};

struct snapshot {
    const struct database_settings *database;
    const struct seal_keys *keys;
    struct url_policy policy;
    struct snapshot_owner owner;
    uv_loop_t *loop;
    uv_timer_t timer;
    struct watch *watch; /* NULL while the job runs or there is no connection */
    unsigned open_handle_count;

    struct webhook_table *table;      /* NULL before the first */
    struct webhook_refusal *refusals; /* of that table, in the order of ids */
    size_t refusal_count;
    uint64_t current_ms; /* when the table was last known to be current, monotonic */
    unsigned failure_count;
    bool is_behind; /* heard of a newer version that is not loaded yet */

    /* The job's while it runs, the loop's otherwise. */
    uv_work_t job;
    PGconn *connection;
    struct webhook_rows rows;
    int64_t known_version;
    uint64_t started_ms;
    bool is_overtaken; /* a notification says that there is a newer version than the one loaded */
    int result;
    struct error error;

    bool is_running;
    void (*closed)(void *owner);
    void *closed_owner;
};

static int64_t version_of(const PGnotify *notification)
{
    int64_t version = INT64_MAX; /* unreadable: look for yourself */
    if (parse_int64(notification->extra, strlen(notification->extra), &version) < 0)
        return INT64_MAX;
    return version;
}

/* Empties the connection's notifications; true when one is newer than the version. */
static bool has_news(PGconn *connection, int64_t version)
{
    bool is_newer = false;
    for (PGnotify *notification = PQnotifies(connection); notification != NULL; notification = PQnotifies(connection)) {
        is_newer = is_newer || version_of(notification) > version;
        PQfreemem(notification);
    }
    return is_newer;
}

/* Listening comes first: a change after the load is then heard of, and one before it is in it. */
static int listen_first(struct snapshot *snapshot)
{
    if (snapshot->connection != NULL)
        return 0;
    int result = database_connect(snapshot->database, "kt-snapshot", &snapshot->connection, &snapshot->error);
    if (result < 0)
        return result;
    return database_execute(snapshot->connection, "LISTEN keeptrusts_config", NULL, 0, &snapshot->error);
}

/* That of the rows just loaded, or of the table that needed no loading. */
static int64_t loaded_version(const struct snapshot *snapshot)
{
    return snapshot->rows.table != NULL ? webhook_table_version(snapshot->rows.table) : snapshot->known_version;
}

/* In the thread pool. */
static void load(uv_work_t *job)
{
    struct snapshot *snapshot = CONTAINER_OF(job, struct snapshot, job);
    snapshot->result = listen_first(snapshot);
    if (snapshot->result < 0)
        return;
    snapshot->started_ms = clock_monotonic_ms();
    snapshot->result = webhook_rows_load(snapshot->connection, snapshot->keys, &snapshot->policy,
                                         snapshot->known_version, &snapshot->rows, &snapshot->error);
    if (snapshot->result < 0)
        return;
    snapshot->is_overtaken = has_news(snapshot->connection, loaded_version(snapshot));
}

static void handle_closed(struct snapshot *snapshot)
{
    if (--snapshot->open_handle_count == 0)
        snapshot->closed(snapshot->closed_owner);
}

static void watch_closed(uv_handle_t *handle)
{
    struct watch *watch = CONTAINER_OF(handle, struct watch, poll);
    struct snapshot *snapshot = watch->snapshot;
    free(watch);
    handle_closed(snapshot);
}

static void timer_closed(uv_handle_t *handle)
{
    handle_closed(handle->data);
}

/* Before the connection is used elsewhere or closed. */
static void unwatch(struct snapshot *snapshot)
{
    if (snapshot->watch != NULL)
        uv_close((uv_handle_t *)&snapshot->watch->poll, watch_closed);
    snapshot->watch = NULL;
}

static void disconnect(struct snapshot *snapshot)
{
    unwatch(snapshot);
    PQfinish(snapshot->connection);
    snapshot->connection = NULL;
}

static void start_job(uv_timer_t *timer);

static void plan(struct snapshot *snapshot, uint64_t delay_ms)
{
    (void)uv_timer_start(&snapshot->timer, start_job, delay_ms, 0); /* fails only while closing */
}

/* Doubles from one failure to the next; half of it is random, so that not all dispatchers knock at once. */
static uint64_t reconnect_ms(unsigned failure_count)
{
    unsigned shift = failure_count < 6 ? failure_count : 6;
    uint64_t delay_ms = (uint64_t)RECONNECT_MS_MIN << shift;
    if (delay_ms > RECONNECT_MS_MAX)
        delay_ms = RECONNECT_MS_MAX;
    return delay_ms / 2 + random_below(delay_ms / 2 + 1);
}

static void failed(struct snapshot *snapshot, const char *reason)
{
    if (snapshot->failure_count == 0)
        log_warning("webhooks_stale", "webhooks cannot be loaded: %s; %s", reason,
                    snapshot->table != NULL ? "delivering with the last known ones"
                                            : "nothing is delivered until they are");
    disconnect(snapshot);
    snapshot->is_behind = false;
    plan(snapshot, reconnect_ms(snapshot->failure_count));
    snapshot->failure_count++;
}

static void readable(uv_poll_t *poll, int status, int events)
{
    struct snapshot *snapshot = CONTAINER_OF(poll, struct watch, poll)->snapshot;
    (void)events;
    if (status < 0 || PQconsumeInput(snapshot->connection) == 0 || PQstatus(snapshot->connection) != CONNECTION_OK) {
        failed(snapshot, "the connection to PostgreSQL was lost");
        return;
    }
    if (has_news(snapshot->connection, snapshot->known_version)) {
        snapshot->is_behind = true;
        plan(snapshot, random_below(NOTIFIED_MS));
    }
}

static void start_watching(struct snapshot *snapshot)
{
    struct watch *watch = ALLOC(struct watch);
    watch->snapshot = snapshot;
    int result = uv_poll_init(snapshot->loop, &watch->poll, PQsocket(snapshot->connection));
    if (result < 0) { /* no notifications then, but the regular check */
        log_warning("webhooks_not_watched", "changes of webhooks are only seen every %d s: %s", CHECK_MS / 1000,
                    uv_strerror(result));
        free(watch);
        return;
    }
    snapshot->open_handle_count++;
    snapshot->watch = watch;
    (void)uv_poll_start(&watch->poll, UV_READABLE, readable); /* fails only while closing */
}

/* Both lists are in the order of ids; true when the refusal was in the last load too. position moves along. */
static bool was_logged(const struct snapshot *snapshot, const struct webhook_refusal *refusal, size_t *position)
{
    while (*position < snapshot->refusal_count) {
        const struct webhook_refusal *known = &snapshot->refusals[*position];
        int order = strcmp(known->webhook_id, refusal->webhook_id);
        if (order >= 0)
            return order == 0 && known->version == refusal->version && strcmp(known->reason, refusal->reason) == 0;
        (*position)++;
    }
    return false;
}

static void log_refusals(const struct snapshot *snapshot, const struct webhook_rows *rows)
{
    size_t position = 0;
    size_t new_count = 0;
    for (size_t i = 0; i < rows->refusal_count; i++) {
        const struct webhook_refusal *refusal = &rows->refusals[i];
        if (was_logged(snapshot, refusal, &position))
            continue;
        if (new_count++ < REFUSALS_LOGGED)
            log_event(LOG_WARNING, "webhook_held", LOG_FIELDS({"webhook_id", refusal->webhook_id}),
                      "webhook %s cannot be used: %s; its deliveries wait until it is repaired", refusal->webhook_id,
                      refusal->reason);
    }
    if (new_count > REFUSALS_LOGGED)
        log_warning("webhooks_held", "%zu more webhooks cannot be used", new_count - REFUSALS_LOGGED);
}

static void hand_over(struct snapshot *snapshot)
{
    struct webhook_rows *rows = &snapshot->rows;
    log_refusals(snapshot, rows);
    free(snapshot->refusals);
    snapshot->refusals = TAKE(rows->refusals);
    snapshot->refusal_count = rows->refusal_count;
    struct webhook_table *previous = snapshot->table;
    snapshot->table = TAKE(rows->table);
    snapshot->known_version = webhook_table_version(snapshot->table);
    snapshot->owner.loaded(snapshot->owner.owner, snapshot->table);
    webhook_table_free(previous);
    log_debug("webhooks_loaded", "%zu webhooks at version %lld", webhook_table_count(snapshot->table),
              (long long)snapshot->known_version);
}

static void close_handles(struct snapshot *snapshot)
{
    disconnect(snapshot);
    uv_close((uv_handle_t *)&snapshot->timer, timer_closed);
}

static void loaded(uv_work_t *job, int status)
{
    struct snapshot *snapshot = CONTAINER_OF(job, struct snapshot, job);
    (void)status; /* never cancelled */
    snapshot->is_running = false;
    if (snapshot->closed != NULL) {
        close_handles(snapshot);
        return;
    }
    if (snapshot->result < 0) {
        failed(snapshot, snapshot->error.text);
        return;
    }
    if (snapshot->failure_count > 0)
        log_info("webhooks_current", "webhooks are current again");
    snapshot->failure_count = 0;
    snapshot->current_ms = snapshot->started_ms;
    /* What was announced while the job ran lies unread on the socket: look now, before anyone matches events again. */
    (void)PQconsumeInput(snapshot->connection); /* a broken connection shows when it is watched */
    if (has_news(snapshot->connection, loaded_version(snapshot)))
        snapshot->is_overtaken = true;
    snapshot->is_behind = snapshot->is_overtaken;
    if (snapshot->rows.table != NULL)
        hand_over(snapshot);
    start_watching(snapshot);
    plan(snapshot, snapshot->is_overtaken ? random_below(NOTIFIED_MS) : CHECK_MS);
}

static void start_job(uv_timer_t *timer)
{
    struct snapshot *snapshot = timer->data;
    unwatch(snapshot);
    snapshot->is_running = true;
    snapshot->is_overtaken = false;
    int result = uv_queue_work(snapshot->loop, &snapshot->job, load, loaded);
    assert(result == 0);
}

struct snapshot *snapshot_new(const struct database_settings *database, const struct seal_keys *keys,
                              const struct url_policy *policy, const struct snapshot_owner *owner, uv_loop_t *loop)
{
    struct snapshot *snapshot = ALLOC(struct snapshot);
    snapshot->database = database;
    snapshot->keys = keys;
    snapshot->policy = *policy;
    snapshot->owner = *owner;
    snapshot->loop = loop;
    snapshot->known_version = WEBHOOK_ROWS_NONE;
    (void)uv_timer_init(loop, &snapshot->timer); /* always 0 */
    snapshot->timer.data = snapshot;
    snapshot->open_handle_count = 1;
    start_job(&snapshot->timer);
    return snapshot;
}

const struct webhook_table *snapshot_table(const struct snapshot *snapshot)
{
    return snapshot->table;
}

int64_t snapshot_age_ms(const struct snapshot *snapshot, uint64_t monotonic_now_ms)
{
    return snapshot->table == NULL ? -1 : (int64_t)(monotonic_now_ms - snapshot->current_ms);
}

bool snapshot_is_behind(const struct snapshot *snapshot)
{
    return snapshot->is_behind;
}

size_t snapshot_held_count(const struct snapshot *snapshot)
{
    return snapshot->refusal_count;
}

void snapshot_close(struct snapshot *snapshot, void (*closed)(void *owner), void *owner)
{
    assert(snapshot->closed == NULL);
    snapshot->closed = closed;
    snapshot->closed_owner = owner;
    (void)uv_timer_stop(&snapshot->timer); /* always 0 */
    if (!snapshot->is_running)
        close_handles(snapshot);
}

static void free_all(void *owner)
{
    struct snapshot *snapshot = owner;
    PQfinish(snapshot->connection);
    webhook_rows_deinit(&snapshot->rows);
    webhook_table_free(snapshot->table);
    free(snapshot->refusals);
    free(snapshot);
}

void snapshot_free(struct snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    if (snapshot->open_handle_count == 0) {
        free_all(snapshot);
        return;
    }
    snapshot->owner.loaded = NULL;
    if (snapshot->closed == NULL) {
        snapshot_close(snapshot, free_all, snapshot);
        return;
    }
    snapshot->closed = free_all; /* on its way already */
    snapshot->closed_owner = snapshot;
}
