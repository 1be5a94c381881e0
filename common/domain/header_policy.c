/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/header_policy.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *pattern;
    const char *reason;
} denied[] = {

#define DENIED_HEADER(pattern, reason) {pattern, reason},
#include "common/domain/denied_headers.def"
#undef DENIED_HEADER
};

#define NAME_BYTES                                                                                    \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~" /* RFC 9110 token \
                                                                                     */

static const char *denied_reason(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(denied); i++) {
        size_t length = strlen(denied[i].pattern);
        bool is_prefix = denied[i].pattern[length - 1] == '*';
        if (is_prefix ? strncasecmp(name, denied[i].pattern, length - 1) == 0
                      : strcasecmp(name, denied[i].pattern) == 0)
            return denied[i].reason;
    }
    return NULL;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Printable ASCII, spaces and tabs inside. */
static bool is_value(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((value[i] < 0x20 || value[i] > 0x7e) && value[i] != '\t')
            return false;
    }
    return true;
}

int header_check(const char *name, const char *value, struct error *error)
{
    size_t name_length = strnlen(name, HEADER_NAME_BYTES_MAX + 1);
    size_t value_length = strnlen(value, HEADER_VALUE_BYTES_MAX + 1);
    if (name_length == 0 || name_length > HEADER_NAME_BYTES_MAX || name[strspn(name, NAME_BYTES)] != '\0')
        return error_set(error, EINVAL, "the name has to be 1 to %d letters, digits, or marks such as '-'",
                         HEADER_NAME_BYTES_MAX);
    const char *reason = denied_reason(name);
    if (reason != NULL)
        return error_set(error, EINVAL, "\"%s\" cannot be set: %s", name, reason);
    if (value_length == 0)
        return error_set(error, EINVAL, "the value of \"%s\" is empty", name);
    if (value_length > HEADER_VALUE_BYTES_MAX)
        return error_set(error, EINVAL, "the value of \"%s\" is longer than %d bytes", name, HEADER_VALUE_BYTES_MAX);
    if (!is_value(value, value_length))
        return error_set(error, EINVAL, "the value of \"%s\" has to be printable ASCII in one line", name);
    if (is_blank(value[0]) || is_blank(value[value_length - 1]))
        return error_set(error, EINVAL, "the value of \"%s\" starts or ends with a space", name);
    return 0;
}
