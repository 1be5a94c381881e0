#pragma once
/*
 * libmicrohttpd daemons as the HTTP server uses them: driven from outside (epoll), strict, with our limits. A server on
 * a loop has one, a server with threads one per thread: several daemons accept from copies of one socket and share
 * nothing else. Internal to the HTTP server. SPDX-License-Identifier: Apache-2.0
 */
#include "common/http/exchange.h"

struct daemon_settings {
    int listen_fd; /* stays the caller's */
    unsigned connections_max;
    unsigned idle_timeout_s;
};

MUST_CHECK int daemon_start(struct exchange_group *group, const struct daemon_settings *settings,
                            struct MHD_Daemon **daemon_out, struct error *error);

/* Readable when the daemon wants to run. */
int daemon_fd(struct MHD_Daemon *daemon);

/* Does what is due. Returns the milliseconds after which it wants to run again in any case, or -1. */
int daemon_run(struct MHD_Daemon *daemon);

/* From the thread that runs it; at most once, before daemon_stop(). */
void daemon_stop_accepting(struct MHD_Daemon *daemon);

/* Closes all connections and frees the daemon. */
void daemon_stop(struct MHD_Daemon *daemon);
