/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/router.h"

#include <assert.h>
#include <string.h>

static bool fits(const struct http_route *route, const char *path, struct router_match *match)
{
    const char *pattern = route->path;
    const char *at = path;
    *match = (struct router_match){.route = route};
    while (*pattern != '\0') {
        if (*pattern == '{') {
            size_t length = strcspn(at, "/");
            if (length == 0)
                return false;
            assert(match->parameter_count < HTTP_PATH_PARAMETERS_MAX);
            match->parameters[match->parameter_count++] = (struct router_span){(size_t)(at - path), length};
            at += length;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern == *at) {
            pattern++;
            at++;
        } else {
            return false;
        }
    }
    return *at == '\0';
}

enum router_result router_find(const struct http_route *routes, const char *method, const char *path,
                               struct router_match *match_out)
{
    enum router_result result = ROUTER_PATH_UNKNOWN;
    bool is_head = strcmp(method, "HEAD") == 0;
    for (const struct http_route *route = routes; route->path != NULL; route++) {
        struct router_match match;
        if (!fits(route, path, &match))
            continue;
        bool is_own = strcmp(route->method, method) == 0;
        if (is_own || (is_head && result != ROUTER_FOUND && strcmp(route->method, "GET") == 0)) {
            *match_out = match;
            result = ROUTER_FOUND;
        }
        if (is_own)
            return ROUTER_FOUND;
        if (result == ROUTER_PATH_UNKNOWN)
            result = ROUTER_METHOD_UNKNOWN;
    }
    return result;
}

void router_write_allowed(const struct http_route *routes, const char *path, struct buffer *out)
{
    for (const struct http_route *route = routes; route->path != NULL; route++) {
        struct router_match match;
        if (!fits(route, path, &match))
            continue;
        buffer_append_text(out, out->length == 0 ? "" : ", ");
        buffer_append_text(out, route->method);
        if (strcmp(route->method, "GET") == 0)
            buffer_append_text(out, ", HEAD");
    }
}
