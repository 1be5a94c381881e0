#pragma once
/*
 * How many cells of a terminal a text takes. Own tables, because the C locale (which we keep) knows none. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "common/base/buffer.h"

/* Cells of a well-formed UTF-8 text without control characters: 0 for combining marks, 2 for wide East Asian characters
 * and emoji. */
size_t text_width(const char *text, size_t length);

/* Appends as much of the text as fits into so many cells, the last of them "…" if something is left out. Returns the
 * cells used. */
size_t text_append_cut(struct buffer *out, const char *text, size_t length, size_t width_max);
