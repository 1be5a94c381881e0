#pragma once
/*
 * Where values stand in a JSON text, without reading them: payloads are shown and sent byte for byte, and may hold
 * numbers that no parser keeps. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

struct raw_json {
    const char *text; /* borrowed; NULL: there is none */
    size_t length;
};

/* Bytes of the value that the text starts with; 0 when it does not end in the text. Brackets and quotes are matched,
 * the rest is not checked. */
size_t raw_json_length(const char *text, size_t length);

/* The value of a member of the outermost object. The name is compared as it is written. */
struct raw_json raw_json_member(const char *text, size_t length, const char *name);
