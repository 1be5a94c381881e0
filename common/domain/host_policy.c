/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/host_policy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <idn2.h>
#include <netinet/in.h>
#include <string.h>

#define LABEL_BYTES_MAX 63
#define TEXT_BYTES_MAX  1024 /* a name in UTF-8 is longer than its A-labels, but not by this much */

enum name_kind {
    NEVER,
    INTERNAL
};

static const struct {
    const char *name;
    enum name_kind kind;
    const char *reason;
} denied_names[] = {

#define DENIED_NAME(name, kind, reason) {name, kind, reason},
#include "common/domain/denied_names.def"
#undef DENIED_NAME
};

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static int check_address(const struct url_policy *policy, const struct sockaddr *address, const char *text,
                         struct error *error)
{
    const char *refusal = address_policy_refusal(&policy->addresses, address);
    if (refusal == NULL)
        return 0;
    return error_set(error, EINVAL, "the address %s is %s; requests do not go there", text, refusal);
}

static int check_ipv4(const struct url_policy *policy, const char *text, struct error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
        return error_set(error, EINVAL, "a host that ends in a number has to be an IPv4 address as four plain numbers");
    return check_address(policy, (const struct sockaddr *)&address, text, error);
}

/* text is what stands between the brackets; the canonical form goes out. */
static int check_ipv6(const struct url_policy *policy, const char *text, char host_out[static HOST_BYTES_MAX + 1],
                      struct error *error)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    if (strchr(text, '%') != NULL)
        return error_set(error, EINVAL, "an IPv6 address with a network interface is never public");
    if (inet_pton(AF_INET6, text, &address.sin6_addr) != 1)
        return error_set(error, EINVAL, "only an IPv6 address can stand in brackets");
    (void)inet_ntop(AF_INET6, &address.sin6_addr, host_out, HOST_BYTES_MAX + 1);
    return check_address(policy, (const struct sockaddr *)&address, host_out, error);
}

static bool is_loopback_allowed(const struct url_policy *policy)
{
    const struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    return address_policy_refusal(&policy->addresses, (const struct sockaddr *)&ipv4) == NULL ||
           address_policy_refusal(&policy->addresses, (const struct sockaddr *)&ipv6) == NULL;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static bool is_below(const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t suffix_length = strlen(suffix);
    if (length < suffix_length || strcmp(name + length - suffix_length, suffix) != 0)
        return false;
    return length == suffix_length || name[length - suffix_length - 1] == '.';
}

/* All digits, or 0x and hexadecimal ones: what some parsers take for an address. */
static bool is_numeric(const char *label)
{
    size_t digit_count = strspn(label, "0123456789");
    if (label[digit_count] == '\0')
        return true;
    return label[0] == '0' && label[1] == 'x' && label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
}

static int check_label(const char *label, size_t length, struct error *error)
{
    if (length == 0)
        return error_set(error, EINVAL, "the host name has two dots in a row, or one at its start or end");
    if (length > LABEL_BYTES_MAX)
        return error_set(error, EINVAL, "a part of the host name is longer than %d characters", LABEL_BYTES_MAX);
    if (label[0] == '-' || label[length - 1] == '-')
        return error_set(error, EINVAL, "a part of the host name starts or ends with '-'");
    if (strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-") < length)
        return error_set(error, EINVAL, "a host name has only letters, digits, '-' and dots");
    return 0;
}

/* Letters, digits and hyphens (RFC 5890 section 2.3.1), whatever came out of the conversion. */
static int check_labels(const char *name, struct error *error)
{
    size_t length;
    for (const char *label = name;; label += length + 1) {
        length = strcspn(label, ".");
        int result = check_label(label, length, error);
        if (result < 0 || label[length] == '\0')
            return result;
    }
}

static int check_name(const struct url_policy *policy, const char *name, struct error *error)
{
    if (is_below(name, "localhost")) {
        if (is_loopback_allowed(policy))
            return 0;
        return error_set(error, EINVAL, "%s is the machine itself; requests do not go there", name);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(denied_names); i++) {
        bool is_allowed = denied_names[i].kind == INTERNAL && policy->allow_internal_names;
        if (!is_allowed && strcmp(name, denied_names[i].name) == 0)
            return error_set(error, EINVAL, "\"%s\" is %s", name, denied_names[i].reason);
        if (!is_allowed && is_below(name, denied_names[i].name))
            return error_set(error, EINVAL, "names below \"%s\" are %s", denied_names[i].name, denied_names[i].reason);
    }
    if (strchr(name, '.') == NULL && !policy->allow_internal_names)
        return error_set(error, EINVAL, "\"%s\" has no dot: only public host names can be used", name);
    return 0;
}

/* Strict IDNA2008, in both directions: nothing is mapped to something else, except ASCII letters to lower case. */
static int to_ascii(const char *text, char name_out[static HOST_BYTES_MAX + 1], struct error *error)
{
    uint8_t *name = NULL;
    int result = idn2_lookup_u8((const uint8_t *)text, &name, IDN2_NFC_INPUT | IDN2_NO_TR46);
    if (result != IDN2_OK)
        return error_set(error, EINVAL, "the host name is not a valid international name: %s", idn2_strerror(result));
    size_t length = strlen((const char *)name);
    if (length <= HOST_BYTES_MAX)
        memcpy(name_out, name, length + 1);
    idn2_free(name);
    return length <= HOST_BYTES_MAX ? 0 : error_set(error, EINVAL, "the host name is too long");
}

static int check_any(const struct url_policy *policy, const char *text, size_t length,
                     char host_out[static HOST_BYTES_MAX + 1], struct error *error)
{
    bool is_ascii = true;
    for (size_t i = 0; i < length; i++)
        is_ascii = is_ascii && (unsigned char)text[i] < 0x80;
    if (!is_ascii || strstr(text, "xn--") != NULL) {
        int result = to_ascii(text, host_out, error);
        if (result < 0)
            return result;
    } else if (length <= HOST_BYTES_MAX) {
        memcpy(host_out, text, length + 1);
    } else {
        return error_set(error, EINVAL, "the host name is longer than %d characters", HOST_BYTES_MAX);
    }
    int result = check_labels(host_out, error);
    if (result < 0)
        return result;
    const char *last_dot = strrchr(host_out, '.');
    if (is_numeric(last_dot != NULL ? last_dot + 1 : host_out))
        return check_ipv4(policy, host_out, error);
    return check_name(policy, host_out, error);
}

int host_check(const struct url_policy *policy, const char *text, size_t length,
               char host_out[static HOST_BYTES_MAX + 1], struct error *error)
{
    char lower[TEXT_BYTES_MAX];
    char host[HOST_BYTES_MAX + 1] = "";
    int result;
    if (length == 0)
        return error_set(error, EINVAL, "there is no host in it");
    if (length >= sizeof(lower))
        return error_set(error, EINVAL, "the host name is longer than %d characters", HOST_BYTES_MAX);
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
    lower[length] = '\0';
    if (lower[0] == '[') {
        lower[length - 1] = '\0'; /* the closing bracket */
        result = check_ipv6(policy, lower + 1, host, error);
    } else {
        result = check_any(policy, lower, length, host, error);
    }
    if (result == 0)
        memcpy(host_out, host, strlen(host) + 1);
    return result;
}
