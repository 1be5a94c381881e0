#pragma once
/*
 * The libmicrohttpd daemon of an HTTP server: driven from outside (epoll), with our limits. Internal to the HTTP
 * server. SPDX-License-Identifier: Apache-2.0
 */
#include "common/http/exchange.h"

struct daemon_settings {
    int listen_fd; /* taken over */
    unsigned connections_max;
    unsigned idle_timeout_s;
};

MUST_CHECK int daemon_start(struct exchange_group *group, const struct daemon_settings *settings,
                            struct MHD_Daemon **daemon_out, struct error *error);

/* Readable when the daemon wants to run. */
int daemon_fd(struct MHD_Daemon *daemon);

/* Does what is due. Returns the milliseconds after which it wants to run again in any case, or -1. */
int daemon_run(struct MHD_Daemon *daemon);

/* At most once, before daemon_stop(). */
void daemon_stop_accepting(struct MHD_Daemon *daemon);

/* Closes all connections and frees the daemon. */
void daemon_stop(struct MHD_Daemon *daemon);
