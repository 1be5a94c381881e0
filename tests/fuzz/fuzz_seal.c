/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/encoding.h"
#include "common/domain/seal.h"
#include "common/domain/secret.h"

#include "tests/fuzz/fuzz.h"

#define KEY_FILE "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

static void try_key_file(const char *text, size_t size)
{
    struct seal_keys keys;
    struct error error = {.text = ""};
    if (seal_keys_parse(text, size, &keys, &error) < 0) {
        assert(error.text[0] != '\0');
        return;
    }
    assert(keys.count >= 1 && keys.count <= SEAL_KEYS_MAX);
    for (size_t i = 0; i < keys.count; i++)
        assert(keys.keys[i].id[0] != '\0');
}

/* One secret has one text. */
static void try_secret(const char *text)
{
    struct secret secret;
    char again[BASE64_BYTES(SECRET_KEY_BYTES_MAX)];
    struct error error = {.text = ""};
    if (secret_parse(text, &secret, &error) < 0) {
        assert(error.text[0] != '\0');
        return;
    }
    assert(secret.key_size >= SECRET_KEY_BYTES_MIN && secret.key_size <= SECRET_KEY_BYTES_MAX);
    (void)base64_encode(secret.key, secret.key_size, again);
    assert(strcmp(secret.text, text) == 0 && strcmp(secret.text + 6, again) == 0);
}

/* Nobody without the key makes a blob that opens. The one in the corpus is bound to something else. */
static void try_blob(const uint8_t *bytes, size_t size)
{
    static uint8_t plain[SEAL_PLAIN_BYTES_MAX];
    struct seal_keys keys;
    size_t plain_size = 0;
    struct error error = {.text = ""};
    int result = seal_keys_parse(KEY_FILE, strlen(KEY_FILE), &keys, NULL);
    assert(result == 0);
    assert(unseal(&keys, "fuzz", bytes, size, plain, &plain_size, &error) < 0 && error.text[0] != '\0');
    for (size_t i = 0; i < sizeof(plain); i++)
        assert(plain[i] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text(bytes, size);
    try_key_file(text, size);
    try_secret(text);
    try_blob(bytes, size);
    free(text);
    return 0;
}
