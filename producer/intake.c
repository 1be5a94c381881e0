/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/intake.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/ndjson.h"

#include "producer/batch.h"
#include "producer/metrics.h"

#define DEADLINE_CHECK_MS  100
#define RETRY_AFTER_S      5 /* Kafka is away or slow */
#define RETRY_AFTER_BUSY_S 1

struct waiting;

struct waiting_event {
    struct kafka_ack ack;
    struct waiting *waiting;
};

/* A request whose events are on their way. Leaves the list when it is answered, and the heap when the last event is
 * acknowledged. */
struct waiting {
    struct intake *intake;
    struct http_request *request; /* NULL: answered */
    struct batch batch;
    struct waiting_event *events; /* one for each of the batch */
    size_t bytes;
    uint64_t started_us, deadline_ms;
    TAILQ_ENTRY(waiting) link;
};

struct intake {
    struct intake_settings settings;
    uv_timer_t *deadline_check;    /* closes after the intake is gone */
    TAILQ_HEAD(, waiting) waiting; /* not answered, oldest first: all have the same time to wait */
    size_t waiting_count, in_flight_bytes;
    bool is_refusing;
};

/* ---- answers --------------------------------------------------------------------------------------------------- */

static void respond(struct http_request *request, unsigned status, enum problem problem, const struct buffer *body)
{
    char retry_after[48];
    const char *headers[2] = {NULL, NULL};
    if (status == 503) {
        (void)snprintf(retry_after, sizeof retry_after, "Retry-After: %d",
                       problem == PROBLEM_BUSY || problem == PROBLEM_SHUTTING_DOWN ? RETRY_AFTER_BUSY_S
                                                                                   : RETRY_AFTER_S);
        headers[0] = retry_after;
    } else if (status == 401) {
        headers[0] = "WWW-Authenticate: Bearer realm=\"keeptrusts\"";
    }
    http_respond(request, status, problem == PROBLEM_NONE ? "application/json" : "application/problem+json",
                 body->bytes, body->length, headers);
}

static void refuse(struct http_request *request, enum problem problem, const char *detail)
{
    CLEANUP(buffer_deinit) struct buffer body;
    buffer_init(&body, 4096);
    problem_open(problem, detail, request->request_id, &body);
    buffer_append_char(&body, '}');
    respond(request, problem_status(problem), problem, &body);
    count_request(problem_status(problem), 0);
}

static void waiting_answer(struct waiting *waiting)
{
    struct intake *intake = waiting->intake;
    enum problem problem;
    assert(waiting->request != NULL);
    CLEANUP(buffer_deinit) struct buffer body;
    buffer_init(&body, BATCH_ANSWER_BYTES_MAX);
    unsigned status = batch_answer(&waiting->batch, waiting->request->request_id, &body, &problem);
    respond(TAKE(waiting->request), status, problem, &body);
    count_request(status, clock_monotonic_us() - waiting->started_us);
    count(INGEST_UNKNOWN, (int64_t)waiting->batch.pending_count);
    TAILQ_REMOVE(&intake->waiting, waiting, link);
    intake->waiting_count--;
}

/* ---- what waits ------------------------------------------------------------------------------------------------ */

static void waiting_settle(struct waiting *waiting)
{
    if (waiting->batch.pending_count > 0)
        return;
    if (waiting->request != NULL)
        waiting_answer(waiting);
    waiting->intake->in_flight_bytes -= waiting->bytes;
    batch_deinit(&waiting->batch);
    free(waiting->events);
    free(waiting);
}

static void on_ack(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    struct waiting_event *event = CONTAINER_OF(ack, struct waiting_event, ack);
    struct waiting *waiting = event->waiting;
    struct batch_event *batch_event = &waiting->batch.events[event - waiting->events];
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        batch_accept(&waiting->batch, batch_event);
        if (waiting->request != NULL)
            count(INGEST_ACCEPTED, 1);
    } else {
        batch_refuse(&waiting->batch, batch_event, PROBLEM_NOT_STORED, rd_kafka_err2str(result));
        if (waiting->request != NULL)
            count_refused(PROBLEM_NOT_STORED);
    }
    waiting_settle(waiting);
}

static void on_deadline_check(uv_timer_t *timer)
{
    struct intake *intake = timer->data;
    uint64_t now_ms = clock_monotonic_ms();
    const struct waiting *oldest;
    while ((oldest = TAILQ_FIRST(&intake->waiting)) != NULL && oldest->deadline_ms <= now_ms)
        waiting_answer(TAILQ_FIRST(&intake->waiting));
    if (TAILQ_EMPTY(&intake->waiting))
        (void)uv_timer_stop(timer);
}

static struct waiting *waiting_new(struct intake *intake, struct http_request *request, size_t event_count,
                                   size_t bytes, bool is_single)
{
    struct waiting *waiting = ALLOC(struct waiting);
    waiting->intake = intake;
    waiting->request = request;
    waiting->bytes = bytes;
    waiting->events = alloc_zeroed(event_count, sizeof(struct waiting_event));
    batch_init(&waiting->batch, event_count, is_single);
    waiting->started_us = clock_monotonic_us();
    waiting->deadline_ms = waiting->started_us / 1000 + intake->settings.ack_timeout_ms;
    TAILQ_INSERT_TAIL(&intake->waiting, waiting, link);
    intake->waiting_count++;
    intake->in_flight_bytes += waiting->bytes;
    if (!uv_is_active((uv_handle_t *)intake->deadline_check))
        (void)uv_timer_start(intake->deadline_check, on_deadline_check, DEADLINE_CHECK_MS, DEADLINE_CHECK_MS);
    return waiting;
}

static void waiting_submit(struct waiting *waiting, const struct submission *submission, uint64_t line)
{
    struct batch_event *batch_event = batch_add(&waiting->batch, line);
    struct waiting_event *event = &waiting->events[waiting->batch.count - 1];
    struct event described;
    struct error reason = {""};
    *event = (struct waiting_event){.ack = {.done = on_ack}, .waiting = waiting};
    described.id[0] = '\0';
    int problem = publisher_submit(waiting->intake->settings.publisher, submission, &event->ack, &described, &reason);
    if (described.id[0] != '\0')
        batch_event->id = alloc_text(described.id);
    if (problem == 0) {
        count(INGEST_BYTES, (int64_t)submission->length);
    } else {
        batch_refuse(&waiting->batch, batch_event, (enum problem)problem, reason.text);
        count_refused((enum problem)problem);
    }
}

/* ---- requests -------------------------------------------------------------------------------------------------- */

/* Does a Content-Type name this media type, whatever its parameters? */
static bool is_media_type(const char *content_type, const char *media_type)
{
    size_t length = strlen(media_type);
    return strncasecmp(content_type, media_type, length) == 0 &&
           (content_type[length] == '\0' || content_type[length] == ';' || content_type[length] == ' ');
}

/* The token that the request may write events with, or NULL after it was refused. */
static const struct token *authenticate(struct intake *intake, struct http_request *request, int64_t now_ms)
{
    const char *text = http_request_bearer(request);
    if (!token_cache_is_loaded(intake->settings.tokens)) {
        refuse(request, PROBLEM_TOKENS_UNAVAILABLE, "the tokens could not be read from the database yet");
        return NULL;
    }
    const struct token *token = text == NULL ? NULL : token_cache_find(intake->settings.tokens, text, now_ms);
    if (token == NULL) {
        refuse(request, PROBLEM_UNAUTHENTICATED, "Authorization: Bearer and a valid token are needed");
        return NULL;
    }
    if (!token_allows(token, TOKEN_EVENTS_WRITE, now_ms)) {
        refuse(request, PROBLEM_FORBIDDEN, "the token lacks the scope events:write");
        return NULL;
    }
    return token;
}

/* How many events the body holds, or 0 after it was refused. */
static size_t count_events(struct http_request *request, bool *is_single_out)
{
    const char *content_type = http_request_header(request, "Content-Type");
    const char *encoding = http_request_header(request, "Content-Encoding");
    struct ndjson ndjson;
    struct ndjson_line line;
    size_t event_count = 0;
    *is_single_out = content_type != NULL && is_media_type(content_type, "application/json");
    if (content_type == NULL || (!*is_single_out && !is_media_type(content_type, "application/x-ndjson"))) {
        refuse(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
               "Content-Type has to be application/json for one event or application/x-ndjson for one on each line");
        return 0;
    }
    if (encoding != NULL && strcasecmp(encoding, "identity") != 0) {
        refuse(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "bodies with a Content-Encoding are not read");
        return 0;
    }
    for (ndjson_init(&ndjson, request->body, request->body_length); ndjson_next(&ndjson, &line);)
        event_count++;
    if (event_count == 0)
        refuse(request, PROBLEM_NO_EVENTS, "the body is empty");
    if (event_count == 0 || *is_single_out)
        return event_count > 0 ? 1 : 0;
    if (event_count <= BATCH_EVENTS_MAX)
        return event_count;
    char detail[96];
    (void)snprintf(detail, sizeof detail, "the body holds %zu events, a request may carry %d", event_count,
                   BATCH_EVENTS_MAX);
    refuse(request, PROBLEM_TOO_MANY_EVENTS, detail);
    return 0;
}

/* May so many bytes more be under way? False after the request was refused. */
static bool has_room(struct intake *intake, struct http_request *request, size_t bytes)
{
    if (!kafka_producer_is_connected(intake->settings.publisher->producer)) {
        refuse(request, PROBLEM_KAFKA_UNAVAILABLE, "no broker can be reached; nothing of the request was stored");
        return false;
    }
    if (bytes > intake->settings.in_flight_bytes_max - intake->in_flight_bytes) {
        refuse(request, PROBLEM_BUSY, "too many events wait for Kafka; nothing of the request was stored");
        return false;
    }
    return true;
}

void intake_handle(void *owner, struct http_request *request)
{
    struct intake *intake = owner;
    int64_t now_ms = clock_wall_ms();
    bool is_single;
    if (intake->is_refusing) {
        refuse(request, PROBLEM_SHUTTING_DOWN, "this process is stopping; another one takes over");
        return;
    }
    const struct token *token = authenticate(intake, request, now_ms);
    if (token == NULL)
        return;
    size_t event_count = count_events(request, &is_single);
    size_t bytes = request->body_length + event_count * INTAKE_EVENT_COST_BYTES;
    if (event_count == 0 || !has_room(intake, request, bytes))
        return;
    const struct admission_rules rules = {
        .extra_types = intake->settings.extra_types, .org_id = token->org_id, .is_org_binding = true};
    struct submission submission = {.rules = &rules,
                                    .json = request->body,
                                    .length = request->body_length,
                                    .traceparent = http_request_header(request, "traceparent"),
                                    .now_ms = now_ms};
    struct waiting *waiting = waiting_new(intake, request, event_count, bytes, is_single);
    if (is_single) {
        waiting_submit(waiting, &submission, 1);
    } else {
        struct ndjson ndjson;
        struct ndjson_line line;
        for (ndjson_init(&ndjson, request->body, request->body_length); ndjson_next(&ndjson, &line);) {
            submission.json = line.text;
            submission.length = line.length;
            waiting_submit(waiting, &submission, line.number);
        }
    }
    waiting_settle(waiting);
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

struct intake *intake_new(const struct intake_settings *settings, uv_loop_t *loop)
{
    struct intake *intake = ALLOC(struct intake);
    intake->settings = *settings;
    TAILQ_INIT(&intake->waiting);
    intake->deadline_check = ALLOC(uv_timer_t);
    (void)uv_timer_init(loop, intake->deadline_check);
    intake->deadline_check->data = intake;
    return intake;
}

void intake_refuse_new(struct intake *intake)
{
    intake->is_refusing = true;
}

void intake_answer_all(struct intake *intake)
{
    while (!TAILQ_EMPTY(&intake->waiting))
        waiting_answer(TAILQ_FIRST(&intake->waiting));
}

size_t intake_waiting_count(const struct intake *intake)
{
    return intake->waiting_count;
}

size_t intake_in_flight_bytes(const struct intake *intake)
{
    return intake->in_flight_bytes;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    uv_close((uv_handle_t *)intake->deadline_check, on_timer_closed);
    free(intake);
}
