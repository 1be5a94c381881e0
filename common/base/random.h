#pragma once
/*
 * Random bytes from the kernel, and ids made of them. A machine without entropy ends the process.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#define RANDOM_ID_BYTES 48 /* the longest prefix plus 26 characters and a NUL fit */

void random_bytes(void *bytes_out, size_t size);
uint64_t random_below(uint64_t limit); /* 0 … limit-1, unbiased; limit > 0 */

/* prefix plus 26 lower-case characters: 48 bits of wall_ms, then 80 random bits, in base32 whose
 * text order is the time order (alphabet 0-9 a-v, RFC 4648 section 7). prefix is at most 16
 * characters, e.g. "wh_". */
char *random_id(const char *prefix, int64_t wall_ms, char id_out[static RANDOM_ID_BYTES]);
