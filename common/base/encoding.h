#pragma once
/*
 * Bytes as text: hex, base64 (RFC 4648 section 4, with padding, strict) and base32 (section 6,
 * lower case, no padding). Encoders need a buffer of the size their macro names, write a NUL and
 * return the text length. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"

#define HEX_BYTES(n)    (2 * (n) + 1)
#define BASE64_BYTES(n) (4 * (((n) + 2) / 3) + 1)
#define BASE32_BYTES(n) ((8 * (n) + 4) / 5 + 1)

size_t hex_encode(const void *bytes, size_t size, char *text_out);
size_t base64_encode(const void *bytes, size_t size, char *text_out);
size_t base32_encode(const void *bytes, size_t size, char *text_out);

/* Strict: padding required, no white space, unused bits zero. At most max_size bytes are written;
 * *size_out is set. -EINVAL: not base64. -ENOSPC: more than max_size bytes. */
MUST_CHECK int base64_decode(const char *text, size_t length, uint8_t *bytes_out, size_t max_size, size_t *size_out);
