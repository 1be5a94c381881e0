#pragma once
/*
 * What the routes do, one function per row of routes.def: parse → store → render. Called with the token checked and a
 * transaction of its organization open; see call.h for what they return. SPDX-License-Identifier: Apache-2.0
 */
#include "api/call.h"

#define ROUTE(method, path, operation, body, scope, query) \
    MUST_CHECK int operation(struct call *call, struct error *error);
#include "api/routes.def"
#undef ROUTE
