/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/signer.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_BYTES ((size_t)32)

/* The vector secret of docs/contract.md. */
static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct signer {
    EVP_MAC_CTX *keeptrusts; /* key: the secret's text */
    EVP_MAC_CTX *standard;   /* key: its decoded bytes */
};

static EVP_MAC_CTX *keyed_mac(const unsigned char *key, size_t key_bytes)
{
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_utf8_string("digest", digest, sizeof digest - 1), OSSL_PARAM_END};
    if (EVP_MAC_init(mac, key, key_bytes, params) == 1)
        return mac;
    EVP_MAC_CTX_free(mac);
    return NULL;
}

struct signer *signer_new(void)
{
    struct signer *signer = calloc(1, sizeof *signer);
    if (signer == NULL)
        return NULL;
    unsigned char key[sizeof secret];
    const unsigned char *encoded = (const unsigned char *)secret + strlen("whsec_");
    int key_bytes = EVP_DecodeBlock(key, encoded, (int)strlen((const char *)encoded));
    signer->keeptrusts = keyed_mac((const unsigned char *)secret, sizeof secret - 1);
    signer->standard = key_bytes > 0 ? keyed_mac(key, (size_t)key_bytes) : NULL;
    if (signer->keeptrusts == NULL || signer->standard == NULL) {
        signer_free(signer);
        return NULL;
    }
    return signer;
}

void signer_free(struct signer *signer)
{
    if (signer == NULL)
        return;
    EVP_MAC_CTX_free(signer->keeptrusts);
    EVP_MAC_CTX_free(signer->standard);
    free(signer);
}

/* HMAC over prefix and body; the key stays from the set-up. */
static int digest(EVP_MAC_CTX *mac, const char *prefix, const char *body, size_t body_bytes,
                  unsigned char digest_out[static DIGEST_BYTES])
{
    size_t size;
    bool is_done = EVP_MAC_init(mac, NULL, 0, NULL) == 1 &&
                   EVP_MAC_update(mac, (const unsigned char *)prefix, strlen(prefix)) == 1 &&
                   EVP_MAC_update(mac, (const unsigned char *)body, body_bytes) == 1 &&
                   EVP_MAC_final(mac, digest_out, &size, DIGEST_BYTES) == 1;
    return is_done ? 0 : -EIO;
}

static void hex_encode(const unsigned char bytes[static DIGEST_BYTES], char *text_out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        text_out[2 * i] = digits[bytes[i] >> 4];
        text_out[2 * i + 1] = digits[bytes[i] & 15];
    }
    text_out[2 * DIGEST_BYTES] = '\0';
}

int signer_sign(struct signer *signer, const char *event_id, int64_t unix_seconds, const char *body, size_t body_bytes,
                struct signatures *signatures_out)
{
    char prefix[96];
    unsigned char bytes[DIGEST_BYTES];
    (void)snprintf(prefix, sizeof prefix, "%" PRId64 ".", unix_seconds);
    if (digest(signer->keeptrusts, prefix, body, body_bytes, bytes) < 0)
        return -EIO;
    hex_encode(bytes, signatures_out->hex);

    (void)snprintf(prefix, sizeof prefix, "%s.%" PRId64 ".", event_id, unix_seconds);
    if (digest(signer->standard, prefix, body, body_bytes, bytes) < 0)
        return -EIO;
    (void)EVP_EncodeBlock((unsigned char *)signatures_out->base64, bytes, (int)DIGEST_BYTES);
    return 0;
}
