/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>

#include "common/domain/address_policy.h"

#include "tests/fuzz/fuzz.h"

static bool bit_at(const uint8_t *bytes, unsigned at)
{
    return (bytes[at / 8] >> (7 - at % 8) & 1) != 0;
}

/* Bit by bit, as slow as it is plain. */
static bool is_inside(const struct address_range *range, const uint8_t *bytes)
{
    for (unsigned i = 0; i < range->prefix_bits; i++) {
        if (bit_at(range->bytes, i) != bit_at(bytes, i))
            return false;
    }
    return true;
}

/* "<range>\n<bytes of an address>": the range, allowed or denied, decides about exactly the addresses inside it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *line_end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    if (line_end == NULL)
        return 0;
    static const struct address_policy none;
    struct address_policy policy = {.allowed_count = 1};
    struct address_policy denying = {.denied_count = 1};
    const uint8_t *address = line_end + 1;
    size_t address_size = size - (size_t)(address - bytes);
    char *text = fuzz_text(bytes, (size_t)(line_end - bytes));
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    int result = address_range_parse(text, &policy.allowed[0], NULL);
    free(text);
    if (result < 0)
        return 0;
    struct address_range *range = &policy.allowed[0];
    denying.denied[0] = *range;
    assert(range->prefix_bits <= (range->is_ipv6 ? 128 : 32));
    if (address_size < (range->is_ipv6 ? 16 : 4))
        return 0;
    memcpy(&ipv6.sin6_addr, address, range->is_ipv6 ? 16 : 4);
    memcpy(&ipv4.sin_addr, address, 4);
    const struct sockaddr *tried = range->is_ipv6 ? (const struct sockaddr *)&ipv6 : (const struct sockaddr *)&ipv4;
    bool is_mapped = range->is_ipv6 && IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr);
    bool is_public = address_policy_refusal(&none, tried) == NULL;
    bool is_allowed = address_policy_refusal(&policy, tried) == NULL;
    bool is_left = address_policy_refusal(&denying, tried) == NULL;
    assert(is_allowed == (!is_mapped && (is_public || is_inside(range, address))));
    assert(is_left == (is_public && !is_inside(range, address)));
    return 0;
}
