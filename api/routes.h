#pragma once
/*
 * The routes of routes.def for the HTTP server, and what stands behind each. SPDX-License-Identifier: Apache-2.0
 */
#include "api/call.h"

extern const struct http_route api_routes[]; /* ends with a zeroed row */

const struct operation *route_operation(const struct http_route *route);
