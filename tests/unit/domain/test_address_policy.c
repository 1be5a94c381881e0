/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "common/domain/address_policy.h"

#include "tests/unit/unit.h"

static const struct address_policy public_only;

/* "denied" and "allowed", for many addresses at once, separated by spaces. */
static const char denied[] =
    "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.255 "
    "168.63.129.16 169.254.0.0 169.254.169.254 169.254.170.2 169.254.170.23 169.254.255.255 172.16.0.0 172.31.255.255 "
    "192.0.0.0 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255 "
    "198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 "
    "255.255.255.255 "
    ":: ::1 ::2 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:7f00:1 ::5efe:7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 "
    "64:ff9b:1::1 100::1 100:0:0:1::1 1fff:ffff::1 4000::1 2001::1 2001:10::1 2001:2::1 2001:1ff:ffff::1 2001:db8::1 "
    "2002::1 2002:808:808::1 3fff::1 3fff:fff:ffff::1 5f00::1 fc00::1 fd00:ec2::254 fd20:ce::254 fe00::1 fe80::1 "
    "febf:ffff::1 fec0::1 ff02::1 ff0e::1";

static const char allowed[] =
    "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17 "
    "169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 "
    "192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 "
    "223.255.255.255 8.8.8.8 "
    "2000::1 2003::1 2606:4700:4700::1111 2001:200::1 2001:db7::1 2001:4860:4860::8888 3ffe:ffff::1 3fff:1000::1";

/* text is an address of either family. */
static const char *refusal_of(const struct address_policy *policy, const char *text)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
        return address_policy_refusal(policy, (const struct sockaddr *)&ipv4);
    assert_int_equal(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
    return address_policy_refusal(policy, (const struct sockaddr *)&ipv6);
}

/* Takes the next word of a list; false at its end. */
static bool next_word(const char **list, char word_out[static 64])
{
    size_t length = strcspn(*list, " ");
    if (length == 0)
        return false;
    memcpy(word_out, *list, length);
    word_out[length] = '\0';
    *list += length + ((*list)[length] == ' ' ? 1 : 0);
    return true;
}

static struct address_range range_of(const char *text)
{
    struct address_range range;
    assert_int_equal(address_range_parse(text, &range, NULL), 0);
    return range;
}

static void every_special_address_is_denied(void **state)
{
    (void)state;
    char address[64];
    for (const char *list = denied; next_word(&list, address);) {
        if (refusal_of(&public_only, address) == NULL)
            fail_msg("%s is allowed", address);
    }
}

static void every_address_just_outside_is_allowed(void **state)
{
    (void)state;
    char address[64];
    for (const char *list = allowed; next_word(&list, address);) {
        const char *refusal = refusal_of(&public_only, address);
        if (refusal != NULL)
            fail_msg("%s is %s", address, refusal);
    }
}

static void a_refusal_says_what_the_address_is(void **state)
{
    (void)state;
    assert_string_equal(refusal_of(&public_only, "127.0.0.1"), "loopback");
    assert_string_equal(refusal_of(&public_only, "10.1.2.3"), "private");
    assert_string_equal(refusal_of(&public_only, "169.254.169.254"), "link-local or metadata");
    assert_string_equal(refusal_of(&public_only, "224.0.0.1"), "multicast");
    assert_string_equal(refusal_of(&public_only, "fe80::1"), "link-local");
    assert_string_equal(refusal_of(&public_only, "4000::1"), "not public");
}

/* A second implementation, from the text of the rules. */
static bool is_denied_by_list(uint32_t address)
{
    static const char list[] =
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
        "224.0.0.0/4 240.0.0.0/4 168.63.129.16/32";
    static struct address_range ranges[32];
    static size_t count;
    char text[64];
    for (const char *at = list; count < 16 && next_word(&at, text);)
        ranges[count++] = range_of(text);
    for (size_t i = 0; i < count; i++) {
        uint64_t first = (uint64_t)ranges[i].bytes[0] << 24 | (uint64_t)ranges[i].bytes[1] << 16 |
                         (uint64_t)ranges[i].bytes[2] << 8 | ranges[i].bytes[3];
        if (address >= first && address < first + ((uint64_t)1 << (32 - ranges[i].prefix_bits)))
            return true;
    }
    return false;
}

static bool is_ipv4_denied(const struct address_policy *policy, uint32_t address)
{
    const struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr = {htonl(address)}};
    return address_policy_refusal(policy, (const struct sockaddr *)&ipv4) != NULL;
}

static void all_of_ipv4_agrees_with_the_list(void **state)
{
    (void)state;
    static const uint32_t inside[] = {0x0000, 0x0001, 0x00ff, 0x0100, 0x01ff, 0x0200, 0x02ff, 0x0300,
                                      0x62ff, 0x6300, 0x63ff, 0x6400, 0x64ff, 0x6500, 0x70ff, 0x7100,
                                      0x71ff, 0x7200, 0x810f, 0x8110, 0x8111, 0xffff};
    for (uint32_t high = 0; high <= 0xffff; high++) {
        for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
            uint32_t address = high << 16 | inside[i];
            if (is_ipv4_denied(&public_only, address) != is_denied_by_list(address))
                fail_msg("0x%08x", address);
        }
    }
}

/* The next number of a fixed sequence (xorshift). */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static bool is_ipv6_denied(const struct address_policy *policy, const uint8_t bytes[static 16])
{
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    memcpy(&ipv6.sin6_addr, bytes, 16);
    return address_policy_refusal(policy, (const struct sockaddr *)&ipv6) != NULL;
}

static void outside_of_global_unicast_everything_is_denied(void **state)
{
    (void)state;
    uint32_t seed = 2463534242U;
    for (int i = 0; i < 200000; i++) {
        uint8_t bytes[16];
        for (int at = 0; at < 16; at++)
            bytes[at] = (uint8_t)next_random(&seed);
        if (i % 4 == 0)
            bytes[0] = 0;
        if (i % 4 == 1)
            memcpy(bytes, "\x20\x02", 2);
        bool must_be_denied = bytes[0] >> 5 != 1 || memcmp(bytes, "\x20\x02", 2) == 0;
        if (must_be_denied)
            assert_true(is_ipv6_denied(&public_only, bytes));
    }
}

static void a_translated_address_is_judged_by_the_one_it_carries(void **state)
{
    (void)state;
    struct address_policy policy = {.nat64_count = 1};
    uint32_t seed = 88172645U;
    assert_int_equal(address_nat64_parse("64:ff9b::/96", &policy.nat64[0], NULL), 0);
    assert_null(refusal_of(&policy, "64:ff9b::808:808"));
    assert_string_equal(refusal_of(&policy, "64:ff9b::7f00:1"), "loopback");
    assert_string_equal(refusal_of(&policy, "64:ff9b::a9fe:a9fe"), "link-local or metadata");
    for (int i = 0; i < 200000; i++) {
        uint32_t address = next_random(&seed);
        uint8_t bytes[16] = {0x00, 0x64, 0xff, 0x9b};
        uint32_t network_order = htonl(address);
        memcpy(bytes + 12, &network_order, sizeof(network_order));
        assert_int_equal(is_ipv6_denied(&policy, bytes), is_ipv4_denied(&policy, address));
        assert_true(is_ipv6_denied(&public_only, bytes));
    }
}

/* RFC 6052 section 2.4: 192.0.2.33 behind a prefix of each length; allowed here to tell it from its neighbour. */
static void the_carried_address_stands_where_the_prefix_ends(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"2001:db8::/32",         "2001:db8:c000:221::"         },
        {"2001:db8:100::/40",     "2001:db8:1c0:2:21::"         },
        {"2001:db8:122::/48",     "2001:db8:122:c000:2:2100::"  },
        {"2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"    },
        {"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"},
        {"2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct address_policy policy = {.nat64_count = 1, .allowed_count = 1};
        assert_int_equal(address_nat64_parse(rows[i][0], &policy.nat64[0], NULL), 0);
        policy.allowed[0] = range_of("192.0.2.33");
        assert_null(refusal_of(&policy, rows[i][1]));
        policy.allowed[0] = range_of("192.0.2.32");
        assert_string_equal(refusal_of(&policy, rows[i][1]), "for documentation");
    }
    struct address_range range;
    assert_int_equal(address_nat64_parse("64:ff9b::/95", &range, NULL), -EINVAL);
    assert_int_equal(address_nat64_parse("64:ff9b::/72", &range, NULL), -EINVAL);
    assert_int_equal(address_nat64_parse("10.0.0.0/32", &range, NULL), -EINVAL);
}

static void what_the_operator_allowed_beats_every_denial(void **state)
{
    (void)state;
    struct address_policy policy = {.allowed_count = 3, .denied_count = 2};
    policy.allowed[0] = range_of("10.1.0.0/16");
    policy.allowed[1] = range_of("::1");
    policy.allowed[2] = range_of("8.8.8.8");
    policy.denied[0] = range_of("8.8.0.0/16");
    policy.denied[1] = range_of("2606:4700::/32");
    assert_null(refusal_of(&policy, "10.1.255.255"));
    assert_string_equal(refusal_of(&policy, "10.2.0.0"), "private");
    assert_null(refusal_of(&policy, "::1"));
    assert_non_null(refusal_of(&policy, "::2"));
    assert_null(refusal_of(&policy, "8.8.8.8"));
    assert_string_equal(refusal_of(&policy, "8.8.4.4"), "not allowed by the operator");
    assert_string_equal(refusal_of(&policy, "2606:4700:4700::1111"), "not allowed by the operator");
    assert_null(refusal_of(&policy, "2606:4701::1"));
}

static void ipv4_in_disguise_stays_out_even_of_an_allowed_range(void **state)
{
    (void)state;
    struct address_policy policy = {.allowed_count = 2};
    policy.allowed[0] = range_of("::/0");
    policy.allowed[1] = range_of("127.0.0.0/8");
    assert_null(refusal_of(&policy, "fd00::1"));
    assert_null(refusal_of(&policy, "127.0.0.1"));
    assert_non_null(refusal_of(&policy, "::ffff:127.0.0.1"));
    assert_non_null(refusal_of(&policy, "::ffff:10.0.0.1"));
    struct address_range range;
    assert_int_equal(address_range_parse("::ffff:10.0.0.0/104", &range, NULL), -EINVAL);
}

static void a_scope_or_another_family_is_refused(void **state)
{
    (void)state;
    struct address_policy everything = {.allowed_count = 2};
    everything.allowed[0] = range_of("::/0");
    everything.allowed[1] = range_of("0.0.0.0/0");
    struct sockaddr_in6 scoped = {.sin6_family = AF_INET6, .sin6_scope_id = 2};
    const struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/var/run/docker.sock"};
    assert_int_equal(inet_pton(AF_INET6, "2606:4700:4700::1111", &scoped.sin6_addr), 1);
    assert_non_null(address_policy_refusal(&everything, (const struct sockaddr *)&scoped));
    assert_non_null(address_policy_refusal(&everything, (const struct sockaddr *)&local));
    assert_null(refusal_of(&everything, "255.255.255.255"));
}

static void a_range_is_an_address_with_or_without_a_prefix(void **state)
{
    (void)state;
    struct address_range range = range_of("10.0.0.0/8");
    assert_false(range.is_ipv6);
    assert_int_equal(range.prefix_bits, 8);
    assert_int_equal(range.bytes[0], 10);
    assert_int_equal(range_of("1.2.3.4").prefix_bits, 32);
    assert_int_equal(range_of("0.0.0.0/0").prefix_bits, 0);
    assert_int_equal(range_of("fc00::/7").prefix_bits, 7);
    assert_true(range_of("::1").is_ipv6);
    assert_int_equal(range_of("::1").prefix_bits, 128);
}

static void a_malformed_range_is_refused_in_words(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "10",
                         "10.0.0",
                         "10.0.0.0/",
                         "10.0.0.0/33",
                         "10.0.0.0/-1",
                         "10.0.0.1/8",
                         "10.0.0.0/8 ",
                         " 10.0.0.0/8",
                         "10.0.0.0/08x",
                         "010.0.0.0/8",
                         "10.0.0.0/8/8",
                         "::1/127",
                         "::/129",
                         "fe80::1%lo/128",
                         "[::1]",
                         "localhost",
                         "fd00::/6",
                         "0x0a.0.0.0",
                         "1.2.3.4.5",
                         "::ffff:1.2.3.4",
                         "/8",
                         "0000000000000000000000000000000000000000000000000000000000000000000000::1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct address_range range = {.prefix_bits = 99};
        struct error error = {.text = ""};
        if (address_range_parse(bad[i], &range, &error) != -EINVAL)
            fail_msg("\"%s\" is taken", bad[i]);
        assert_int_equal(range.prefix_bits, 99);
        assert_true(error.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_special_address_is_denied),
        cmocka_unit_test(every_address_just_outside_is_allowed),
        cmocka_unit_test(a_refusal_says_what_the_address_is),
        cmocka_unit_test(all_of_ipv4_agrees_with_the_list),
        cmocka_unit_test(outside_of_global_unicast_everything_is_denied),
        cmocka_unit_test(a_translated_address_is_judged_by_the_one_it_carries),
        cmocka_unit_test(the_carried_address_stands_where_the_prefix_ends),
        cmocka_unit_test(what_the_operator_allowed_beats_every_denial),
        cmocka_unit_test(ipv4_in_disguise_stays_out_even_of_an_allowed_range),
        cmocka_unit_test(a_scope_or_another_family_is_refused),
        cmocka_unit_test(a_range_is_an_address_with_or_without_a_prefix),
        cmocka_unit_test(a_malformed_range_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
