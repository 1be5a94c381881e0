/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/address_policy.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "common/base/parse.h"

#define IPV4_BYTES       4
#define IPV6_BYTES       16
#define RANGE_TEXT_BYTES (INET6_ADDRSTRLEN + 4) /* "/128" */

struct denied_range {
    uint32_t first; /* of an IPv6 address, its first 32 bits */
    uint8_t prefix_bits;
    const char *reason;
};

static const struct denied_range denied_ipv4[] = {
#define DENIED_IPV4(first, prefix_bits, reason) {first, prefix_bits, reason},
#define DENIED_IPV6(first, prefix_bits, reason)
#include "common/domain/denied_ranges.def"
#undef DENIED_IPV4
#undef DENIED_IPV6
};

static const struct denied_range denied_ipv6[] = {
#define DENIED_IPV4(first, prefix_bits, reason)
#define DENIED_IPV6(first, prefix_bits, reason) {first, prefix_bits, reason},
#include "common/domain/denied_ranges.def"
#undef DENIED_IPV4
#undef DENIED_IPV6
};

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */

/* The first 32 bits as a number. */
static uint32_t read_head(const uint8_t *bytes)
{
    uint32_t head;
    memcpy(&head, bytes, sizeof(head));
    return ntohl(head);
}

static bool is_mapped(const uint8_t bytes[static IPV6_BYTES])
{
    return memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/* ---- ranges ------------------------------------------------------------------------------------------------------ */

static bool has_prefix(const uint8_t *bytes, const uint8_t *prefix, unsigned bits)
{
    unsigned whole_bytes = bits / 8;
    if (memcmp(bytes, prefix, whole_bytes) != 0)
        return false;
    return bits % 8 == 0 || ((bytes[whole_bytes] ^ prefix[whole_bytes]) >> (8 - bits % 8)) == 0;
}

static const struct address_range *find_range(const struct address_range *ranges, size_t count, bool is_ipv6,
                                              const uint8_t *bytes)
{
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].is_ipv6 == is_ipv6 && has_prefix(bytes, ranges[i].bytes, ranges[i].prefix_bits))
            return &ranges[i];
    }
    return NULL;
}

/* Are all bits behind the prefix zero? */
static bool is_first_of_range(const struct address_range *range, unsigned address_bits)
{
    for (unsigned bit = range->prefix_bits; bit < address_bits; bit++) {
        if ((range->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return false;
    }
    return true;
}

int address_range_parse(const char *text, struct address_range *range_out, struct error *error)
{
    struct address_range range = {.is_ipv6 = strchr(text, ':') != NULL};
    char address[RANGE_TEXT_BYTES];
    size_t length = strcspn(text, "/");
    int64_t bits = range.is_ipv6 ? 8 * IPV6_BYTES : 8 * IPV4_BYTES;
    int64_t address_bits = bits;
    if (length >= sizeof(address))
        return error_set(error, EINVAL, "is not an address or a range of them");
    memcpy(address, text, length);
    address[length] = '\0';
    if (inet_pton(range.is_ipv6 ? AF_INET6 : AF_INET, address, range.bytes) != 1)
        return error_set(error, EINVAL, "is not an address or a range of them");
    const char *prefix = text + length;
    if (prefix[0] == '/' && parse_int64(prefix + 1, strlen(prefix + 1), &bits) < 0)
        return error_set(error, EINVAL, "the prefix length is not a number");
    if (bits < 0 || bits > address_bits)
        return error_set(error, EINVAL, "the prefix length has to be 0 to %d", (int)address_bits);
    range.prefix_bits = (uint8_t)bits;
    if (!is_first_of_range(&range, (unsigned)address_bits))
        return error_set(error, EINVAL, "there are bits behind the prefix; write the first address of the range");
    if (range.is_ipv6 && range.prefix_bits >= 96 && is_mapped(range.bytes))
        return error_set(error, EINVAL, "IPv4 addresses in IPv6 are never used; write the IPv4 range itself");
    *range_out = range;
    return 0;
}

/* ---- the rule ---------------------------------------------------------------------------------------------------- */

static const char *find_denied(const struct denied_range *ranges, size_t count, uint32_t head)
{
    for (size_t i = 0; i < count; i++) {
        if ((head ^ ranges[i].first) >> (32 - ranges[i].prefix_bits) == 0)
            return ranges[i].reason;
    }
    return NULL;
}

/* Sets *refusal_out and returns true when the operator's lists decide. */
static bool operator_decides(const struct address_policy *policy, bool is_ipv6, const uint8_t *bytes,
                             const char **refusal_out)
{
    if (find_range(policy->allowed, policy->allowed_count, is_ipv6, bytes) != NULL) {
        *refusal_out = NULL;
        return true;
    }
    if (find_range(policy->denied, policy->denied_count, is_ipv6, bytes) != NULL) {
        *refusal_out = "not allowed by the operator";
        return true;
    }
    return false;
}

static const char *ipv4_refusal(const struct address_policy *policy, const uint8_t bytes[static IPV4_BYTES])
{
    const char *refusal;
    if (operator_decides(policy, false, bytes, &refusal))
        return refusal;
    return find_denied(denied_ipv4, ARRAY_LENGTH(denied_ipv4), read_head(bytes));
}

/* The IPv4 address behind a translation prefix (RFC 6052 section 2.2: byte 8 is always skipped). */
static void extract_ipv4(const uint8_t bytes[static IPV6_BYTES], unsigned prefix_bits,
                         uint8_t ipv4_out[static IPV4_BYTES])
{
    unsigned at = prefix_bits / 8;
    for (unsigned i = 0; i < IPV4_BYTES; i++) {
        if (at == 8 && prefix_bits < 96)
            at++;
        ipv4_out[i] = bytes[at++];
    }
}

static const char *ipv6_refusal(const struct address_policy *policy, const uint8_t bytes[static IPV6_BYTES])
{
    const char *refusal;
    if (is_mapped(bytes)) /* would be a way around the rules for IPv4, the operator's included */
        return "an IPv4 address in disguise";
    if (operator_decides(policy, true, bytes, &refusal))
        return refusal;
    const struct address_range *nat64 = find_range(policy->nat64, policy->nat64_count, true, bytes);
    if (nat64 != NULL) {
        uint8_t ipv4[IPV4_BYTES];
        extract_ipv4(bytes, nat64->prefix_bits, ipv4);
        return ipv4_refusal(policy, ipv4);
    }
    refusal = find_denied(denied_ipv6, ARRAY_LENGTH(denied_ipv6), read_head(bytes));
    if (refusal != NULL)
        return refusal;
    return bytes[0] >> 5 == 1 ? NULL : "not public"; /* 2000::/3 */
}

const char *address_policy_refusal(const struct address_policy *policy, const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        uint8_t bytes[IPV4_BYTES];
        memcpy(&ipv4, address, sizeof(ipv4));
        memcpy(bytes, &ipv4.sin_addr, sizeof(bytes));
        return ipv4_refusal(policy, bytes);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof(ipv6));
        if (ipv6.sin6_scope_id != 0)
            return "bound to one network interface";
        return ipv6_refusal(policy, ipv6.sin6_addr.s6_addr);
    }
    return "neither IPv4 nor IPv6";
}

int address_nat64_parse(const char *text, struct address_range *range_out, struct error *error)
{
    struct address_range range = {.prefix_bits = 0};
    int result = address_range_parse(text, &range, error);
    if (result < 0)
        return result;
    bool is_possible = range.is_ipv6 && range.prefix_bits % 8 == 0 && range.prefix_bits >= 32 &&
                       (range.prefix_bits <= 64 || range.prefix_bits == 96);
    if (!is_possible)
        return error_set(error, EINVAL, "a NAT64 prefix has 32, 40, 48, 56, 64 or 96 bits of IPv6 (RFC 6052)");
    *range_out = range;
    return 0;
}
