#pragma once
/*
 * The REST API as kt uses it: one request at a time, blocking. Failures are told to the person here, so that a command
 * only passes the exit code on. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"

#include "cli/call.h"
#include "cli/raw_json.h"

#define API_ANSWER_BYTES_MAX ((size_t)32 * 1024 * 1024)

enum api_place {
    API_REST,
    API_EVENTS
}; /* KEEPTRUSTS_API_URL; KT_EVENTS_URL if it is set */

struct api;

struct api_request {
    const char *method;
    const char *path;         /* "/v1/webhooks/wh_…?limit=5": api_path() */
    const char *content_type; /* NULL: application/json */
    const char *body;         /* NULL: none */
    size_t body_length;
};

struct api_answer {
    long status;
    struct buffer body;
    json_t *json;            /* without `payload`; NULL: the body is empty or no JSON */
    struct raw_json payload; /* the member of that name as it came, borrowed from the body */
    long retry_after_s;      /* -1: not said */
};

/* NULL after the person was told what is missing; the code to end with is in code_out. */
struct api *api_open(const struct call *call, enum api_place place, enum exit_code *code_out);
void api_close(struct api *api); /* NULL-safe */
#define CLEANUP_API CLEANUP(api_cleanup)
void api_cleanup(struct api **api);

/* Appends a path with every %s percent-encoded. */
void api_path(struct buffer *out, const char *format, ...) PRINTF_LIKE(2, 3);

/* Sends. EXIT_CODE_OK: there is an answer, whatever it says; otherwise the person was told. answer_out is zeroed or was
 * used before. */
MUST_CHECK enum exit_code api_send(struct api *api, const struct api_request *request, struct api_answer *answer_out);
/* Tells the person what a problem says, and returns the code that goes with the status. For 2xx: EXIT_CODE_OK,
 * silently. */
MUST_CHECK enum exit_code api_check(const struct call *call, const struct api_answer *answer);
/* Both; a 2xx with a body has to be a JSON object. */
MUST_CHECK enum exit_code api_exchange(struct api *api, const struct api_request *request,
                                       struct api_answer *answer_out);
void api_answer_deinit(struct api_answer *answer);

/* The words of a problem: one line for each field that is wrong, or one in all. Pure. */
void api_problem_lines(const json_t *problem, long status, void (*line)(void *owner, const char *text), void *owner);

/* The answer for --json: exactly what came, harmless on a terminal. */
void api_print(const struct api_answer *answer);
