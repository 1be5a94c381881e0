/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/daemon.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#define CONNECTION_MEMORY_BYTES 32768 /* request line, headers and read buffer of one connection */

int daemon_start(struct exchange_group *group, const struct daemon_settings *settings, struct MHD_Daemon **daemon_out,
                 struct error *error)
{
    struct MHD_OptionItem limits[] = {
        {MHD_OPTION_LISTEN_SOCKET,           settings->listen_fd,           NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT,       0,                             NULL}, /* request_check is stricter, its answers better */
        {MHD_OPTION_CONNECTION_LIMIT,        settings->connections_max,     NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->connections_max / 2, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,       NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT,      settings->idle_timeout_s,      NULL},
        {MHD_OPTION_END,                     0,                             NULL},
    };
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, exchange_on_request, group,
                         MHD_OPTION_ARRAY, limits, MHD_OPTION_URI_LOG_CALLBACK, exchange_on_target, group,
                         MHD_OPTION_NOTIFY_COMPLETED, exchange_on_completed, group, MHD_OPTION_END);
    if (daemon == NULL) /* it has closed the socket */
        return error_set(error, ENOMEM, "the HTTP server cannot start: too few file descriptors or too little memory");
    *daemon_out = daemon;
    return 0;
}

int daemon_fd(struct MHD_Daemon *daemon)
{
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int daemon_run(struct MHD_Daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    (void)MHD_run(daemon); /* fails for a daemon with its own thread only */
    if (MHD_get_timeout(daemon, &wait_ms) != MHD_YES)
        return -1;
    return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

void daemon_stop_accepting(struct MHD_Daemon *daemon)
{
    int listen_fd = MHD_quiesce_daemon(daemon);
    assert(listen_fd >= 0);
    (void)close(listen_fd);
}

void daemon_stop(struct MHD_Daemon *daemon)
{
    MHD_stop_daemon(daemon);
}
