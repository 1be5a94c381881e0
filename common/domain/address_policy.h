#pragma once
/*
 * Which network addresses a request may go to: public unicast only, plus what the operator allowed. Pure.
 * Source: hostile.md section 2, which has the test vectors. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define ADDRESS_RANGES_MAX 64

struct address_range {
    uint8_t bytes[16]; /* IPv4 in the first 4 */
    uint8_t prefix_bits;
    bool is_ipv6;
};

struct address_policy {
    struct address_range allowed[ADDRESS_RANGES_MAX]; /* beat every denial, the operator's included */
    size_t allowed_count;
    struct address_range denied[ADDRESS_RANGES_MAX]; /* added to the built-in list */
    size_t denied_count;
};

/* "10.0.0.0/8", "::1/128", or one address. Bits beyond the prefix must be zero. */
MUST_CHECK int address_range_parse(const char *text, struct address_range *range_out, struct error *error);

/* NULL: allowed. Otherwise the reason in words: "loopback", "private", "link-local or metadata", "multicast", … Any family but
 * AF_INET and AF_INET6, a scope id, and every mapped, translated or tunnelled form is refused. */
const char *address_policy_refusal(const struct address_policy *policy, const struct sockaddr *address);
