/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "common/domain/url_policy.h"

#include "tests/fuzz/fuzz.h"

static void assert_host_is_public(const struct url_policy *policy, const char *host)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    struct in_addr lenient;
    if (inet_pton(AF_INET, host, &ipv4.sin_addr) == 1) {
        assert(address_policy_refusal(&policy->addresses, (const struct sockaddr *)&ipv4) == NULL);
    } else if (strchr(host, ':') != NULL) {
        assert(inet_pton(AF_INET6, host, &ipv6.sin6_addr) == 1);
        assert(address_policy_refusal(&policy->addresses, (const struct sockaddr *)&ipv6) == NULL);
    } else {
        assert(inet_aton(host, &lenient) == 0); /* nothing that an old parser takes for an address */
        assert(host[strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0');
        assert(strcmp(host, "localhost") != 0);
    }
}

static void assert_is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        assert(*text > 0x20 && *text < 0x7f && strchr("\\#\"<>^`{|}", *text) == NULL);
}

/* What is taken is canonical, plain ASCII, and leads to no address that the policy denies. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    const struct url_policy policy = {.allow_plain_http = (bytes[0] & 1) != 0,
                                      .allow_any_port = (bytes[0] & 2) != 0,
                                      .allow_internal_names = (bytes[0] & 4) != 0};
    struct url url;
    struct url again;
    struct error error = {.text = ""};
    char *text = fuzz_text(bytes + 1, size - 1);
    if (url_check(&policy, text, &url, &error) == 0) {
        assert(url_check(&policy, url.text, &again, NULL) == 0);
        assert(strcmp(again.text, url.text) == 0 && strcmp(again.host, url.host) == 0);
        assert(strcmp(again.target, url.target) == 0 && again.port == url.port && again.is_https == url.is_https);
        assert(url.is_https || policy.allow_plain_http);
        assert(url.port != 0 && url.target[0] == '/' && url.host[0] != '\0');
        assert_is_plain(url.text);
        assert_host_is_public(&policy, url.host);
    } else {
        assert(error.text[0] != '\0');
    }
    free(text);
    return 0;
}
