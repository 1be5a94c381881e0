/*
 * The socket floor: what a delivery costs at least. A bare epoll loop over kept-alive connections; for each request
 * both signatures, one writev, one read. No parser, no timer, no queue: the product is measured against this.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/run.h"
#include "bench/signer.h"

struct floor {
    struct run run;
    struct signer *signer;
    int epoll;
    int sockets[RUN_CONNECTIONS_MAX];
};

static int write_head(struct floor *floor, char *head, size_t size)
{
    const struct run *run = &floor->run;
    char event_id[32];
    (void)snprintf(event_id, sizeof event_id, "evt_%020" PRIu64, run->begun_count);
    struct signatures signatures;
    int r = signer_sign(floor->signer, event_id, run->now_s, run->body, run->body_bytes, &signatures);
    if (r < 0)
        return r;
    return snprintf(head, size,
                    "POST / HTTP/1.1\r\n"
                    "Host: 127.0.0.1:%u\r\n"
                    "Content-Type: application/json\r\n"
                    "User-Agent: Keeptrusts-Webhooks/bench\r\n"
                    "X-Keeptrusts-Event: event.created\r\n"
                    "X-Keeptrusts-Delivery: dlv_nuhtualqiiogfm27stl4a2jiiu\r\n"
                    "X-Keeptrusts-Attempt: 1\r\n"
                    "X-Keeptrusts-Signature: t=%" PRId64 ",v1=%s\r\n"
                    "webhook-id: %s\r\n"
                    "webhook-timestamp: %" PRId64 "\r\n"
                    "webhook-signature: v1,%s\r\n"
                    "Content-Length: %zu\r\n\r\n",
                    run->port, run->now_s, signatures.hex, event_id, run->now_s, signatures.base64, run->body_bytes);
}

static int send_request(struct floor *floor, int socket)
{
    if (!run_begin(&floor->run))
        return 0;
    char head[1024];
    int head_bytes = write_head(floor, head, sizeof head);
    if (head_bytes < 0)
        return head_bytes;
    const struct iovec parts[] = {
        {head,            (size_t)head_bytes   },
        {floor->run.body, floor->run.body_bytes}
    };
    ssize_t written = writev(socket, parts, 2);
    if (written < 0)
        return -errno;
    return (size_t)written == parts[0].iov_len + parts[1].iov_len ? 0 : -ENOBUFS;
}

/* The sink's answer is a head without a body and comes in one piece; anything else is a broken measurement. */
static int read_answer(struct floor *floor, int socket)
{
    char answer[4096];
    ssize_t size = read(socket, answer, sizeof answer);
    if (size < 0)
        return -errno;
    if (size < 16 || memcmp(answer, "HTTP/1.1 200", 12) != 0 || memcmp(answer + size - 4, "\r\n\r\n", 4) != 0)
        return -EBADMSG;
    run_end(&floor->run);
    return 0;
}

static int open_socket(struct floor *floor, int *socket_out)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(floor->run.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    *socket_out = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    bool is_open = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                   setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
                   epoll_ctl(floor->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
    return is_open ? 0 : -errno;
}

static int floor_start(struct floor *floor)
{
    floor->signer = signer_new();
    floor->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (floor->signer == NULL || floor->epoll < 0)
        return -EIO;
    for (unsigned i = 0; i < floor->run.connections; i++) {
        int r = open_socket(floor, &floor->sockets[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int floor_run(struct floor *floor)
{
    run_start(&floor->run);
    for (unsigned i = 0; i < floor->run.connections; i++) {
        int r = send_request(floor, floor->sockets[i]);
        if (r < 0)
            return r;
    }
    struct epoll_event events[64];
    while (!run_is_done(&floor->run)) {
        int count = epoll_wait(floor->epoll, events, 64, 5000);
        if (count <= 0)
            return count < 0 ? -errno : -ETIMEDOUT;
        run_tick(&floor->run);
        for (int i = 0; i < count; i++) {
            int r = read_answer(floor, events[i].data.fd);
            if (r == 0)
                r = send_request(floor, events[i].data.fd);
            if (r < 0)
                return r;
        }
    }
    run_print(&floor->run);
    return 0;
}

static void floor_stop(struct floor *floor)
{
    for (unsigned i = 0; i < floor->run.connections; i++) {
        if (floor->sockets[i] > 0)
            (void)close(floor->sockets[i]);
    }
    if (floor->epoll > 0)
        (void)close(floor->epoll);
    signer_free(floor->signer);
    run_deinit(&floor->run);
}

int main(int argc, char **argv)
{
    static struct floor floor;
    run_init(&floor.run, argc, argv, "The socket floor: signed requests over bare sockets, as fast as they go.");
    int r = floor_start(&floor);
    if (r == 0)
        r = floor_run(&floor);
    if (r < 0)
        warnx("127.0.0.1:%u: %s", floor.run.port, strerror(-r));
    floor_stop(&floor);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
