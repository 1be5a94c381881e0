/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/server.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/http/daemon.h"
#include "common/http/daemon_thread.h"
#include "common/http/exchange.h"
#include "common/http/listener.h"

#define IDLE_TIMEOUT_S 30

struct http_server {
    struct exchange_group group;
    int listen_fd; /* -1: no longer accepting */
    unsigned port;
    unsigned thread_count;
    struct daemon_thread **threads; /* thread_count of them */
    struct MHD_Daemon *daemon;      /* on a loop: driven by poll and timer */
    uv_poll_t poll;
    uv_timer_t timer;
    bool has_resumed;           /* a connection, since the daemon ran; it does not count them as due */
    unsigned open_handle_count; /* poll and timer, until libuv has let go of them */
};

static void on_timer(uv_timer_t *timer);

static void run(struct http_server *server)
{
    server->has_resumed = false;
    int wait_ms = daemon_run(server->daemon);
    if (server->has_resumed)
        wait_ms = 0;
    if (wait_ms >= 0)
        (void)uv_timer_start(&server->timer, on_timer, (uint64_t)wait_ms, 0);
    else
        (void)uv_timer_stop(&server->timer);
}

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

static void on_resumed(struct exchange_group *group)
{
    struct http_server *server = CONTAINER_OF(group, struct http_server, group);
    server->has_resumed = true;
    (void)uv_timer_start(&server->timer, on_timer, 0, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status; /* the daemon finds out itself what is wrong with which socket */
    (void)events;
    run(poll->data);
}

static int start_on_loop(struct http_server *server, uv_loop_t *loop, const struct daemon_settings *settings,
                         struct error *error)
{
    int status = daemon_start(&server->group, settings, &server->daemon, error);
    if (status < 0)
        return status;
    status = uv_poll_init(loop, &server->poll, daemon_fd(server->daemon));
    if (status < 0) {
        daemon_stop(server->daemon);
        return error_set(error, -status, "the HTTP server cannot join the loop: %s", uv_strerror(status));
    }
    (void)uv_timer_init(loop, &server->timer); /* these three do not fail */
    server->poll.data = server;
    server->timer.data = server;
    server->open_handle_count = 2;
    (void)uv_poll_start(&server->poll, UV_READABLE, on_poll);
    run(server);
    return 0;
}

static void free_threads(struct http_server *server)
{
    for (unsigned i = 0; i < server->thread_count; i++)
        daemon_thread_free(server->threads[i]);
    free(server->threads);
}

static int start_threads(struct http_server *server, unsigned count, const struct daemon_settings *settings,
                         struct error *error)
{
    server->threads = alloc_zeroed(count, sizeof(struct daemon_thread *));
    for (; server->thread_count < count; server->thread_count++) {
        int status = daemon_thread_new(&server->group, settings, &server->threads[server->thread_count], error);
        if (status < 0) {
            free_threads(server);
            return status;
        }
    }
    return 0;
}

int http_server_new(const struct http_server_settings *settings, uv_loop_t *loop, struct http_server **server_out,
                    struct error *error)
{
    bool is_on_loop = settings->thread_count == 0;
    struct daemon_settings daemon = {
        .connections_max = is_on_loop ? HTTP_CONNECTIONS_MAX : HTTP_CONNECTIONS_MAX / settings->thread_count,
        .idle_timeout_s = settings->idle_timeout_s == 0 ? IDLE_TIMEOUT_S : settings->idle_timeout_s,
    };
    unsigned port;
    assert(settings->thread_count <= HTTP_THREADS_MAX && (loop != NULL || !is_on_loop));
    int status = listener_open(settings->listen, &daemon.listen_fd, &port, error);
    if (status < 0)
        return status;
    struct http_server *server = ALLOC(struct http_server);
    server->listen_fd = daemon.listen_fd;
    server->port = port;
    server->group.routes = settings->routes;
    server->group.owner = settings->owner;
    server->group.may_answer_later = is_on_loop;
    server->group.resumed = on_resumed;
    status = is_on_loop ? start_on_loop(server, loop, &daemon, error)
                        : start_threads(server, settings->thread_count, &daemon, error);
    if (status < 0) {
        (void)close(server->listen_fd);
        free(server);
        return status;
    }
    *server_out = server;
    return 0;
}

void http_server_stop_accepting(struct http_server *server)
{
    if (server->listen_fd < 0)
        return;
    atomic_store(&server->group.is_draining, true);
    (void)shutdown(server->listen_fd, SHUT_RDWR); /* for the copy of a thread that is busy, too */
    (void)close(server->listen_fd);
    server->listen_fd = -1;
    for (unsigned i = 0; i < server->thread_count; i++)
        daemon_thread_stop_accepting(server->threads[i]);
    if (server->daemon != NULL)
        daemon_stop_accepting(server->daemon);
}

size_t http_server_request_count(const struct http_server *server)
{
    return atomic_load(&server->group.exchange_count);
}

unsigned http_server_port(const struct http_server *server)
{
    return server->port;
}

static void on_closed(uv_handle_t *handle)
{
    struct http_server *server = handle->data;
    if (--server->open_handle_count == 0)
        free(server);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->listen_fd >= 0)
        (void)close(server->listen_fd);
    if (server->daemon == NULL) {
        free_threads(server);
        free(server);
        return;
    }
    uv_close((uv_handle_t *)&server->poll, on_closed); /* before its descriptor is gone */
    uv_close((uv_handle_t *)&server->timer, on_closed);
    exchange_group_cut_off(&server->group);
    daemon_stop(server->daemon);
}
