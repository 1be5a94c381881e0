/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/server.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/http/daemon.h"
#include "common/http/exchange.h"
#include "common/http/listener.h"
#include "common/http/workers.h"

#define IDLE_TIMEOUT_S 30

static_assert(HTTP_CONNECTIONS_MAX <= WORKERS_ITEMS_MAX, "each connection may have a request with the workers");

struct http_server {
    struct exchange_group group;
    unsigned port;
    bool is_accepting;
    struct MHD_Daemon *daemon; /* driven by poll and timer */
    uv_poll_t poll;
    uv_timer_t timer;
    uv_poll_t worked;           /* with workers: some are done */
    bool has_resumed;           /* a connection, since the daemon ran; it does not count them as due */
    unsigned open_handle_count; /* those above, until libuv has let go of them */
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

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status; /* the daemon finds out itself what is wrong with which socket */
    (void)events;
    run(poll->data);
}

static void on_resumed(struct exchange_group *group)
{
    struct http_server *server = CONTAINER_OF(group, struct http_server, group);
    server->has_resumed = true;
    (void)uv_timer_start(&server->timer, on_timer, 0, 0);
}

static void on_worked(uv_poll_t *poll, int status, int events)
{
    struct http_server *server = poll->data;
    struct exchange *exchange;
    (void)status; /* a pipe of our own */
    (void)events;
    while ((exchange = workers_take(server->group.workers)) != NULL)
        exchange_worked(exchange);
}

/* None of these fails: the descriptors are new and fit for epoll. */
static void join_loop(struct http_server *server, uv_loop_t *loop)
{
    (void)uv_poll_init(loop, &server->poll, daemon_fd(server->daemon));
    (void)uv_timer_init(loop, &server->timer);
    server->poll.data = server->timer.data = server->worked.data = server;
    server->open_handle_count = 2;
    (void)uv_poll_start(&server->poll, UV_READABLE, on_poll);
    if (server->group.workers != NULL) {
        (void)uv_poll_init(loop, &server->worked, workers_fd(server->group.workers));
        (void)uv_poll_start(&server->worked, UV_READABLE, on_worked);
        server->open_handle_count++;
    }
    run(server);
}

static int start(struct http_server *server, const struct http_server_settings *settings, struct error *error)
{
    struct daemon_settings daemon = {
        .connections_max = HTTP_CONNECTIONS_MAX,
        .idle_timeout_s = settings->idle_timeout_s == 0 ? IDLE_TIMEOUT_S : settings->idle_timeout_s,
    };
    int status = listener_open(settings->listen, &daemon.listen_fd, &server->port, error);
    if (status < 0)
        return status;
    status = daemon_start(&server->group, &daemon, &server->daemon, error);
    if (status < 0 || settings->thread_count == 0)
        return status;
    status = workers_new(settings->thread_count, exchange_work, &server->group.workers, error);
    if (status < 0)
        daemon_stop(server->daemon);
    return status;
}

int http_server_new(const struct http_server_settings *settings, uv_loop_t *loop, struct http_server **server_out,
                    struct error *error)
{
    assert(settings->thread_count <= HTTP_THREADS_MAX);
    struct http_server *server = ALLOC(struct http_server);
    server->is_accepting = true;
    server->group.routes = settings->routes;
    server->group.owner = settings->owner;
    server->group.resumed = on_resumed;
    int status = start(server, settings, error);
    if (status < 0) {
        free(server);
        return status;
    }
    join_loop(server, loop);
    *server_out = server;
    return 0;
}

void http_server_stop_accepting(struct http_server *server)
{
    if (!server->is_accepting)
        return;
    server->is_accepting = false;
    server->group.is_draining = true;
    daemon_stop_accepting(server->daemon);
}

size_t http_server_request_count(const struct http_server *server)
{
    return server->group.exchange_count;
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
    uv_close((uv_handle_t *)&server->poll, on_closed); /* before their descriptors are gone */
    uv_close((uv_handle_t *)&server->timer, on_closed);
    if (server->group.workers != NULL)
        uv_close((uv_handle_t *)&server->worked, on_closed);
    atomic_store(&server->group.is_ending, true);
    workers_free(server->group.workers);
    exchange_group_cut_off(&server->group);
    daemon_stop(server->daemon);
}
