/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/bulk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/inert.h"
#include "common/base/ndjson.h"

#include "producer/metrics.h"
#include "producer/progress.h"

#define MESSAGE_BYTES_MAX 16384
#define PENDING_MAX       20000 /* events not acknowledged; above it nothing more is read */
#define PENDING_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define STEP_EVENTS       256 /* events published before acknowledgements have their turn */
#define DRAW_INTERVAL_MS  100

/* What the loop wakes. Closes after the bulk is gone. */
struct bulk_handles {
    uv_idle_t step;
    uv_poll_t readable; /* only when the input is no plain file; a plain file never blocks for long */
    uv_timer_t tick;
    int open_count;
};

struct bulk {
    struct bulk_settings settings;
    struct admission_rules rules;
    struct ndjson_stream *stream;
    struct bulk_handles *handles; /* close after the bulk is gone */
    struct progress progress;
    int file;
    bool is_plain_file, has_failed;
    bool is_ended; /* nothing more comes */
    bool is_read;  /* and all of it was published or refused */
    bool is_stopped, is_finished;
    int64_t read_bytes;
    size_t pending_count, pending_bytes;
    uint64_t accepted_count, refused_count;
    uint64_t started_ms, last_ack_ms, stopped_ms;
    struct ndjson_line kept; /* read, but the producer's queue was full */
    bool has_kept, is_kept_cut;
};

struct bulk_event {
    struct kafka_ack ack;
    struct bulk *bulk;
    uint64_t line;
    size_t bytes;
};

static const char *input_name(const struct bulk *bulk)
{
    return strcmp(bulk->settings.path, "-") == 0 ? "standard input" : bulk->settings.path;
}

static void refuse(struct bulk *bulk, uint64_t line, enum problem problem, const char *reason)
{
    CLEANUP(buffer_deinit) struct buffer text;
    buffer_init(&text, MESSAGE_BYTES_MAX);
    inert_append(&text, input_name(bulk), strlen(input_name(bulk)));
    buffer_append_format(&text, ":%" PRIu64 ": %s: ", line, problem_code(problem));
    inert_append(&text, reason, strlen(reason));
    progress_erase(&bulk->progress);
    (void)fprintf(stderr, "%s\n", text.bytes);
    bulk->refused_count++;
    count_refused(problem);
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

static void print_summary(const struct bulk *bulk)
{
    uint64_t elapsed_ms = clock_monotonic_ms() - bulk->started_ms;
    uint64_t per_s = bulk->accepted_count * 1000 / (elapsed_ms > 0 ? elapsed_ms : 1);
    uint64_t done_count = ndjson_stream_line(bulk->stream) - (bulk->has_kept ? 1 : 0);
    progress_erase(&bulk->progress);
    (void)printf("%" PRIu64 " accepted, %" PRIu64 " refused in %" PRIu64 ".%" PRIu64 " s (%" PRIu64 "/s)\n",
                 bulk->accepted_count, bulk->refused_count, elapsed_ms / 1000, elapsed_ms % 1000 / 100, per_s);
    (void)fflush(stdout);
    if (bulk->pending_count > 0)
        (void)fprintf(stderr, "%zu events were handed to Kafka and not acknowledged: they may be stored or not\n",
                      bulk->pending_count);
    else if (bulk->is_stopped)
        (void)fprintf(stderr, "stopped before the end; the first %" PRIu64 " lines of %s are done\n", done_count,
                      input_name(bulk));
}

static void finish(struct bulk *bulk)
{
    bool is_whole = bulk->is_ended && !bulk->is_stopped && !bulk->has_failed && bulk->refused_count == 0;
    if (bulk->is_finished)
        return;
    bulk->is_finished = true;
    (void)uv_timer_stop(&bulk->handles->tick);
    print_summary(bulk);
    bulk->settings.finished(bulk->settings.owner, is_whole);
}

static void finish_when_done(struct bulk *bulk)
{
    if ((bulk->is_read || bulk->is_stopped) && bulk->pending_count == 0)
        finish(bulk);
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

static bool is_full(const struct bulk *bulk)
{
    return bulk->pending_count >= PENDING_MAX || bulk->pending_bytes >= PENDING_BYTES_MAX;
}

static void on_step(uv_idle_t *step);

static void on_ack(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    struct bulk_event *event = CONTAINER_OF(ack, struct bulk_event, ack);
    struct bulk *bulk = event->bulk;
    bool was_full = is_full(bulk);
    bulk->last_ack_ms = clock_monotonic_ms();
    bulk->pending_count--;
    bulk->pending_bytes -= event->bytes;
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        bulk->accepted_count++;
        count(INGEST_ACCEPTED, 1);
    } else {
        refuse(bulk, event->line, PROBLEM_NOT_STORED, rd_kafka_err2str(result));
    }
    free(event);
    if (was_full && !is_full(bulk) && !bulk->is_stopped)
        (void)uv_idle_start(&bulk->handles->step, on_step);
    finish_when_done(bulk);
}

/* False: the producer's queue is full and the line has to be tried again. */
static bool publish(struct bulk *bulk, const struct ndjson_line *line, bool is_cut)
{
    struct event described;
    struct error reason = {""};
    const struct submission submission = {
        .rules = &bulk->rules, .json = line->text, .length = line->length, .now_ms = clock_wall_ms()};
    if (is_cut) {
        char text[64];
        (void)snprintf(text, sizeof text, "the line is longer than %d bytes", EVENT_BYTES_MAX);
        refuse(bulk, line->number, PROBLEM_TOO_LARGE, text);
        return true;
    }
    struct bulk_event *event = ALLOC(struct bulk_event);
    *event = (struct bulk_event){.ack = {.done = on_ack}, .bulk = bulk, .line = line->number, .bytes = line->length};
    int problem = publisher_submit(bulk->settings.publisher, &submission, &event->ack, &described, &reason);
    if (problem == 0) {
        bulk->pending_count++;
        bulk->pending_bytes += event->bytes;
        count(INGEST_BYTES, (int64_t)event->bytes);
        return true;
    }
    free(event);
    if (problem == PROBLEM_BUSY)
        return false;
    refuse(bulk, line->number, (enum problem)problem, reason.text);
    return true;
}

/* Publishes lines that were read, until there are no more (true), no room, or acknowledgements have to have their turn.
 */
static bool publish_lines(struct bulk *bulk)
{
    for (int i = 0; i < STEP_EVENTS && !is_full(bulk); i++) {
        if (!bulk->has_kept && !ndjson_stream_next(bulk->stream, &bulk->kept, &bulk->is_kept_cut))
            return true;
        bulk->has_kept = !publish(bulk, &bulk->kept, bulk->is_kept_cut);
        if (bulk->has_kept)
            return false;
    }
    return false;
}

/* ---- input ----------------------------------------------------------------------------------------------------- */

/* One read, which does not block: the input is readable, or a plain file. */
static void read_piece(struct bulk *bulk)
{
    size_t size;
    char *room = ndjson_stream_room(bulk->stream, &size);
    ssize_t length = read(bulk->file, room, size);
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (length < 0) {
        progress_erase(&bulk->progress);
        (void)fprintf(stderr, "%s: reading failed: %s\n", input_name(bulk), strerror(errno));
        bulk->has_failed = true;
        length = 0;
    }
    bulk->read_bytes += length;
    ndjson_stream_fill(bulk->stream, (size_t)length);
    bulk->is_ended = length == 0;
}

static void on_readable(uv_poll_t *readable, int status, int events)
{
    struct bulk *bulk = readable->data;
    (void)status; /* an error shows when it is read */
    (void)events;
    (void)uv_poll_stop(readable);
    read_piece(bulk);
    (void)uv_idle_start(&bulk->handles->step, on_step);
}

/* Publishes what was read, then reads on; rests while there is no room or nothing to read. */
static void on_step(uv_idle_t *step)
{
    struct bulk *bulk = step->data;
    if (!publish_lines(bulk)) {
        if (bulk->has_kept || is_full(bulk))
            (void)uv_idle_stop(step);
        return;
    }
    if (bulk->is_ended) {
        bulk->is_read = true;
        (void)uv_idle_stop(step);
        finish_when_done(bulk);
    } else if (bulk->is_plain_file) {
        read_piece(bulk);
    } else {
        (void)uv_idle_stop(step);
        (void)uv_poll_start(&bulk->handles->readable, UV_READABLE, on_readable);
    }
}

static void on_tick(uv_timer_t *tick)
{
    struct bulk *bulk = tick->data;
    uint64_t now_ms = clock_monotonic_ms();
    bool is_impatient = bulk->pending_count > 0 && now_ms - bulk->last_ack_ms > bulk->settings.patience_ms;
    progress_draw(&bulk->progress, bulk->read_bytes, bulk->accepted_count, is_impatient ? "waiting for Kafka" : "",
                  now_ms);
    if (bulk->pending_count == 0)
        bulk->last_ack_ms = now_ms;
    if (bulk->has_kept && !is_full(bulk) && !bulk->is_stopped)
        (void)uv_idle_start(&bulk->handles->step, on_step);
    if (bulk->is_stopped && now_ms - bulk->stopped_ms > bulk->settings.patience_ms)
        finish(bulk);
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

static int open_input(struct bulk *bulk, int64_t *size_out, struct error *error)
{
    const char *path = bulk->settings.path;
    struct stat status;
    bulk->file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (bulk->file < 0 || fstat(bulk->file, &status) < 0)
        return error_set(error, errno, "--input %s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(error, EISDIR, "--input %s: a folder; give a file of one JSON event on each line, or -", path);
    bulk->is_plain_file = S_ISREG(status.st_mode);
    *size_out = bulk->is_plain_file ? (int64_t)status.st_size : 0;
    return 0;
}

static void start_handles(struct bulk *bulk, uv_loop_t *loop)
{
    struct bulk_handles *handles = ALLOC(struct bulk_handles);
    bulk->handles = handles;
    handles->open_count = 2;
    (void)uv_idle_init(loop, &handles->step);
    (void)uv_timer_init(loop, &handles->tick);
    if (!bulk->is_plain_file && uv_poll_init(loop, &handles->readable, bulk->file) == 0)
        handles->open_count++;
    else
        bulk->is_plain_file = true; /* what cannot be polled, as /dev/null, does not block either */
    handles->step.data = handles->tick.data = handles->readable.data = bulk;
    (void)uv_idle_start(&handles->step, on_step);
    (void)uv_timer_start(&handles->tick, on_tick, DRAW_INTERVAL_MS, DRAW_INTERVAL_MS);
}

static void free_half_built(struct bulk **bulk)
{
    bulk_free(*bulk);
}

int bulk_new(const struct bulk_settings *settings, uv_loop_t *loop, struct bulk **bulk_out, struct error *error)
{
    CLEANUP(free_half_built) struct bulk *bulk = ALLOC(struct bulk);
    int64_t total_bytes = 0;
    bulk->settings = *settings;
    bulk->rules = (struct admission_rules){.extra_types = settings->extra_types, .org_id = settings->org_id};
    int code = open_input(bulk, &total_bytes, error);
    if (code < 0)
        return code;
    bulk->stream = ndjson_stream_new(EVENT_BYTES_MAX);
    bulk->started_ms = bulk->last_ack_ms = clock_monotonic_ms();
    progress_init(&bulk->progress, total_bytes, bulk->started_ms);
    start_handles(bulk, loop);
    *bulk_out = TAKE(bulk);
    return 0;
}

void bulk_stop_reading(struct bulk *bulk)
{
    if (bulk->is_finished || bulk->is_stopped)
        return;
    bulk->is_stopped = true;
    bulk->stopped_ms = clock_monotonic_ms();
    (void)uv_idle_stop(&bulk->handles->step);
    if (!bulk->is_plain_file)
        (void)uv_poll_stop(&bulk->handles->readable);
    finish_when_done(bulk);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct bulk_handles *handles = handle->data;
    if (--handles->open_count == 0)
        free(handles);
}

static void close_handle(struct bulk_handles *handles, uv_handle_t *handle)
{
    handle->data = handles;
    uv_close(handle, on_handle_closed);
}

void bulk_free(struct bulk *bulk)
{
    if (bulk == NULL)
        return;
    if (bulk->handles != NULL) {
        close_handle(bulk->handles, (uv_handle_t *)&bulk->handles->step);
        close_handle(bulk->handles, (uv_handle_t *)&bulk->handles->tick);
        if (!bulk->is_plain_file)
            close_handle(bulk->handles, (uv_handle_t *)&bulk->handles->readable);
    }
    if (bulk->file >= 0)
        (void)close(bulk->file);
    ndjson_stream_free(bulk->stream);
    free(bulk);
}
