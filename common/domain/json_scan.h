#pragma once
/*
 * A look at JSON text (RFC 8259) without making a copy of it: is it well formed, and where do the members of the
 * outermost object stand? Stricter than the grammar in what two readers could understand differently: no key twice in
 * an object, only UTF-8, limits on depth and keys. Numbers keep their text, whatever their size; \u0000 and single
 * surrogates are left to who reads that value. Pure, no recursion.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define JSON_DEPTH_MAX 32
#define JSON_KEYS_MAX  10000 /* in the whole text */

enum json_kind {
    JSON_KIND_ABSENT, /* no such member */
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_NUMBER,
    JSON_KIND_TEXT,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

/* A value as it stands there: a text with its quotes and escapes. */
struct json_value {
    const char *text;
    size_t length;
    enum json_kind kind;
};

/* A member to look for. */
struct json_member {
    const char *name;
    struct json_value value;
};

enum json_scan_outcome {
    JSON_NOT_AN_OBJECT = 1 /* sound otherwise */
};

/* Checks the whole text and fills in the members' values, which point into it. -EINVAL says what is wrong and where.
 * Quickest when the members come in the order in which they are listed. */
MUST_CHECK int json_scan(const char *json, size_t length, struct json_member *members, size_t member_count,
                         struct error *error);

/* -EINVAL: not a text, or one that no C string can hold (a NUL, a single surrogate). -E2BIG: longer than length_max
 * bytes; text_out has what fits of it, in whole characters. text_out needs length_max + 1 bytes. */
MUST_CHECK int json_read_text(const struct json_value *value, char *text_out, size_t length_max);

/* -EINVAL: not a whole number that fits. */
MUST_CHECK int json_read_int64(const struct json_value *value, int64_t *number_out);
MUST_CHECK int json_read_bool(const struct json_value *value, bool *is_true_out);
