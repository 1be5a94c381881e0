/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/request_target.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/alloc.h"
#include "common/base/parse.h"

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The byte of "%41" at the text's start, or -1. */
static int escaped_byte(const char *text)
{
    int high = hex_value(text[1]);
    int low = high < 0 ? -1 : hex_value(text[2]);
    return low < 0 ? -1 : high * 16 + low;
}

/* What is wrong with the bytes of a path or query, or NULL. min is the first byte that an escape may stand for. */
static const char *find_fault(const char *text, size_t length, int min)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return "the URL has a byte that must be escaped";
        if (text[i] != '%')
            continue;
        int byte = escaped_byte(text + i);
        if (byte < 0)
            return "the URL has a % that is not followed by two hexadecimal digits";
        if (byte < min || byte == 0x7f)
            return "the URL has an escaped control byte";
        i += 2;
    }
    return NULL;
}

static char *decode(const char *text, size_t length)
{
    char *decoded = alloc_bytes(length + 1);
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%') {
            decoded[written++] = (char)escaped_byte(text + i);
            i += 2;
        } else {
            decoded[written++] = text[i];
        }
    }
    decoded[written] = '\0';
    return decoded;
}

/* "." and "..", which name another place than they say. */
static bool has_dot_segment(const char *path)
{
    while (*path == '/') {
        path++;
        size_t length = strcspn(path, "/");
        if ((length == 1 || length == 2) && strspn(path, ".") >= length)
            return true;
        path += length;
    }
    return false;
}

/* Passes over "http://host" of an absolute target. */
static const char *path_start(const char *target)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(target, schemes[i], length) == 0)
            return target + length + strcspn(target + length, "/?");
    }
    return target;
}

int request_target_parse(const char *target, char **path_out, const char **fault_out)
{
    const char *start = path_start(target);
    size_t length = strcspn(start, "?");
    const char *fault = *start != '/' ? "the URL is not a path" : find_fault(start, length, ' ');
    if (fault == NULL)
        fault = find_fault(start + length, strlen(start + length), 1);
    if (fault != NULL) {
        *fault_out = fault;
        return -EINVAL;
    }
    char *path = decode(start, length);
    if (has_dot_segment(path))
        fault = "the path has a . or .. segment";
    else if (!parse_is_utf8(path, strlen(path)))
        fault = "the path is not UTF-8";
    if (fault != NULL) {
        free(path);
        *fault_out = fault;
        return -EINVAL;
    }
    *path_out = path;
    return 0;
}
