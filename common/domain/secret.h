#pragma once
/*
 * A webhook's signing secret: "whsec_" + base64 of 24 to 64 bytes (32 when made here). Pure; the caller brings the
 * random bytes. Texts with secrets are wiped by their owner. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define SECRET_KEY_BYTES_MIN  24
#define SECRET_KEY_BYTES_MAX  64
#define SECRET_KEY_BYTES_MADE 32
#define SECRET_TEXT_BYTES     (6 + 88 + 1) /* prefix, base64 of 64 bytes, NUL */

struct secret {
    char text[SECRET_TEXT_BYTES]; /* exactly as shown to the user */
    uint8_t key[SECRET_KEY_BYTES_MAX];
    size_t key_size;
};

/* -EINVAL with a text that says what is wrong and never quotes the secret. */
MUST_CHECK int secret_parse(const char *text, struct secret *secret_out, struct error *error);
void secret_from_bytes(const uint8_t bytes[static SECRET_KEY_BYTES_MADE], struct secret *secret_out);
void secret_wipe(struct secret *secret);
