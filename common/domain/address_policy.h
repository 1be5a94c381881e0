#pragma once
/*
 * Which network addresses a request may go to: public unicast only, plus what the operator allowed. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define ADDRESS_RANGES_MAX       64
#define ADDRESS_NAT64_RANGES_MAX 4

struct address_range {
    uint8_t bytes[16]; /* IPv4 in the first 4 */
    uint8_t prefix_bits;
    bool is_ipv6;
};

/* All zero: public unicast only. */
struct address_policy {
    struct address_range allowed[ADDRESS_RANGES_MAX]; /* beat every denial, the operator's included */
    size_t allowed_count;
    struct address_range denied[ADDRESS_RANGES_MAX]; /* added to the built-in list */
    size_t denied_count;
    struct address_range nat64[ADDRESS_NAT64_RANGES_MAX]; /* judged by the IPv4 address that they carry */
    size_t nat64_count;
};

/* "10.0.0.0/8", "::1/128", or one address. Bits behind the prefix must be zero. */
MUST_CHECK int address_range_parse(const char *text, struct address_range *range_out, struct error *error);

/* The same for a translation prefix, which has one of six lengths, e.g. "64:ff9b::/96". */
MUST_CHECK int address_nat64_parse(const char *text, struct address_range *range_out, struct error *error);

/*
 * NULL: allowed. Otherwise what the address is, in words that fit behind "the address is": "loopback", "private",
 * "link-local or metadata", "multicast", … Refused as well: any family but AF_INET and AF_INET6, a scope id, and IPv4
 * mapped into IPv6, even where the operator allowed a range around it.
 */
const char *address_policy_refusal(const struct address_policy *policy, const struct sockaddr *address);
