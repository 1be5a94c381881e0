#pragma once
/*
 * Secrets at rest: AES-256-GCM under a named key, bound to what it belongs to (organization, webhook, secret id), so a
 * sealed secret moved to another row does not open. Blob: "K1" | key id length (1) | key id | iv (12) | ciphertext |
 * tag (16). Pure besides OpenSSL; the caller brings the random iv.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define SEAL_KEY_BYTES        32
#define SEAL_IV_BYTES         12
#define SEAL_KEY_ID_BYTES_MAX 32
#define SEAL_KEYS_MAX         8
#define SEAL_PLAIN_BYTES_MAX  4096
#define SEAL_BLOB_BYTES_MAX   (3 + SEAL_KEY_ID_BYTES_MAX + SEAL_IV_BYTES + SEAL_PLAIN_BYTES_MAX + 16)

struct seal_key {
    char id[SEAL_KEY_ID_BYTES_MAX + 1];
    uint8_t key[SEAL_KEY_BYTES];
};

/* The first key seals, all open. Read from a file of lines "<key id>:<base64 of 32 bytes>" (# starts a comment). */
struct seal_keys {
    struct seal_key keys[SEAL_KEYS_MAX];
    size_t count;
};

/* text is the file's content. -EINVAL names the line, never its content. */
MUST_CHECK int seal_keys_parse(const char *text, size_t length, struct seal_keys *keys_out, struct error *error);
void seal_keys_wipe(struct seal_keys *keys);

/* binding: any text that the opener will know as well, e.g. "org_1/wh_2/sec_3". Returns 0 and *blob_size_out. */
MUST_CHECK int seal(const struct seal_keys *keys, const uint8_t iv[static SEAL_IV_BYTES], const char *binding,
                    const void *plain, size_t plain_size, uint8_t blob_out[static SEAL_BLOB_BYTES_MAX],
                    size_t *blob_size_out, struct error *error);
/* -EINVAL malformed, -ENOKEY unknown key id, -EBADMSG does not verify; plain_out is wiped then. */
MUST_CHECK int unseal(const struct seal_keys *keys, const char *binding, const uint8_t *blob, size_t blob_size,
                      uint8_t plain_out[static SEAL_PLAIN_BYTES_MAX], size_t *plain_size_out, struct error *error);
