#pragma once
/*
 * A string as it stands in JSON text, between its quotes and known to be sound: compared and read by the characters
 * that it stands for, so that "\u0069d" is "id". Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"

struct json_string {
    const char *text; /* without the quotes */
    size_t length;
    bool has_escape;
};

/* Bytes of the escape at the start of the text, its backslash included; 0 when it is none. */
size_t json_escape_length(const char *text, size_t length);

/* Negative, 0 or positive; some order, equal only for the same characters. */
int json_string_compare(const struct json_string *left, const struct json_string *right);
bool json_string_is_equal(const struct json_string *left, const struct json_string *right);

/* -EINVAL: no C string can hold it (a NUL, a single surrogate). -E2BIG: longer than length_max bytes; text_out has what
 * fits of it, in whole characters. text_out needs length_max + 1 bytes. */
MUST_CHECK int json_string_read(const struct json_string *string, char *text_out, size_t length_max);
