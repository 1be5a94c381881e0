#pragma once
/*
 * A small façade over libmicrohttpd: a table of routes in, answers out. All sockets are the loop's. Handlers run there,
 * too, and may answer later; or on own threads, where they may block and have to answer before they return. Strict
 * parsing; limits below; every error answer of ours is problem+json (RFC 9457). Request ids are taken from X-Request-Id
 * or made, and echoed. Answers are "Cache-Control: no-store" unless a handler says otherwise. HEAD is answered by the
 * routes of GET. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define HTTP_PATH_PARAMETERS_MAX 2
#define HTTP_CONNECTIONS_MAX     2048 /* half of them from one address; more wait in the kernel's queue */
#define HTTP_THREADS_MAX         64

struct http_server;

struct http_request {
    const char *method;
    const char *path;                                 /* decoded once */
    const char *parameters[HTTP_PATH_PARAMETERS_MAX]; /* the {id}s of the route, in order */
    const char *body;                                 /* whole, NUL after it; never NULL */
    size_t body_length;
    const char *request_id;
    const struct http_route *route;
    void *exchange; /* of the server */
};

/* The value of a header or query parameter, or NULL. Valid while the request is and its server is not freed. A header
 * that stands twice: the first; a parameter without "=": "". */
const char *http_request_header(const struct http_request *request, const char *name);
const char *http_request_query(const struct http_request *request, const char *name);
/* The token after "Authorization: Bearer ", or NULL. */
const char *http_request_bearer(const struct http_request *request);
/* Calls fn for each query parameter, for rejecting unknown ones. */
void http_request_each_query(const struct http_request *request,
                             void (*fn)(void *, const char *name, const char *value), void *owner);

typedef void http_handler(void *owner, struct http_request *request);

struct http_route {
    const char *method;
    const char *path; /* "/v1/webhooks/{id}" */
    http_handler *handler;
    size_t body_bytes_max; /* 0: no body accepted; more is answered with 413 while streaming */
    const char *scope;     /* the application's own meaning; NULL: open */
};

struct http_server_settings {
    const char *listen;              /* "127.0.0.1:8080", "[::]:8080"; port 0: chosen by the kernel */
    const struct http_route *routes; /* ends with a zeroed row */
    void *owner;                     /* handed to handlers */
    unsigned thread_count;           /* that handlers run on, up to HTTP_THREADS_MAX; 0: on the loop */
    unsigned idle_timeout_s;         /* 0: 30 */
};

MUST_CHECK int http_server_new(const struct http_server_settings *settings, uv_loop_t *loop,
                               struct http_server **server_out, struct error *error);
/* Running requests finish, connections close after their answer. From the loop's thread; may be repeated. */
void http_server_stop_accepting(struct http_server *server);

/* Requests that have begun and are not answered to the last byte. */
size_t http_server_request_count(const struct http_server *server);

/* NULL-safe. Cuts all connections; with threads, waits for the running handlers. On a loop, the loop has to run once
 * more before it is closed. */
void http_server_free(struct http_server *server);
unsigned http_server_port(const struct http_server *server);

/*
 * Exactly one answer per request, from the handler itself or, on a loop server, later from the loop's thread. The
 * request is gone after it, and stays until then whatever happens: when the client has gone away, or the server was
 * freed, the late answer frees the request and goes nowhere. The body is copied. extra_headers: "Name: value" lines
 * ended by NULL, or NULL.
 */
void http_respond(struct http_request *request, unsigned status, const char *content_type, const char *body,
                  size_t length, const char *const *extra_headers);
void http_respond_json(struct http_request *request, unsigned status, const char *json);

/* RFC 9457: type is https://keeptrusts.dev/problems/<code>. */
void http_respond_problem(struct http_request *request, unsigned status, const char *code, const char *detail);
/* With a Retry-After of so many seconds. */
void http_respond_retry_after(struct http_request *request, unsigned status, const char *code, const char *detail,
                              unsigned seconds);
