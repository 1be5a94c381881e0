/* SPDX-License-Identifier: Apache-2.0 */
#include "api/call.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/store/audit_store.h"
#include "common/store/organization_store.h"
#include "common/store/token_store.h"

#include "api/api.h"
#include "api/routes.h"

/* ---- the answer ----------------------------------------------------------------------------------------------------
 */

int call_answer_text(struct call *call, unsigned status, char *json)
{
    free(call->answer);
    call->status = status;
    call->answer = json;
    return 0;
}

int call_answer(struct call *call, unsigned status, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    assert(text != NULL); /* one of our own answers is not JSON */
    json_decref(json);
    return call_answer_text(call, status, text);
}

void call_add_header(struct call *call, const char *format, ...)
{
    assert(call->header_count < CALL_HEADERS_MAX);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(call->headers[call->header_count++], CALL_HEADER_BYTES, format, arguments);
    va_end(arguments);
}

static int refuse(struct call *call, enum problem problem, const char *detail, json_t *errors)
{
    call->header_count = 0;
    call->is_problem = true;
    (void)call_answer(call, problem_status(problem), problem_json(problem, detail, call->request->request_id, errors));
    if (problem == PROBLEM_UNAUTHENTICATED)
        call_add_header(call, "WWW-Authenticate: Bearer");
    if (problem_status(problem) == 503)
        call_add_header(call, "Retry-After: %d", RETRY_AFTER_SECONDS);
    return CALL_REFUSED;
}

int call_refuse(struct call *call, enum problem problem, const char *format, ...)
{
    char detail[ERROR_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return refuse(call, problem, detail, NULL);
}

int call_refuse_fields(struct call *call, const struct field_errors *errors)
{
    return refuse(call, PROBLEM_INVALID_FIELDS, "the fields named in errors are not valid; nothing was changed",
                  errors->items);
}

int call_refuse_webhook(struct call *call)
{
    return call_refuse(call, PROBLEM_NOT_FOUND, "there is no webhook with this id");
}

/* The operation failed for a reason that is not the client's. */
static void answer_failure(struct call *call, const struct error *error)
{
    bool is_away = call->connection == NULL || PQstatus(call->connection) != CONNECTION_OK;
    if (is_away)
        api_note_database(call->api, error);
    log_event(is_away ? LOG_DEBUG : LOG_ERROR, "request_failed",
              LOG_FIELDS({"request_id", call->request->request_id}, {"method", call->request->method},
                         {"route", call->request->route->path}),
              "request failed: %s, answered with %s", error->text, is_away ? "503" : "500");
    if (is_away)
        (void)call_refuse(call, PROBLEM_DATABASE_UNAVAILABLE, "the database did not answer; try again");
    else
        (void)call_refuse(call, PROBLEM_INTERNAL_ERROR, "the operators find this request in the log under its id");
}

static void send_answer(struct call *call)
{
    const char *lines[CALL_HEADERS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < call->header_count; i++)
        lines[count++] = call->headers[i];
    lines[count] = NULL;
    const char *type = call->is_problem ? "application/problem+json" : "application/json";
    const char *body = call->answer != NULL ? call->answer : "";
    api_count(call->status >= 500 ? API_ANSWERS_5XX : call->status >= 400 ? API_ANSWERS_4XX : API_ANSWERS_2XX);
    http_respond(call->request, call->status, call->answer != NULL ? type : NULL, body, strlen(body), lines);
}

/* ---- what comes before the operation -------------------------------------------------------------------------------
 */

static int begin(struct call *call, struct error *error)
{
    call->connection = database_pool_take(call->api->pool, error);
    if (call->connection == NULL)
        return -1;
    return database_execute(call->connection, "BEGIN", NULL, 0, error);
}

/* Finds the token and makes the transaction its organization's. Whatever is wrong with a token gets the same answer. */
static int authenticate(struct call *call, struct error *error)
{
    static const char detail[] = "send a token of this installation as Authorization: Bearer kt_live_…";
    uint8_t hash[TOKEN_HASH_BYTES];
    const char *bearer = http_request_bearer(call->request);
    if (bearer == NULL) {
        api_count(API_UNAUTHENTICATED);
        return call_refuse(call, PROBLEM_UNAUTHENTICATED, "%s", detail);
    }
    int outcome = begin(call, error);
    if (outcome < 0)
        return outcome;
    token_hash(bearer, hash);
    outcome = token_find(call->connection, hash, &call->token, error);
    if (outcome < 0)
        return outcome;
    if (outcome == TOKEN_UNKNOWN) {
        api_count(API_UNAUTHENTICATED);
        return call_refuse(call, PROBLEM_UNAUTHENTICATED, "%s", detail);
    }
    if (!token_allows(&call->token, call->operation->scope, clock_wall_ms()))
        return call_refuse(call, PROBLEM_FORBIDDEN, "this needs the scope %s",
                           token_scope_name(call->operation->scope));
    return organization_store_enter(call->connection, call->token.org_id, error);
}

/* The query parameters that were given, against those that the operation knows. */
struct query_check {
    const char *known; /* names with spaces between */
    unsigned seen;     /* a bit for each known one, in order */
    bool is_bad;
    char bad[64]; /* the first that is unknown or there twice */
};

/* A bit for the place of the name among the known ones, or 0. */
static unsigned parameter_bit(const char *known, const char *name)
{
    size_t length = strlen(name);
    for (unsigned bit = 1; *known != '\0'; bit <<= 1) {
        size_t known_length = strcspn(known, " ");
        if (known_length == length && memcmp(known, name, length) == 0)
            return bit;
        known += known_length + (known[known_length] == ' ');
    }
    return 0;
}

static void check_parameter(void *owner, const char *name, const char *value)
{
    struct query_check *check = owner;
    (void)value; /* the operation looks at it */
    unsigned bit = parameter_bit(check->known, name);
    bool is_bad = bit == 0 || (check->seen & bit) != 0;
    if (is_bad && !check->is_bad)
        (void)snprintf(check->bad, sizeof check->bad, "%s", name);
    check->is_bad |= is_bad;
    check->seen |= bit;
}

static int check_query(struct call *call)
{
    struct query_check check = {.known = call->operation->query};
    http_request_each_query(call->request, check_parameter, &check);
    if (!check.is_bad)
        return 0;
    return call_refuse(call, PROBLEM_INVALID_PARAMETER, "the query parameter %s is unknown here or there twice",
                       check.bad);
}

static bool is_json_type(const char *type)
{
    static const char *const types[] = {"application/json", "application/merge-patch+json"};
    if (type == NULL)
        return false;
    size_t length = strcspn(type, "; \t");
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (strlen(types[i]) == length && strncasecmp(types[i], type, length) == 0)
            return true;
    }
    return false;
}

static int read_body(struct call *call)
{
    const struct http_request *request = call->request;
    json_error_t flaw;
    if (request->body_length == 0 && call->operation->body != CALL_BODY_NEEDED) {
        call->body = json_object();
        return 0;
    }
    if (request->body_length > 0 && !is_json_type(http_request_header(request, "Content-Type")))
        return call_refuse(call, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "send the body with Content-Type: application/json");
    call->body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &flaw);
    if (call->body == NULL)
        return call_refuse(call, PROBLEM_INVALID_JSON, "line %d, column %d: %s", flaw.line, flaw.column, flaw.text);
    if (!json_is_object(call->body))
        return call_refuse(call, PROBLEM_INVALID_JSON, "the body has to be a JSON object");
    return 0;
}

/* An id that cannot be one never reaches the database. */
static int check_id(struct call *call)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const char *id = CALL_ID(call);
    if (id == NULL || (id[0] != '\0' && strlen(id) <= WEBHOOK_ID_BYTES_MAX && id[strspn(id, letters)] == '\0'))
        return 0;
    return call_refuse(call, PROBLEM_NOT_FOUND, "there is nothing with this id");
}

/* ---- the call ------------------------------------------------------------------------------------------------------
 */

int call_commit(struct call *call, struct error *error)
{
    int result = database_execute(call->connection, "COMMIT", NULL, 0, error);
    if (result < 0)
        return error_prefix(error, result, "commit");
    database_pool_give(call->api->pool, TAKE(call->connection));
    return 0;
}

/* PostgreSQL tells the dispatchers of a change a moment after the commit. Whoever has our answer may count on it: an
 * event published next goes to the webhook just created. Dispatchers match nothing between hearing and having loaded.
 */
static void wait_for_dispatchers(const struct call *call)
{
    int64_t settle_ms = call->api->settings.change_settle;
    const struct timespec pause = {.tv_sec = settle_ms / 1000, .tv_nsec = settle_ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL); /* cut short by a signal: then it is shorter */
}

static int run(struct call *call, struct error *error)
{
    int outcome = authenticate(call, error);
    if (outcome == 0)
        outcome = check_id(call);
    if (outcome == 0)
        outcome = check_query(call);
    if (outcome == 0)
        outcome = read_body(call);
    if (outcome == 0)
        outcome = call->operation->run(call, error);
    if (outcome == 0 && call->connection != NULL)
        outcome = call_commit(call, error);
    if (outcome == 0 && call->has_changed)
        wait_for_dispatchers(call);
    return outcome;
}

void call_handle(void *owner, struct http_request *request)
{
    struct call call = {.api = owner, .request = request, .operation = route_operation(request->route)};
    struct error error = {0};
    int outcome = run(&call, &error);
    if (outcome < 0)
        answer_failure(&call, &error);
    assert(call.status != 0);                            /* an operation forgot its answer */
    database_pool_give(call.api->pool, call.connection); /* rolls back what was refused or failed */
    send_answer(&call);
    json_decref(call.body);
    free(call.answer);
}

int call_audit(struct call *call, const char *action, const char *target, json_t *details, struct error *error)
{
    struct audit_entry entry = {
        .org_id = call->token.org_id,
        .actor = call->token.id,
        .action = action,
        .target = target,
        .request_id = call->request->request_id,
        .details = details,
    };
    int result = audit_store_add(call->connection, &entry, error);
    json_decref(details);
    call->has_changed = result == 0;
    return result;
}
