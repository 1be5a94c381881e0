#pragma once
/*
 * One request and its answer, from the request line to the last byte sent. Internal to the HTTP server: here are the
 * callbacks that libmicrohttpd drives, and the states that http_respond() moves. On the loop's thread, except
 * exchange_work() and what the handler calls in it.
 *
 * Owners: libmicrohttpd holds an exchange while its connection works on it. The application holds it from its handler's
 * return without an answer (WAITING) to http_respond(), a worker while the handler runs there (WORKING); the connection
 * is suspended meanwhile, and libmicrohttpd leaves it alone. The exchange is freed when nobody holds it. A client that
 * goes away meanwhile is noticed when the answer is sent; a server that is freed cuts its exchanges off (connection
 * NULL), and a late http_respond() then only frees. SPDX-License-Identifier: Apache-2.0
 */
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdint.h>

#include "common/base/buffer.h"
#include "common/http/server.h"

#define EXCHANGE_REQUEST_ID_BYTES 65 /* of a request id that comes from outside, NUL included */

/* Before a refusal, so much of an unwanted body is read and dropped: many clients look at the answer only after they
 * have sent everything. What is longer is answered at once and its connection closed. */
#define EXCHANGE_DROPPED_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define EXCHANGE_BODY_SECONDS_MAX  60                          /* for a whole body; slower is 408 */
#define EXCHANGE_BODIES_BYTES_MAX  ((size_t)256 * 1024 * 1024) /* of all bodies of a server; more is 503 */

/* What the exchanges of a server share; embedded in it. */
struct exchange_group {
    const struct http_route *routes;
    void *owner;                /* handed to handlers */
    struct workers *workers;    /* run the handlers; NULL: the loop's thread does, and they may answer later */
    bool is_draining;           /* connections close after their answer */
    _Atomic bool is_ending;     /* handlers that have not begun are passed over */
    size_t exchange_count;      /* requests that have begun and are not answered to the last byte */
    size_t body_bytes;          /* held by all of them */
    struct exchange *suspended; /* list of those that are WAITING or WORKING */
    void (*resumed)(struct exchange_group *group); /* the daemon has to run soon */
};

enum exchange_state {
    EXCHANGE_RECEIVING,
    EXCHANGE_HANDLING, /* in its handler, on the loop's thread */
    EXCHANGE_WAITING,  /* the application owes the answer */
    EXCHANGE_WORKING,  /* given to the workers */
    EXCHANGE_ANSWERED, /* response is set or queued */
};

/* The answer to a request that its handler never sees. */
struct exchange_refusal {
    unsigned status; /* 0: none */
    const char *code;
    const char *detail; /* a literal */
    bool is_framing;    /* where the body ends is in doubt: answer before reading any of it */
};

struct exchange {
    struct http_request request; /* what the application sees */
    struct exchange_group *group;
    struct MHD_Connection *connection; /* NULL: gone */
    enum exchange_state state;
    struct MHD_Response *response; /* owned, until it is queued */
    unsigned status;
    struct exchange_refusal refusal;
    bool is_begun;
    bool is_closing; /* its connection ends with it */
    char *target;    /* as it came */
    char *path;
    char *parameters; /* the path once more, cut at the ends of parameters */
    struct buffer body;
    size_t dropped_bytes;
    uint64_t begun_ms;
    char request_id[EXCHANGE_REQUEST_ID_BYTES];
    struct exchange *previous, *next; /* in group->suspended */
};

/* For libmicrohttpd: MHD_OPTION_URI_LOG_CALLBACK (makes the exchange), the access handler, and
 * MHD_OPTION_NOTIFY_COMPLETED. owner is the group. */
void *exchange_on_target(void *owner, const char *target, struct MHD_Connection *connection);
enum MHD_Result exchange_on_request(void *owner, struct MHD_Connection *connection, const char *url, const char *method,
                                    const char *version, const char *bytes, size_t *size, void **exchange_address);
void exchange_on_completed(void *owner, struct MHD_Connection *connection, void **exchange_address,
                           enum MHD_RequestTerminationCode reason);

/* For the workers: runs the handler of an exchange. Then, on the loop's thread again: goes on with what it answered. */
void exchange_work(void *item);
void exchange_worked(struct exchange *exchange);

/* Resumes every suspended connection, so that the daemon can be stopped. The workers are gone. */
void exchange_group_cut_off(struct exchange_group *group);

/* The application's answer; takes the response over. */
void exchange_answer(struct exchange *exchange, unsigned status, struct MHD_Response *response);

/* The exchange of what the application holds. */
struct exchange *exchange_of(const struct http_request *request);
