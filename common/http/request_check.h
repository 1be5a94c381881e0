#pragma once
/*
 * What makes a request ambiguous or dangerous although libmicrohttpd lets it pass. Internal to the HTTP server.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/http/exchange.h"

/* Looks at the headers and the query; the refusal's status is 0 when all is well. */
struct exchange_refusal request_check(struct MHD_Connection *connection, const char *version);

/* The value of Content-Length, or 0 when it is not given; libmicrohttpd has checked that it is a number. */
uint64_t request_check_content_length(struct MHD_Connection *connection);
bool request_check_has_body(struct MHD_Connection *connection);
