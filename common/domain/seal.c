/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/seal.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/encoding.h"

#define MAGIC       "K1"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define TAG_BYTES   16

_Static_assert(MAGIC_BYTES + 1 + SEAL_KEY_ID_BYTES_MAX + SEAL_IV_BYTES + SEAL_PLAIN_BYTES_MAX + TAG_BYTES ==
                   SEAL_BLOB_BYTES_MAX,
               "the largest blob fits exactly");

static pthread_once_t is_fetched = PTHREAD_ONCE_INIT;
static EVP_CIPHER *aes_256_gcm;

static void fetch_cipher(void)
{
    aes_256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    assert(aes_256_gcm != NULL);
}

static void free_cipher(EVP_CIPHER_CTX **cipher)
{
    EVP_CIPHER_CTX_free(*cipher);
}

static EVP_CIPHER_CTX *new_cipher(void)
{
    (void)pthread_once(&is_fetched, fetch_cipher);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    assert(cipher != NULL);
    return cipher;
}

/* A blob, taken apart. Everything in front of the iv is authenticated together with the binding. */
struct parts {
    const struct seal_key *key;
    const uint8_t *head;
    size_t head_size;
    const uint8_t *iv;
    const uint8_t *sealed;
    size_t sealed_size;
};

/* Letters, digits, '_', '-' and '.': what may stand in a message. */
static bool is_key_id(const char *id, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool is_letter = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= 'A' && id[i] <= 'Z');
        bool is_digit = id[i] >= '0' && id[i] <= '9';
        if (!is_letter && !is_digit && id[i] != '_' && id[i] != '-' && id[i] != '.')
            return false;
    }
    return length >= 1 && length <= SEAL_KEY_ID_BYTES_MAX;
}

static const struct seal_key *find_key(const struct seal_keys *keys, const char *id, size_t id_length)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (strlen(keys->keys[i].id) == id_length && memcmp(keys->keys[i].id, id, id_length) == 0)
            return &keys->keys[i];
    }
    return NULL;
}

int seal(const struct seal_keys *keys, const uint8_t iv[static SEAL_IV_BYTES], const char *binding, const void *plain,
         size_t plain_size, uint8_t blob_out[static SEAL_BLOB_BYTES_MAX], size_t *blob_size_out, struct error *error)
{
    if (keys->count == 0)
        return error_set(error, ENOKEY, "there is no key to seal with");
    if (plain_size == 0 || plain_size > SEAL_PLAIN_BYTES_MAX)
        return error_set(error, EINVAL, "only 1 to %d bytes can be sealed", SEAL_PLAIN_BYTES_MAX);
    const struct seal_key *key = &keys->keys[0];
    size_t id_length = strlen(key->id);
    size_t head_size = MAGIC_BYTES + 1 + id_length;
    memcpy(blob_out, MAGIC, MAGIC_BYTES);
    blob_out[MAGIC_BYTES] = (uint8_t)id_length;
    memcpy(blob_out + MAGIC_BYTES + 1, key->id, id_length);
    memcpy(blob_out + head_size, iv, SEAL_IV_BYTES);
    uint8_t *sealed = blob_out + head_size + SEAL_IV_BYTES;

    CLEANUP(free_cipher) EVP_CIPHER_CTX *cipher = new_cipher();
    int size = 0;
    bool is_sealed = EVP_EncryptInit_ex2(cipher, aes_256_gcm, key->key, iv, NULL) == 1 &&
                     EVP_EncryptUpdate(cipher, NULL, &size, blob_out, (int)head_size) == 1 &&
                     EVP_EncryptUpdate(cipher, NULL, &size, (const uint8_t *)binding, (int)strlen(binding)) == 1 &&
                     EVP_EncryptUpdate(cipher, sealed, &size, plain, (int)plain_size) == 1 &&
                     EVP_EncryptFinal_ex(cipher, sealed + plain_size, &size) == 1 &&
                     EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, sealed + plain_size) == 1;
    if (!is_sealed)
        return error_set(error, EIO, "OpenSSL cannot seal");
    *blob_size_out = head_size + SEAL_IV_BYTES + plain_size + TAG_BYTES;
    return 0;
}

/* Takes the blob apart and finds its key. */
static int take_apart(const struct seal_keys *keys, const uint8_t *blob, size_t blob_size, struct parts *parts_out,
                      struct error *error)
{
    if (blob_size < MAGIC_BYTES + 1 || blob_size > SEAL_BLOB_BYTES_MAX || memcmp(blob, MAGIC, MAGIC_BYTES) != 0)
        return error_set(error, EINVAL, "not a sealed secret");
    const char *id = (const char *)blob + MAGIC_BYTES + 1;
    size_t id_length = blob[MAGIC_BYTES];
    size_t head_size = MAGIC_BYTES + 1 + id_length;
    size_t frame_size = head_size + SEAL_IV_BYTES + TAG_BYTES;
    if (blob_size <= frame_size || blob_size - frame_size > SEAL_PLAIN_BYTES_MAX || !is_key_id(id, id_length))
        return error_set(error, EINVAL, "not a whole sealed secret");
    const struct seal_key *key = find_key(keys, id, id_length);
    if (key == NULL)
        return error_set(error, ENOKEY, "sealed with the key \"%.*s\", which is not there", (int)id_length, id);
    *parts_out = (struct parts){
        .key = key,
        .head = blob,
        .head_size = head_size,
        .iv = blob + head_size,
        .sealed = blob + head_size + SEAL_IV_BYTES,
        .sealed_size = blob_size - frame_size,
    };
    return 0;
}

int unseal(const struct seal_keys *keys, const char *binding, const uint8_t *blob, size_t blob_size,
           uint8_t plain_out[static SEAL_PLAIN_BYTES_MAX], size_t *plain_size_out, struct error *error)
{
    struct parts parts = {.key = NULL};
    uint8_t tag[TAG_BYTES]; /* OpenSSL wants to write to it */
    int size = 0;
    int result = take_apart(keys, blob, blob_size, &parts, error);
    if (result < 0)
        return result;
    memcpy(tag, blob + blob_size - TAG_BYTES, sizeof(tag));
    CLEANUP(free_cipher) EVP_CIPHER_CTX *cipher = new_cipher();
    bool is_open = EVP_DecryptInit_ex2(cipher, aes_256_gcm, parts.key->key, parts.iv, NULL) == 1 &&
                   EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1 &&
                   EVP_DecryptUpdate(cipher, NULL, &size, parts.head, (int)parts.head_size) == 1 &&
                   EVP_DecryptUpdate(cipher, NULL, &size, (const uint8_t *)binding, (int)strlen(binding)) == 1 &&
                   EVP_DecryptUpdate(cipher, plain_out, &size, parts.sealed, (int)parts.sealed_size) == 1 &&
                   EVP_DecryptFinal_ex(cipher, plain_out + size, &size) == 1;
    if (!is_open) { /* the plaintext is written before the tag is looked at */
        OPENSSL_cleanse(plain_out, SEAL_PLAIN_BYTES_MAX);
        return error_set(error, EBADMSG,
                         "does not open: changed, moved from another row, or sealed with another key of that name");
    }
    *plain_size_out = parts.sealed_size;
    return 0;
}

/* ---- the key file ------------------------------------------------------------------------------------------------ */

static void trim(const char **text, size_t *length)
{
    for (; *length > 0 && strchr(" \t\r", (*text)[0]) != NULL; (*text)++)
        (*length)--;
    while (*length > 0 && strchr(" \t\r", (*text)[*length - 1]) != NULL)
        (*length)--;
}

/* One line without its comment and the white space around it. */
static int read_line(const char *line, size_t length, struct seal_keys *keys, struct error *error)
{
    const char *colon = memchr(line, ':', length);
    size_t id_length = colon != NULL ? (size_t)(colon - line) : 0;
    size_t key_size = 0;
    if (colon == NULL)
        return error_set(error, EINVAL, "expected \"<key id>:<base64 of %d bytes>\"", SEAL_KEY_BYTES);
    if (!is_key_id(line, id_length))
        return error_set(error, EINVAL, "the key id has to be 1 to %d letters, digits, '_', '-' or '.'",
                         SEAL_KEY_ID_BYTES_MAX);
    if (find_key(keys, line, id_length) != NULL)
        return error_set(error, EINVAL, "the key id is there twice");
    if (keys->count == SEAL_KEYS_MAX)
        return error_set(error, EINVAL, "there are more than %d keys", SEAL_KEYS_MAX);
    struct seal_key *key = &keys->keys[keys->count];
    int result = base64_decode(colon + 1, length - id_length - 1, key->key, SEAL_KEY_BYTES, &key_size);
    if (result < 0 || key_size != SEAL_KEY_BYTES)
        return error_set(error, EINVAL, "the key has to be %d bytes in base64", SEAL_KEY_BYTES);
    memcpy(key->id, line, id_length);
    keys->count++;
    return 0;
}

static int read_lines(const char *text, size_t length, struct seal_keys *keys, struct error *error)
{
    for (unsigned number = 1; length > 0; number++) {
        const char *line = text;
        const char *line_end = memchr(text, '\n', length);
        size_t line_length = line_end != NULL ? (size_t)(line_end - text) : length;
        size_t taken = line_length + (line_end != NULL ? 1 : 0);
        const char *comment = memchr(line, '#', line_length);
        text += taken;
        length -= taken;
        if (comment != NULL)
            line_length = (size_t)(comment - line);
        trim(&line, &line_length);
        if (line_length == 0)
            continue;
        int result = read_line(line, line_length, keys, error);
        if (result < 0)
            return error_prefix(error, result, "line %u", number);
    }
    return keys->count > 0 ? 0 : error_set(error, EINVAL, "there is no key in it");
}

int seal_keys_parse(const char *text, size_t length, struct seal_keys *keys_out, struct error *error)
{
    struct seal_keys keys = {.count = 0};
    int result = read_lines(text, length, &keys, error);
    if (result == 0)
        *keys_out = keys;
    seal_keys_wipe(&keys);
    return result;
}

void seal_keys_wipe(struct seal_keys *keys)
{
    OPENSSL_cleanse(keys, sizeof(*keys));
}
