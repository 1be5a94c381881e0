/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/parse.h"
#include "common/http/sender.h"

static const struct setting rows[] = {
#define SETTINGS_STRUCT egress_settings
#define SETTING         SETTINGS_ROW
#include "common/http/egress.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

struct settings_section egress_settings_section(struct egress_settings *values)
{
    return (struct settings_section){.name = "egress", .rows = rows, .count = ARRAY_LENGTH(rows), .values = values};
}

static int parse_ranges(const struct settings_list *list, const char *name, struct address_range *ranges,
                        size_t *count_out, struct error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        int code = address_range_parse(list->items[i], &ranges[i], error);
        if (code < 0)
            return error_prefix(error, code, "egress.%s: \"%s\"", name, list->items[i]);
    }
    *count_out = list->count;
    return 0;
}

static int parse_ports(const struct settings_list *list, struct url_policy *policy, struct error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->items[i];
        int64_t port = 0;
        if (strcmp(text, "any") == 0) {
            policy->allow_any_port = true;
            continue;
        }
        if (parse_int64(text, strlen(text), &port) < 0 || port < 1 || port > 65535)
            return error_set(error, EINVAL, "egress.allowed_ports: \"%s\": expected a port from 1 to 65535, or any",
                             text);
        policy->ports[policy->port_count++] = (uint16_t)port;
    }
    return 0;
}

int egress_url_policy(const struct egress_settings *settings, struct url_policy *policy_out, struct error *error)
{
    struct url_policy policy = {.allow_plain_http = settings->allow_plain_http,
                                .allow_internal_names = settings->allow_internal_names};
    struct address_policy *addresses = &policy.addresses;
    int code =
        parse_ranges(&settings->allowed_ranges, "allowed_ranges", addresses->allowed, &addresses->allowed_count, error);
    if (code == 0)
        code =
            parse_ranges(&settings->denied_ranges, "denied_ranges", addresses->denied, &addresses->denied_count, error);
    if (code == 0)
        code = parse_ports(&settings->allowed_ports, &policy, error);
    if (code < 0)
        return code;
    *policy_out = policy;
    return 0;
}
