#pragma once
/*
 * SHA-256 and HMAC-SHA256, as ids and signatures need them: algorithms fetched once, no allocation after a thread's
 * first use. Any thread. Implicit fetching is slow.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

/* A stretch of a message that is signed without being put together first. */
struct digest_part {
    const void *bytes;
    size_t size;
};

void digest_sha256(const void *bytes, size_t size, uint8_t digest_out[static DIGEST_BYTES]);

void digest_hmac(const void *key, size_t key_size, const struct digest_part *parts, size_t part_count,
                 uint8_t digest_out[static DIGEST_BYTES]);
