/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/buffer.h"
#include "common/http/exchange.h"
#include "common/http/problem_document.h"

#define HEADER_NAME_BYTES 64

struct query_walk {
    const char *name; /* wanted; NULL: all */
    const char *value;
    void (*fn)(void *owner, const char *name, const char *value);
    void *owner;
};

static enum MHD_Result on_query(void *owner, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct query_walk *walk = owner;
    (void)kind;
    const char *given = value == NULL ? "" : value;
    if (walk->fn != NULL) {
        walk->fn(walk->owner, name, given);
        return MHD_YES;
    }
    if (strcmp(name, walk->name) != 0)
        return MHD_YES;
    walk->value = given;
    return MHD_NO;
}

static void walk_query(const struct http_request *request, struct query_walk *walk)
{
    struct MHD_Connection *connection = exchange_of(request)->connection;
    if (connection != NULL)
        (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, on_query, walk); /* how many it saw */
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    struct MHD_Connection *connection = exchange_of(request)->connection;
    return connection == NULL ? NULL : MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

const char *http_request_query(const struct http_request *request, const char *name)
{
    struct query_walk walk = {.name = name};
    walk_query(request, &walk);
    return walk.value;
}

void http_request_each_query(const struct http_request *request,
                             void (*fn)(void *owner, const char *name, const char *value), void *owner)
{
    struct query_walk walk = {.fn = fn, .owner = owner};
    walk_query(request, &walk);
}

const char *http_request_bearer(const struct http_request *request)
{
    static const char scheme[] = "Bearer ";
    const char *value = http_request_header(request, "Authorization");
    if (value == NULL || strncasecmp(value, scheme, strlen(scheme)) != 0)
        return NULL;
    value += strlen(scheme);
    value += strspn(value, " ");
    return *value == '\0' || strpbrk(value, " \t") != NULL ? NULL : value;
}

static bool is_header(const char *line, const char *name)
{
    size_t length = strlen(name);
    return strncasecmp(line, name, length) == 0 && line[length] == ':';
}

/* A line that libmicrohttpd does not take (it has a line break) is left out: better no header than two. */
static void add_line(struct MHD_Response *response, const char *line)
{
    char name[HEADER_NAME_BYTES];
    size_t length = strcspn(line, ":");
    if (length == 0 || length >= sizeof(name) || line[length] != ':')
        return;
    memcpy(name, line, length);
    name[length] = '\0';
    const char *value = line + length + 1;
    (void)MHD_add_response_header(response, name, value + strspn(value, " "));
}

void http_respond(struct http_request *request, unsigned status, const char *content_type, const char *body,
                  size_t length, const char *const *extra_headers)
{
    union { /* libmicrohttpd copies and does not write, but its parameter is not const */
        const char *bytes;
        void *memory;
    } content = {body};
    struct exchange *exchange = exchange_of(request);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, content.memory, MHD_RESPMEM_MUST_COPY);
    bool has_cache_control = false;
    (void)MHD_add_response_header(response, "X-Request-Id", exchange->request_id);
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (content_type != NULL)
        (void)MHD_add_response_header(response, "Content-Type", content_type);
    for (; extra_headers != NULL && *extra_headers != NULL; extra_headers++) {
        has_cache_control |= is_header(*extra_headers, "Cache-Control");
        add_line(response, *extra_headers);
    }
    if (!has_cache_control)
        (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    exchange_answer(exchange, status, response);
}

void http_respond_json(struct http_request *request, unsigned status, const char *json)
{
    http_respond(request, status, "application/json", json, strlen(json), NULL);
}

static void respond_problem(struct http_request *request, unsigned status, const char *code, const char *detail,
                            const char *extra_header)
{
    const char *const headers[] = {extra_header, NULL};
    CLEANUP(buffer_deinit) struct buffer body;
    buffer_init(&body, PROBLEM_DOCUMENT_BYTES_MAX);
    problem_document_write(&body, status, code, detail, request->request_id);
    http_respond(request, status, PROBLEM_CONTENT_TYPE, body.bytes, body.length, headers);
}

void http_respond_problem(struct http_request *request, unsigned status, const char *code, const char *detail)
{
    respond_problem(request, status, code, detail, status == MHD_HTTP_UNAUTHORIZED ? "WWW-Authenticate: Bearer" : NULL);
}

void http_respond_retry_after(struct http_request *request, unsigned status, const char *code, const char *detail,
                              unsigned seconds)
{
    char header[48];
    (void)snprintf(header, sizeof(header), "Retry-After: %u", seconds);
    respond_problem(request, status, code, detail, header);
}
