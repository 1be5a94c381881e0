#pragma once
/*
 * What a webhook's URL may be. Parsing is libcurl's (the parser that will use it); the rules and the words are ours.
 * Pure: no look-ups.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/address_policy.h"

#define URL_BYTES_MAX  2048
#define HOST_BYTES_MAX 253
#define URL_PORTS_MAX  64

/* All zero: https to public hosts on ports 443 and 8443. */
struct url_policy {
    struct address_policy addresses;
    bool allow_plain_http;
    bool allow_internal_names; /* names without a dot and below .internal, .local, .svc, …; the address still decides */
    bool allow_any_port;       /* but never the denied service ports unless listed in ports */
    uint16_t ports[URL_PORTS_MAX]; /* besides 443 and 8443 (80 and 8080 too with allow_plain_http) */
    size_t port_count;
};

struct url {
    char text[URL_BYTES_MAX + 1];   /* canonical: what is stored and what will be requested */
    char host[HOST_BYTES_MAX + 1];  /* A-labels, lower case; IPv6 without brackets */
    char target[URL_BYTES_MAX + 1]; /* path and query */
    uint16_t port;
    bool is_https;
};

/* -EINVAL with the reason in words for the person who typed it. */
MUST_CHECK int url_check(const struct url_policy *policy, const char *text, struct url *url_out, struct error *error);
