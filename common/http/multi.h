#pragma once
/*
 * A libcurl multi handle on a libuv loop: its sockets and its timer become the loop's. One thread.
 * Source: libcurl's multi_socket API. SPDX-License-Identifier: Apache-2.0
 */
#include <curl/curl.h>
#include <uv.h>

struct multi;

/* ended is called for each transfer that is over; the handle is still in the multi then. */
struct multi *multi_new(uv_loop_t *loop, void (*ended)(void *owner, CURL *easy, CURLcode result), void *owner);
CURLM *multi_curl(struct multi *multi);
void multi_free(
    struct multi *multi); /* NULL-safe; no transfer inside. The memory goes when the loop has closed the handles. */
