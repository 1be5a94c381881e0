#pragma once
/*
 * Which route of a table answers a request. Pure. A pattern is a path whose segments are texts or parameters,
 * "/v1/webhooks/{id}"; of several that fit, the first in the table wins. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/buffer.h"
#include "common/http/server.h"

#define ROUTER_ALLOW_BYTES_MAX 128

/* A part of the path. */
struct router_span {
    size_t start, length;
};

struct router_match {
    const struct http_route *route;
    struct router_span parameters[HTTP_PATH_PARAMETERS_MAX];
    size_t parameter_count;
};

enum router_result {
    ROUTER_FOUND,
    ROUTER_PATH_UNKNOWN,
    ROUTER_METHOD_UNKNOWN, /* the path has routes, but none for the method */
};

/* routes end with a zeroed row. HEAD finds the route of GET when it has none of its own. match_out is set when found.
 */
enum router_result router_find(const struct http_route *routes, const char *method, const char *path,
                               struct router_match *match_out);

/* The value of the Allow header: the methods that the path has, e.g. "GET, HEAD, POST". */
void router_write_allowed(const struct http_route *routes, const char *path, struct buffer *out);
