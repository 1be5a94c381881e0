#pragma once
/*
 * Strict text → value. The whole text must be the value: no leading space, no sign where none makes
 * sense, nothing after it. -EINVAL when it is not one, -ERANGE when it is out of range; *out is
 * untouched then. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"

MUST_CHECK int parse_int64(const char *text, size_t length, int64_t *out);
MUST_CHECK int parse_bool(const char *text, size_t length, bool *out); /* true, false */
/* 250ms, 5s, 10m, 2h, 7d, or a bare number of milliseconds → milliseconds. */
MUST_CHECK int parse_duration_ms(const char *text, size_t length, int64_t *out);
/* 4096, 64KiB, 8MiB, 1GiB → bytes. */
MUST_CHECK int parse_size(const char *text, size_t length, int64_t *out);

/* True when the bytes are well-formed UTF-8 (RFC 3629) without NUL. */
bool parse_is_utf8(const char *text, size_t length);

/* Bytes of the well-formed UTF-8 sequence (RFC 3629) at the start of the text, 1 to 4; 0 when there
 * is none, or a NUL. */
size_t parse_utf8_length(const char *text, size_t length);
