/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/exchange.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/http/problem_document.h"
#include "common/http/request_check.h"
#include "common/http/request_target.h"
#include "common/http/router.h"
#include "common/http/workers.h"

static const struct exchange_refusal too_slow = {MHD_HTTP_REQUEST_TIMEOUT, "request_timeout",
                                                 "the body took longer than 60 s", true};
static const struct exchange_refusal overloaded = {MHD_HTTP_SERVICE_UNAVAILABLE, "overloaded",
                                                   "too many bodies are being received, try again soon", false};
static const struct exchange_refusal path_unknown = {MHD_HTTP_NOT_FOUND, "not_found", "there is nothing at this path",
                                                     false};
static const struct exchange_refusal method_unknown = {MHD_HTTP_METHOD_NOT_ALLOWED, "method_not_allowed",
                                                       "the path does not take this method, Allow says which it takes",
                                                       false};

struct exchange *exchange_of(const struct http_request *request)
{
    return request->exchange;
}

void *exchange_on_target(void *owner, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = ALLOC(struct exchange);
    exchange->group = owner;
    exchange->connection = connection;
    exchange->state = EXCHANGE_RECEIVING;
    exchange->target = alloc_text(target == NULL ? "" : target);
    exchange->request.exchange = exchange;
    exchange->request.body = "";
    exchange->request.request_id = exchange->request_id;
    buffer_init(&exchange->body, 0);
    return exchange;
}

static void exchange_free(struct exchange *exchange)
{
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    buffer_deinit(&exchange->body);
    free(exchange->target);
    free(exchange->path);
    free(exchange->parameters);
    free(exchange);
}

static void drop_body(struct exchange *exchange)
{
    exchange->group->body_bytes -= exchange->body.length;
    buffer_deinit(&exchange->body);
}

static void suspended_insert(struct exchange *exchange)
{
    struct exchange *first = exchange->group->suspended;
    exchange->next = first;
    exchange->previous = NULL;
    if (first != NULL)
        first->previous = exchange;
    exchange->group->suspended = exchange;
}

static void suspended_remove(struct exchange *exchange)
{
    if (exchange->previous != NULL)
        exchange->previous->next = exchange->next;
    else
        exchange->group->suspended = exchange->next;
    if (exchange->next != NULL)
        exchange->next->previous = exchange->previous;
}

/* A request id from outside ends up in logs and answers; anything unusual is replaced. */
static void choose_request_id(struct exchange *exchange)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
    const char *given = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, "X-Request-Id");
    size_t length = given == NULL ? 0 : strlen(given);
    if (length > 0 && length < sizeof(exchange->request_id) && strspn(given, allowed) == length) {
        memcpy(exchange->request_id, given, length + 1);
        return;
    }
    char id[RANDOM_ID_BYTES];
    (void)random_id("req_", clock_wall_ms(), id);
    memcpy(exchange->request_id, id, strlen(id) + 1);
}

/* Cuts a copy of the path at the end of each parameter. */
static void set_parameters(struct exchange *exchange, const struct router_match *match)
{
    exchange->parameters = alloc_text(exchange->path);
    for (size_t i = 0; i < match->parameter_count; i++) {
        const struct router_span *span = &match->parameters[i];
        exchange->parameters[span->start + span->length] = '\0';
        exchange->request.parameters[i] = exchange->parameters + span->start;
    }
}

static struct exchange_refusal too_large(void)
{
    return (struct exchange_refusal){MHD_HTTP_CONTENT_TOO_LARGE, "body_too_large", NULL, false};
}

static struct exchange_refusal find_route(struct exchange *exchange, const char *method)
{
    struct router_match match;
    switch (router_find(exchange->group->routes, method, exchange->path, &match)) {
    case ROUTER_PATH_UNKNOWN:
        return path_unknown;
    case ROUTER_METHOD_UNKNOWN:
        return method_unknown;
    case ROUTER_FOUND:
        break;
    }
    exchange->request.route = match.route;
    exchange->request.method = strcmp(method, "HEAD") == 0 ? "HEAD" : match.route->method;
    set_parameters(exchange, &match);
    buffer_init(&exchange->body, match.route->body_bytes_max);
    if (request_check_content_length(exchange->connection) > match.route->body_bytes_max)
        return too_large();
    return (struct exchange_refusal){0};
}

static struct exchange_refusal check_head(struct exchange *exchange, const char *method, const char *version)
{
    const char *fault = NULL;
    struct exchange_refusal refusal = request_check(exchange->connection, version);
    if (refusal.status != 0)
        return refusal;
    if (request_target_parse(exchange->target, &exchange->path, &fault) < 0)
        return (struct exchange_refusal){MHD_HTTP_BAD_REQUEST, "malformed_request", fault, false};
    exchange->request.path = exchange->path;
    return find_route(exchange, method);
}

/* Its own text for 413, which names the limit. */
static const char *refusal_detail(const struct exchange *exchange, char *text, size_t size)
{
    if (exchange->refusal.detail != NULL)
        return exchange->refusal.detail;
    (void)snprintf(text, size, "the body may have at most %zu bytes", exchange->request.route->body_bytes_max);
    return text;
}

static void answer_refusal(struct exchange *exchange)
{
    char text[96];
    const struct exchange_refusal *refusal = &exchange->refusal;
    const char *detail = refusal_detail(exchange, text, sizeof(text));
    exchange->state = EXCHANGE_HANDLING;
    exchange->is_closing |= refusal->is_framing;
    if (refusal->status == MHD_HTTP_SERVICE_UNAVAILABLE)
        http_respond_retry_after(&exchange->request, refusal->status, refusal->code, detail, 1);
    else
        http_respond_problem(&exchange->request, refusal->status, refusal->code, detail);
    if (refusal->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        CLEANUP(buffer_deinit) struct buffer allowed;
        buffer_init(&allowed, ROUTER_ALLOW_BYTES_MAX);
        router_write_allowed(exchange->group->routes, exchange->path, &allowed);
        (void)MHD_add_response_header(exchange->response, "Allow", allowed.bytes);
    }
}

/* libmicrohttpd takes no answer in the middle of a body, so this one is written around it and the connection closed. A
 * client that does not read sees the closing only. */
static enum MHD_Result answer_and_close(struct exchange *exchange)
{
    char text[96];
    const struct exchange_refusal *refusal = &exchange->refusal;
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    CLEANUP(buffer_deinit) struct buffer body;
    CLEANUP(buffer_deinit) struct buffer answer;
    buffer_init(&body, PROBLEM_DOCUMENT_BYTES_MAX);
    buffer_init(&answer, (size_t)2 * PROBLEM_DOCUMENT_BYTES_MAX);
    problem_document_write(&body, refusal->status, refusal->code, refusal_detail(exchange, text, sizeof(text)),
                           exchange->request_id);
    buffer_append_format(&answer,
                         "HTTP/1.1 %u %s\r\nContent-Type: " PROBLEM_CONTENT_TYPE "\r\nContent-Length: %zu\r\n"
                         "X-Request-Id: %s\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%s",
                         refusal->status, MHD_get_reason_phrase_for(refusal->status), body.length, exchange->request_id,
                         body.bytes);
    exchange->status = refusal->status;
    exchange->state = EXCHANGE_ANSWERED;
    (void)send(socket->connect_fd, answer.bytes, answer.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    return MHD_NO;
}

static enum MHD_Result queue_answer(struct exchange *exchange)
{
    struct MHD_Response *response = TAKE(exchange->response);
    if (exchange->is_closing || exchange->group->is_draining)
        (void)MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = MHD_queue_response(exchange->connection, exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

/* The head is here, of the body nothing yet. A refused body is read and dropped first, unless the client waits to be
 * asked for it, or its end is too far away or in doubt. */
static enum MHD_Result begin(struct exchange *exchange, const char *method, const char *version)
{
    exchange->is_begun = true;
    exchange->begun_ms = clock_monotonic_ms();
    exchange->group->exchange_count++;
    choose_request_id(exchange);
    exchange->refusal = check_head(exchange, method, version);
    if (exchange->refusal.status == 0)
        return MHD_YES;
    bool is_asking = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, "Expect") != NULL;
    if (!exchange->refusal.is_framing && !is_asking &&
        request_check_content_length(exchange->connection) <= EXCHANGE_DROPPED_BYTES_MAX)
        return MHD_YES;
    exchange->is_closing = true;
    answer_refusal(exchange);
    return queue_answer(exchange);
}

/* The refusal that so many more bytes of the body deserve; status 0: none. */
static struct exchange_refusal check_growth(struct exchange *exchange, size_t size)
{
    if (clock_monotonic_ms() - exchange->begun_ms > (uint64_t)EXCHANGE_BODY_SECONDS_MAX * 1000)
        return too_slow;
    if (exchange->refusal.status != 0)
        return exchange->refusal;
    if (size > exchange->body.max_bytes - exchange->body.length)
        return too_large();
    if (exchange->group->body_bytes + size > EXCHANGE_BODIES_BYTES_MAX)
        return overloaded;
    return (struct exchange_refusal){0};
}

static enum MHD_Result receive(struct exchange *exchange, const char *bytes, size_t *size)
{
    exchange->refusal = check_growth(exchange, *size);
    if (exchange->refusal.status == 0) {
        buffer_append(&exchange->body, bytes, *size);
        exchange->group->body_bytes += *size;
    } else {
        drop_body(exchange);
        exchange->dropped_bytes += *size;
        if (exchange->refusal.is_framing || exchange->dropped_bytes > EXCHANGE_DROPPED_BYTES_MAX)
            return answer_and_close(exchange);
    }
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result handle(struct exchange *exchange)
{
    struct exchange_group *group = exchange->group;
    if (exchange->refusal.status != 0) {
        answer_refusal(exchange);
        return queue_answer(exchange);
    }
    if (exchange->body.length > 0) {
        exchange->request.body = exchange->body.bytes;
        exchange->request.body_length = exchange->body.length;
    }
    if (group->workers == NULL) {
        exchange->state = EXCHANGE_HANDLING;
        exchange->request.route->handler(group->owner, &exchange->request);
        if (exchange->state == EXCHANGE_ANSWERED)
            return queue_answer(exchange);
    }
    exchange->state = group->workers == NULL ? EXCHANGE_WAITING : EXCHANGE_WORKING;
    suspended_insert(exchange);
    MHD_suspend_connection(exchange->connection);
    if (group->workers != NULL)
        workers_give(group->workers, exchange);
    return MHD_YES;
}

void exchange_work(void *item)
{
    struct exchange *exchange = item;
    struct exchange_group *group = exchange->group;
    if (atomic_load(&group->is_ending))
        http_respond_problem(&exchange->request, MHD_HTTP_SERVICE_UNAVAILABLE, "shutting_down",
                             "the server is stopping");
    else
        exchange->request.route->handler(group->owner, &exchange->request);
    assert(exchange->response != NULL); /* a handler on a worker may not answer later */
}

static void resume(struct exchange *exchange)
{
    exchange->state = EXCHANGE_ANSWERED;
    suspended_remove(exchange);
    MHD_resume_connection(exchange->connection);
    exchange->group->resumed(exchange->group);
}

void exchange_worked(struct exchange *exchange)
{
    assert(exchange->state == EXCHANGE_WORKING);
    resume(exchange);
}

enum MHD_Result exchange_on_request(void *owner, struct MHD_Connection *connection, const char *url, const char *method,
                                    const char *version, const char *bytes, size_t *size, void **exchange_address)
{
    struct exchange *exchange = *exchange_address;
    (void)owner;
    (void)url; /* decoded by other rules than ours; exchange->target is the original */
    assert(exchange->connection == connection);
    if (!exchange->is_begun)
        return begin(exchange, method, version);
    if (*size > 0)
        return receive(exchange, bytes, size);
    if (exchange->state == EXCHANGE_ANSWERED)
        return queue_answer(exchange);
    return handle(exchange);
}

static void log_end(const struct exchange *exchange, enum MHD_RequestTerminationCode reason)
{
    log_event(LOG_DEBUG, "http_request", LOG_FIELDS({"request_id", exchange->request_id}), "%s %s: %u in %llu ms%s",
              exchange->request.method == NULL ? "?" : exchange->request.method,
              exchange->path == NULL ? "?" : exchange->path, exchange->status,
              (unsigned long long)(clock_monotonic_ms() - exchange->begun_ms),
              reason == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : ", not completed");
}

void exchange_on_completed(void *owner, struct MHD_Connection *connection, void **exchange_address,
                           enum MHD_RequestTerminationCode reason)
{
    struct exchange *exchange = *exchange_address;
    (void)owner;
    (void)connection;
    if (exchange == NULL)
        return;
    *exchange_address = NULL;
    if (exchange->is_begun) {
        exchange->group->exchange_count--;
        exchange->group->body_bytes -= exchange->body.length;
        log_end(exchange, reason);
    }
    exchange->connection = NULL;
    if (exchange->state == EXCHANGE_WAITING || exchange->state == EXCHANGE_WORKING)
        suspended_remove(exchange);
    exchange->group = NULL;
    if (exchange->state != EXCHANGE_WAITING)
        exchange_free(exchange);
}

void exchange_group_cut_off(struct exchange_group *group)
{
    for (struct exchange *exchange = group->suspended; exchange != NULL; exchange = exchange->next)
        MHD_resume_connection(exchange->connection);
}

void exchange_answer(struct exchange *exchange, unsigned status, struct MHD_Response *response)
{
    assert(exchange->response == NULL && exchange->state != EXCHANGE_RECEIVING && exchange->state != EXCHANGE_ANSWERED);
    exchange->status = status;
    exchange->response = response;
    if (exchange->state == EXCHANGE_HANDLING)
        exchange->state = EXCHANGE_ANSWERED; /* exchange_on_request() goes on when the handler returns */
    else if (exchange->state == EXCHANGE_WAITING && exchange->connection != NULL)
        resume(exchange);
    else if (exchange->state == EXCHANGE_WAITING)
        exchange_free(exchange);
}
