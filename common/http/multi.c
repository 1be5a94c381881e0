/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/multi.h"

#include <assert.h>

#include "common/base/alloc.h"

struct multi {
    uv_loop_t *loop;
    CURLM *curl;
    uv_timer_t timer;
    void (*ended)(void *owner, CURL *easy, CURLcode result);
    void *owner;
};

struct watch {
    struct multi *multi;
    curl_socket_t socket;
    uv_poll_t poll;
};

static void report_ended(struct multi *multi)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi->curl, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE)
            multi->ended(multi->owner, message->easy_handle, message->data.result);
    }
}

static void act(struct multi *multi, curl_socket_t socket, int events)
{
    int running;
    (void)curl_multi_socket_action(multi->curl, socket, events, &running); /* failures end transfers and show there */
    report_ended(multi);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int flags = 0;
    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(watch->multi, watch->socket, flags);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_watch_closed(uv_handle_t *poll)
{
    free(poll->data);
}

static struct watch *watch_new(struct multi *multi, curl_socket_t socket)
{
    struct watch *watch = ALLOC(struct watch);
    watch->multi = multi;
    watch->socket = socket;
    int status = uv_poll_init_socket(multi->loop, &watch->poll, socket);
    assert(status == 0);
    watch->poll.data = watch;
    (void)curl_multi_assign(multi->curl, socket, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int action, void *owner, void *assigned)
{
    struct multi *multi = owner;
    struct watch *watch = assigned;
    (void)easy;
    if (action == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            (void)uv_poll_stop(&watch->poll);
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
            (void)curl_multi_assign(multi->curl, socket, NULL);
        }
        return 0;
    }
    if (watch == NULL)
        watch = watch_new(multi, socket);
    int events = 0;
    if (action != CURL_POLL_IN)
        events |= UV_WRITABLE;
    if (action != CURL_POLL_OUT)
        events |= UV_READABLE;
    (void)uv_poll_start(&watch->poll, events, on_poll);
    return 0;
}

static int on_timeout_wanted(CURLM *curl, long timeout_ms, void *owner)
{
    struct multi *multi = owner;
    (void)curl;
    if (timeout_ms < 0)
        (void)uv_timer_stop(&multi->timer);
    else
        (void)uv_timer_start(&multi->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

struct multi *multi_new(uv_loop_t *loop, void (*ended)(void *owner, CURL *easy, CURLcode result), void *owner)
{
    struct multi *multi = ALLOC(struct multi);
    multi->loop = loop;
    multi->ended = ended;
    multi->owner = owner;
    (void)uv_timer_init(loop, &multi->timer);
    multi->timer.data = multi;
    multi->curl = curl_multi_init();
    assert(multi->curl != NULL);
    (void)curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
    (void)curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
    (void)curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
    (void)curl_multi_setopt(multi->curl, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    return multi;
}

CURLM *multi_curl(struct multi *multi)
{
    return multi->curl;
}

static void on_timer_closed(uv_handle_t *timer)
{
    free(timer->data);
}

void multi_free(struct multi *multi)
{
    if (multi == NULL)
        return;
    (void)curl_multi_cleanup(multi->curl);
    (void)uv_timer_stop(&multi->timer);
    uv_close((uv_handle_t *)&multi->timer, on_timer_closed);
}
