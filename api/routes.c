/* SPDX-License-Identifier: Apache-2.0 */
#include "api/routes.h"

#include <stddef.h>

#include "api/operations.h"

#define BODY_BYTES_NONE     0
#define BODY_BYTES_POSSIBLE CALL_BODY_BYTES_MAX
#define BODY_BYTES_NEEDED   CALL_BODY_BYTES_MAX

const struct http_route api_routes[] = {
#define ROUTE(method, path, operation, body, scope, query) {method, path, call_handle, BODY_BYTES_##body, NULL},
#include "api/routes.def"
#undef ROUTE
    {0},
};

/* Row by row beside api_routes. */
static const struct operation operations[] = {
#define ROUTE(method, path, operation, body, scope, query) {operation, CALL_BODY_##body, TOKEN_##scope, query},
#include "api/routes.def"
#undef ROUTE
};

const struct operation *route_operation(const struct http_route *route)
{
    return &operations[route - api_routes];
}
