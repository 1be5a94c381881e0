#pragma once
/*
 * One request to the API: the token and its organization, a transaction, the body, and the answer. Each runs on a
 * handler thread that may block, and shares nothing with the others but the database pool, the producer and the payload
 * reader. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <libpq-fe.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/http/server.h"
#include "common/store/token.h"

#include "api/problem.h"

#define CALL_BODY_BYTES_MAX ((size_t)64 * 1024)
#define CALL_HEADERS_MAX    4
#define CALL_HEADER_BYTES   160
#define RETRY_AFTER_SECONDS 2
#define CALL_ID(call)       ((call)->request->parameters[0]) /* the {id} of its path */

struct api;

struct call {
    struct api *api;
    struct http_request *request;
    const struct operation *operation;
    struct token token;
    bool has_changed;   /* something was audited: dispatchers have to hear of it */
    PGconn *connection; /* in a transaction of the token's organization; NULL before it began and after call_commit() */
    json_t *body;       /* an object; empty if there was none */

    unsigned status; /* of the answer; 0: none yet */
    char *answer;    /* its body; owned; NULL: none */
    bool is_problem; /* what kind of JSON it is */
    char headers[CALL_HEADERS_MAX][CALL_HEADER_BYTES];
    size_t header_count;
};

/* What an operation returns: 0 with an answer, and the transaction is committed; CALL_REFUSED with a problem as the
 * answer, and it is rolled back; negative with an error in words, which is logged, rolled back, and answered with 500,
 * or 503 if the database is away. */
enum call_outcome {
    CALL_REFUSED = 1
};

typedef int call_operation(struct call *call, struct error *error);

enum call_body {
    CALL_BODY_NONE,
    CALL_BODY_POSSIBLE,
    CALL_BODY_NEEDED
};

/* What is known of a route besides method and path. */
struct operation {
    call_operation *run;
    enum call_body body;
    enum token_scope scope;
    const char *query; /* names of the query parameters, with spaces between */
};

/* The http_handler of all routes; owner is the struct api. */
void call_handle(void *owner, struct http_request *request);

/* ---- for operations */

/* The answer; takes the reference. Returns 0. */
int call_answer(struct call *call, unsigned status, json_t *json);
/* The same for JSON that is written already; takes the text, which malloc() made. NULL: no body. */
int call_answer_text(struct call *call, unsigned status, char *json);
/* A header line of the answer, "Name: value". */
void call_add_header(struct call *call, const char *format, ...) PRINTF_LIKE(2, 3);

/* The problem as the answer. Returns CALL_REFUSED. */
int call_refuse(struct call *call, enum problem problem, const char *format, ...) PRINTF_LIKE(3, 4);
int call_refuse_fields(struct call *call, const struct field_errors *errors);
int call_refuse_webhook(struct call *call); /* there is none of that id here */

/* Ends the transaction and gives the connection back, before something slow. */
MUST_CHECK int call_commit(struct call *call, struct error *error);
/* The audit log's row of a change; takes the reference to details, which may be NULL. */
MUST_CHECK int call_audit(struct call *call, const char *action, const char *target, json_t *details,
                          struct error *error);
