/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/url_policy.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/parse.h"
#include "common/domain/host_policy.h"

static const struct {
    uint16_t port;
    const char *service;
} denied_ports[] = {

#define DENIED_PORT(port, service) {port, service},
#include "common/domain/denied_ports.def"
#undef DENIED_PORT
};

/* A URL as it was typed, cut at its joints. */
struct pieces {
    bool is_https;
    const char *host; /* with the brackets of an IPv6 address */
    size_t host_length;
    const char *rest; /* port, path and query */
};

static void free_curl_url(CURLU **parsed)
{
    curl_url_cleanup(*parsed);
}

static void free_curl_text(char **text)
{
    curl_free(*text);
}

static int check_bytes(const char *text, size_t length, struct error *error)
{
    if (length == 0)
        return error_set(error, EINVAL, "there is no URL");
    if (length > URL_BYTES_MAX)
        return error_set(error, EINVAL, "the URL is longer than %d bytes", URL_BYTES_MAX);
    if (!parse_is_utf8(text, length))
        return error_set(error, EINVAL, "the URL is not UTF-8");
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == ' ')
            return error_set(error, EINVAL, "the URL has a space in it; write %%20");
        if (byte < 0x20 || byte == 0x7f)
            return error_set(error, EINVAL, "the URL has a control character in it");
        if (byte == '\\')
            return error_set(error, EINVAL, "the URL has a backslash in it");
        if (byte == '#')
            return error_set(error, EINVAL, "the URL has a fragment (\"#…\"), which is never sent");
    }
    return 0;
}

static int cut_host(const char *authority, size_t length, struct pieces *pieces, struct error *error)
{
    const char *end = authority + length;
    const char *host_end;
    if (memchr(authority, '@', length) != NULL)
        return error_set(error, EINVAL, "the URL has a user name in it; use a header for credentials");
    if (length > 0 && authority[0] == '[') {
        const char *bracket = memchr(authority, ']', length);
        host_end = bracket != NULL ? bracket + 1 : NULL;
    } else {
        const char *colon = memchr(authority, ':', length);
        host_end = colon != NULL ? colon : end;
    }
    if (host_end == NULL || (host_end < end && host_end[0] != ':'))
        return error_set(error, EINVAL, "the host is not well formed");
    pieces->host = authority;
    pieces->host_length = (size_t)(host_end - authority);
    pieces->rest = host_end;
    return 0;
}

static int cut(const struct url_policy *policy, const char *text, struct pieces *pieces, struct error *error)
{
    const char *authority;
    pieces->is_https = strncasecmp(text, "https://", 8) == 0;
    if (pieces->is_https)
        authority = text + 8;
    else if (policy->allow_plain_http && strncasecmp(text, "http://", 7) == 0)
        authority = text + 7;
    else
        return error_set(error, EINVAL, "the URL has to start with https://%s",
                         policy->allow_plain_http ? " or http://" : "");
    return cut_host(authority, strcspn(authority, "/?"), pieces, error);
}

/* What RFC 3986 never lets stand in a URL; strict servers answer 400. A template that nobody filled in has braces. */
static int check_rest(const char *rest, struct error *error)
{
    for (size_t i = 0; rest[i] != '\0'; i++) {
        if ((unsigned char)rest[i] >= 0x80)
            return error_set(error, EINVAL, "letters outside ASCII have to be percent-encoded after the host");
        if (strchr("\"<>^`{|}", rest[i]) != NULL)
            return error_set(error, EINVAL, "the character %c has to be percent-encoded", rest[i]);
    }
    return 0;
}

static bool is_listed(const struct url_policy *policy, uint16_t port)
{
    for (size_t i = 0; i < policy->port_count; i++) {
        if (policy->ports[i] == port)
            return true;
    }
    return false;
}

static int check_port(const struct url_policy *policy, uint16_t port, struct error *error)
{
    bool is_default = port == 443 || port == 8443 || (policy->allow_plain_http && (port == 80 || port == 8080));
    if (is_default || is_listed(policy, port))
        return 0;
    if (port == 0 || !policy->allow_any_port)
        return error_set(error, EINVAL, "port %u is not allowed", port);
    for (size_t i = 0; i < ARRAY_LENGTH(denied_ports); i++) {
        if (denied_ports[i].port == port)
            return error_set(error, EINVAL, "port %u is not allowed: it is for %s", port, denied_ports[i].service);
    }
    return 0;
}

/* One part as libcurl understands it, to be freed with curl_free(); NULL when there is none. */
static char *get_part(CURLU *parsed, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(parsed, part, &text, flags);
    return code == CURLUE_OK ? text : NULL;
}

/* What libcurl makes of the URL is what will be requested, so its host has to be the one that was checked. */
static int read_parsed(const struct url_policy *policy, CURLU *parsed, const char *checked_host, struct url *url,
                       struct error *error)
{
    CLEANUP(free_curl_text) char *host = get_part(parsed, CURLUPART_HOST, 0);
    CLEANUP(free_curl_text) char *port_text = get_part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    CLEANUP(free_curl_text) char *text = get_part(parsed, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
    int64_t port = 0;
    const char *target = text != NULL ? strchr(strstr(text, "://") + 3, '/') : NULL;
    if (host == NULL || strcmp(host, checked_host) != 0 || target == NULL)
        return error_set(error, EINVAL, "the URL is not well formed");
    if (port_text == NULL || parse_int64(port_text, strlen(port_text), &port) < 0 || port < 0 || port > UINT16_MAX)
        return error_set(error, EINVAL, "the port is not a number from 1 to 65535");
    if (strlen(text) > URL_BYTES_MAX)
        return error_set(error, EINVAL, "the URL is longer than %d bytes", URL_BYTES_MAX);
    url->port = (uint16_t)port;
    memcpy(url->text, text, strlen(text) + 1);
    memcpy(url->target, target, strlen(target) + 1);
    return check_port(policy, url->port, error);
}

int url_check(const struct url_policy *policy, const char *text, struct url *url_out, struct error *error)
{
    struct pieces pieces = {.rest = ""};
    struct url url = {.port = 0};
    char host[HOST_BYTES_MAX + 3]; /* in brackets */
    char ascii[URL_BYTES_MAX + HOST_BYTES_MAX + 16];
    int result = check_bytes(text, strnlen(text, URL_BYTES_MAX + 1), error);
    if (result == 0)
        result = cut(policy, text, &pieces, error);
    if (result == 0)
        result = check_rest(pieces.rest, error);
    if (result == 0)
        result = host_check(policy, pieces.host, pieces.host_length, url.host, error);
    if (result < 0)
        return result;
    url.is_https = pieces.is_https;
    bool is_ipv6 = strchr(url.host, ':') != NULL;
    (void)snprintf(host, sizeof(host), is_ipv6 ? "[%s]" : "%s", url.host);
    (void)snprintf(ascii, sizeof(ascii), "%s://%s%s", url.is_https ? "https" : "http", host, pieces.rest);

    CLEANUP(free_curl_url) CURLU *parsed = curl_url();
    assert(parsed != NULL);
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, ascii, CURLU_DISALLOW_USER);
    if (code != CURLUE_OK)
        return error_set(error, EINVAL, "the URL is not well formed: %s", curl_url_strerror(code));
    result = read_parsed(policy, parsed, host, &url, error);
    if (result == 0)
        *url_out = url;
    return result;
}
