/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/digest.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

/* Only want of memory or a broken OpenSSL can make these fail, and neither can be lived with. */
static void must(int result)
{
    assert(result == 1);
}

static pthread_once_t is_fetched = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static EVP_MAC *hmac;
static pthread_key_t thread_hmac; /* EVP_MAC_CTX: making one costs as much as signing 600 bytes */

static void free_thread_hmac(void *hmac_of_thread)
{
    EVP_MAC_CTX_free(hmac_of_thread);
}

static void fetch_algorithms(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    assert(sha256 != NULL && hmac != NULL);
    int result = pthread_key_create(&thread_hmac, free_thread_hmac);
    assert(result == 0);
}

static EVP_MAC_CTX *hmac_of_thread(void)
{
    (void)pthread_once(&is_fetched, fetch_algorithms);
    EVP_MAC_CTX *mac = pthread_getspecific(thread_hmac);
    if (mac != NULL)
        return mac;
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                     OSSL_PARAM_construct_end()};
    mac = EVP_MAC_CTX_new(hmac);
    assert(mac != NULL);
    must(EVP_MAC_CTX_set_params(mac, parameters));
    int result = pthread_setspecific(thread_hmac, mac);
    assert(result == 0);
    return mac;
}

void digest_sha256(const void *bytes, size_t size, uint8_t digest_out[static DIGEST_BYTES])
{
    (void)pthread_once(&is_fetched, fetch_algorithms);
    must(EVP_Digest(bytes, size, digest_out, NULL, sha256, NULL));
}

void digest_hmac(const void *key, size_t key_size, const struct digest_part *parts, size_t part_count,
                 uint8_t digest_out[static DIGEST_BYTES])
{
    EVP_MAC_CTX *mac = hmac_of_thread();
    assert(key_size > 0); /* OpenSSL takes an empty key for "the one before" */
    must(EVP_MAC_init(mac, key, key_size, NULL));
    for (size_t i = 0; i < part_count; i++)
        must(EVP_MAC_update(mac, parts[i].bytes, parts[i].size));
    size_t size = 0;
    must(EVP_MAC_final(mac, digest_out, &size, DIGEST_BYTES));
    assert(size == DIGEST_BYTES);
}
