/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/secret.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "common/base/encoding.h"

#define PREFIX        "whsec_"
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)

_Static_assert(PREFIX_LENGTH + BASE64_BYTES(SECRET_KEY_BYTES_MAX) == SECRET_TEXT_BYTES,
               "the longest text fits exactly");

static int refuse_size(struct error *error)
{
    return error_set(error, EINVAL, "the secret has to be %d to %d bytes in base64", SECRET_KEY_BYTES_MIN,
                     SECRET_KEY_BYTES_MAX);
}

int secret_parse(const char *text, struct secret *secret_out, struct error *error)
{
    struct secret secret = {.key_size = 0};
    size_t length = strnlen(text, SECRET_TEXT_BYTES);
    if (strncmp(text, PREFIX, PREFIX_LENGTH) != 0)
        return error_set(error, EINVAL, "the secret has to start with \"" PREFIX "\"");
    if (length == SECRET_TEXT_BYTES)
        return refuse_size(error);
    int result =
        base64_decode(text + PREFIX_LENGTH, length - PREFIX_LENGTH, secret.key, sizeof(secret.key), &secret.key_size);
    if (result == -ENOSPC || (result == 0 && secret.key_size < SECRET_KEY_BYTES_MIN))
        result = refuse_size(error);
    else if (result < 0)
        result = error_set(error, EINVAL, "the secret has to be base64 after \"" PREFIX "\", with padding");
    if (result == 0) {
        memcpy(secret.text, text, length + 1);
        *secret_out = secret;
    }
    secret_wipe(&secret);
    return result;
}

void secret_from_bytes(const uint8_t bytes[static SECRET_KEY_BYTES_MADE], struct secret *secret_out)
{
    *secret_out = (struct secret){.text = PREFIX, .key_size = SECRET_KEY_BYTES_MADE};
    (void)base64_encode(bytes, SECRET_KEY_BYTES_MADE, secret_out->text + PREFIX_LENGTH);
    memcpy(secret_out->key, bytes, SECRET_KEY_BYTES_MADE);
}

void secret_wipe(struct secret *secret)
{
    OPENSSL_cleanse(secret, sizeof(*secret));
}
