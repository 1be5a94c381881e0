/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/parse.h"

#define BACKLOG 1024

union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_host(const char *host, bool is_bracketed, uint16_t port, union any_address *address)
{
    *address = (union any_address){0};
    if (is_bracketed) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        return inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1;
    }
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(port);
    return inet_pton(AF_INET, host, &address->v4.sin_addr) == 1;
}

static bool parse_address(const char *text, union any_address *address)
{
    char host[INET6_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (colon == NULL || parse_int64(colon + 1, strlen(colon + 1), &port) < 0 || port < 0 || port > UINT16_MAX)
        return false;
    bool is_bracketed = text[0] == '[' && colon - text >= 2 && colon[-1] == ']';
    const char *start = is_bracketed ? text + 1 : text;
    const char *end = is_bracketed ? colon - 1 : colon;
    size_t length = (size_t)(end - start);
    if (length >= sizeof(host))
        return false;
    memcpy(host, start, length);
    host[length] = '\0';
    return parse_host(host, is_bracketed, (uint16_t)port, address);
}

static socklen_t size_of(const union any_address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

static int bind_and_listen(int fd, const union any_address *address)
{
    const int on = 1;
    const int off = 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        return -errno;
    if (address->any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
        return -errno;
    if (bind(fd, &address->any, size_of(address)) < 0 || listen(fd, BACKLOG) < 0)
        return -errno;
    return 0;
}

static unsigned port_of(int fd)
{
    union any_address address = {0};
    socklen_t size = sizeof(address);
    if (getsockname(fd, &address.any, &size) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

int listener_open(const char *address, int *socket_out, unsigned *port_out, struct error *error)
{
    union any_address parsed;
    if (!parse_address(address, &parsed))
        return error_set(error, EINVAL,
                         "\"%s\" is not an address to listen on; wanted: 127.0.0.1:8080 or [::]:8080, port 0 "
                         "for any",
                         address);
    int fd = socket(parsed.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set(error, errno, "no socket for %s: %s", address, strerror(errno));
    int status = bind_and_listen(fd, &parsed);
    if (status < 0) {
        (void)close(fd);
        return error_set(error, -status, "cannot listen on %s: %s", address, strerror(-status));
    }
    *socket_out = fd;
    *port_out = port_of(fd);
    return 0;
}
