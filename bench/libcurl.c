/*
 * The same request as floor.c through bare libcurl: one multi handle driven by curl_multi_socket_action on epoll, easy
 * handles reused, bodies from memory. What the product would cost if libcurl carried the whole request.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <curl/curl.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bench/run.h"
#include "bench/signer.h"

struct transfer {
    CURL *easy;
    struct curl_slist *headers;
};

struct sender {
    struct run run;
    struct signer *signer;
    CURLM *multi;
    int epoll;
    int64_t timer_ms; /* monotonic time at which libcurl wants to be called; -1 never */
    struct transfer transfers[RUN_CONNECTIONS_MAX];
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail on Linux */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int timer_changed(CURLM *multi, long timeout_ms, void *owner)
{
    (void)multi;
    struct sender *sender = owner;
    sender->timer_ms = timeout_ms < 0 ? -1 : monotonic_ms() + timeout_ms;
    return 0;
}

/* known is NULL for a socket that epoll does not have yet. */
static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *owner, void *known)
{
    (void)easy;
    struct sender *sender = owner;
    struct epoll_event event = {.data.fd = socket};
    if (what == CURL_POLL_REMOVE)
        return epoll_ctl(sender->epoll, EPOLL_CTL_DEL, socket, &event) == 0 ? 0 : -1;
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (known == NULL)
        (void)curl_multi_assign(sender->multi, socket, sender); /* fails only for an unknown socket */
    return epoll_ctl(sender->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) == 0 ? 0 : -1;
}

static struct curl_slist *make_headers(struct sender *sender)
{
    const struct run *run = &sender->run;
    char event_id[32];
    (void)snprintf(event_id, sizeof event_id, "evt_%020" PRIu64, run->begun_count);
    struct signatures signatures;
    if (signer_sign(sender->signer, event_id, run->now_s, run->body, run->body_bytes, &signatures) < 0)
        return NULL;
    char lines[4][160];
    (void)snprintf(lines[0], sizeof lines[0], "X-Keeptrusts-Signature: t=%" PRId64 ",v1=%s", run->now_s,
                   signatures.hex);
    (void)snprintf(lines[1], sizeof lines[1], "webhook-id: %s", event_id);
    (void)snprintf(lines[2], sizeof lines[2], "webhook-timestamp: %" PRId64, run->now_s);
    (void)snprintf(lines[3], sizeof lines[3], "webhook-signature: v1,%s", signatures.base64);
    const char *const all[] = {
        "Content-Type: application/json",
        "User-Agent: Keeptrusts-Webhooks/bench",
        "X-Keeptrusts-Event: event.created",
        "X-Keeptrusts-Delivery: dlv_nuhtualqiiogfm27stl4a2jiiu",
        "X-Keeptrusts-Attempt: 1",
        lines[0],
        lines[1],
        lines[2],
        lines[3],
        "Accept:",
        "Expect:",
    };
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct curl_slist *longer = curl_slist_append(headers, all[i]);
        if (longer == NULL)
            abort();
        headers = longer;
    }
    return headers;
}

static int send_request(struct sender *sender, struct transfer *transfer)
{
    if (!run_begin(&sender->run))
        return 0;
    curl_slist_free_all(transfer->headers);
    transfer->headers = make_headers(sender);
    if (transfer->headers == NULL)
        return -EIO;
    (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    return curl_multi_add_handle(sender->multi, transfer->easy) == CURLM_OK ? 0 : -EIO;
}

static int finish_transfers(struct sender *sender)
{
    int left;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(sender->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        struct transfer *transfer;
        long status = 0;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (result != CURLE_OK || status != 200) {
            warnx("request failed: %s, status %ld", curl_easy_strerror(result), status);
            return -EBADMSG;
        }
        run_end(&sender->run);
        (void)curl_multi_remove_handle(sender->multi, easy);
        int r = send_request(sender, transfer);
        if (r < 0)
            return r;
    }
    return 0;
}

static CURL *make_easy(const struct run *run, struct transfer *transfer)
{
    CURL *easy = curl_easy_init();
    if (easy == NULL)
        abort();
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", run->port);
    (void)curl_easy_setopt(easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, run->body);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)run->body_bytes);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 15000L);
    return easy;
}

static int sender_start(struct sender *sender)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -EIO;
    sender->signer = signer_new();
    sender->multi = curl_multi_init();
    sender->epoll = epoll_create1(EPOLL_CLOEXEC);
    sender->timer_ms = -1;
    if (sender->signer == NULL || sender->multi == NULL || sender->epoll < 0)
        return -EIO;
    (void)curl_multi_setopt(sender->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    (void)curl_multi_setopt(sender->multi, CURLMOPT_SOCKETDATA, sender);
    (void)curl_multi_setopt(sender->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    (void)curl_multi_setopt(sender->multi, CURLMOPT_TIMERDATA, sender);
    (void)curl_multi_setopt(sender->multi, CURLMOPT_MAXCONNECTS, (long)RUN_CONNECTIONS_MAX);
    for (unsigned i = 0; i < sender->run.connections; i++)
        sender->transfers[i].easy = make_easy(&sender->run, &sender->transfers[i]);
    return 0;
}

/* Waits for sockets or libcurl's timer and lets libcurl work on what is ready. */
static int turn(struct sender *sender)
{
    struct epoll_event events[64];
    int64_t wait_ms = sender->timer_ms < 0 ? 5000 : sender->timer_ms - monotonic_ms();
    int count = epoll_wait(sender->epoll, events, 64, wait_ms > 0 ? (int)wait_ms : 0);
    if (count < 0)
        return -errno;
    run_tick(&sender->run);
    int running;
    for (int i = 0; i < count; i++) {
        int ready = (events[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
                    (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                    (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
        (void)curl_multi_socket_action(sender->multi, events[i].data.fd, ready, &running);
    }
    if (sender->timer_ms >= 0 && sender->timer_ms <= monotonic_ms()) {
        sender->timer_ms = -1;
        (void)curl_multi_socket_action(sender->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    return finish_transfers(sender);
}

static int sender_run(struct sender *sender)
{
    run_start(&sender->run);
    for (unsigned i = 0; i < sender->run.connections; i++) {
        int r = send_request(sender, &sender->transfers[i]);
        if (r < 0)
            return r;
    }
    while (!run_is_done(&sender->run)) {
        int r = turn(sender);
        if (r < 0)
            return r;
    }
    run_print(&sender->run);
    return 0;
}

static void sender_stop(struct sender *sender)
{
    for (unsigned i = 0; i < sender->run.connections; i++) {
        if (sender->transfers[i].easy != NULL)
            (void)curl_multi_remove_handle(sender->multi, sender->transfers[i].easy);
        curl_easy_cleanup(sender->transfers[i].easy);
        curl_slist_free_all(sender->transfers[i].headers);
    }
    (void)curl_multi_cleanup(sender->multi);
    if (sender->epoll > 0)
        (void)close(sender->epoll);
    signer_free(sender->signer);
    curl_global_cleanup();
    run_deinit(&sender->run);
}

int main(int argc, char **argv)
{
    static struct sender sender;
    run_init(&sender.run, argc, argv, "Bare libcurl: the floor's request through a multi handle, as fast as it goes.");
    int r = sender_start(&sender);
    if (r == 0)
        r = sender_run(&sender);
    if (r < 0)
        warnx("127.0.0.1:%u: %s", sender.run.port, strerror(-r));
    sender_stop(&sender);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
