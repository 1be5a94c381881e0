#pragma once
/*
 * Small pieces of JSON answers. Each returns a new reference. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

json_t *render_time(int64_t wall_ms);  /* RFC 3339, or null for 0 */
json_t *render_text(const char *text); /* or null for "" */
json_t *render_number(int64_t number); /* or null for 0 */

/* Header lines as an object of name → value; equal names are joined by ", ". A line that was cut off is left out. Bytes
 * beyond ASCII are read as ISO 8859-1, which is what they are in HTTP. first_line_out: the request or status line, a
 * new reference too. */
json_t *render_head(const char *head, size_t size, json_t **first_line_out);
