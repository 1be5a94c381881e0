#pragma once
/*
 * Text from outside, made harmless for a terminal and a log line: whoever wrote it can neither move the cursor, nor
 * colour, nor reorder what a person reads. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "common/base/buffer.h"

/* Appends the text with control characters (C0, DEL, C1, line and paragraph separators, direction marks) written out as
 * \n, \x1b or \u202e, and bytes that are not UTF-8 as U+FFFD. */
void inert_append(struct buffer *out, const char *text, size_t length);

/* The same for JSON: characters that JSON allows raw but a terminal obeys become \u escapes, which mean the same. The
 * text must be valid JSON. */
void inert_append_json(struct buffer *out, const char *json, size_t length);
