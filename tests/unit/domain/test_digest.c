/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include "common/base/encoding.h"
#include "common/domain/digest.h"

#include "tests/unit/unit.h"

static void assert_hex(const uint8_t digest[static DIGEST_BYTES], const char *expected)
{
    char text[HEX_BYTES(DIGEST_BYTES)];
    (void)hex_encode(digest, DIGEST_BYTES, text);
    assert_string_equal(text, expected);
}

/* FIPS 180-4, examples. */
static void sha256_is_the_published_one(void **state)
{
    (void)state;
    uint8_t digest[DIGEST_BYTES];
    digest_sha256("abc", 3, digest);
    assert_hex(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256("", 0, digest);
    assert_hex(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, test cases 2, 3 and 6: short key and text; bytes; a key longer than a block. */
static void hmac_is_the_published_one(void **state)
{
    (void)state;
    uint8_t digest[DIGEST_BYTES];
    uint8_t key[131];
    uint8_t bytes[50];
    const char *long_text = "Test Using Larger Than Block-Size Key - Hash Key First";
    digest_hmac("Jefe", 4, &(struct digest_part){"what do ya want for nothing?", 28}, 1, digest);
    assert_hex(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof(key));
    memset(bytes, 0xdd, sizeof(bytes));
    digest_hmac(key, 20, &(struct digest_part){bytes, sizeof(bytes)}, 1, digest);
    assert_hex(digest, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    digest_hmac(key, sizeof(key), &(struct digest_part){long_text, strlen(long_text)}, 1, digest);
    assert_hex(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void parts_are_signed_as_if_put_together(void **state)
{
    (void)state;
    uint8_t digest[DIGEST_BYTES];
    const struct digest_part parts[] = {
        {"what do ya ",       11},
        {NULL,                0 },
        {"want for nothing?", 17}
    };
    digest_hmac("Jefe", 4, parts, 3, digest);
    assert_hex(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void nothing_of_one_key_is_left_for_the_next(void **state)
{
    (void)state;
    uint8_t first[DIGEST_BYTES];
    uint8_t again[DIGEST_BYTES];
    const struct digest_part part = {"text", 4};
    digest_hmac("one key", 7, &part, 1, first);
    digest_hmac("a longer key than the one before", 32, &part, 1, again);
    assert_memory_not_equal(first, again, sizeof(first));
    digest_hmac("one key", 7, &part, 1, again);
    assert_memory_equal(first, again, sizeof(first));
}

static void *sign_many(void *digest)
{
    for (int i = 0; i < 2000; i++)
        digest_hmac("Jefe", 4, &(struct digest_part){"what do ya want for nothing?", 28}, 1, digest);
    return NULL;
}

static void threads_do_not_disturb_one_another(void **state)
{
    (void)state;
    pthread_t threads[4];
    uint8_t digests[4][DIGEST_BYTES];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_many, digests[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_hex(digests[i], "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_is_the_published_one),
        cmocka_unit_test(hmac_is_the_published_one),
        cmocka_unit_test(parts_are_signed_as_if_put_together),
        cmocka_unit_test(nothing_of_one_key_is_left_for_the_next),
        cmocka_unit_test(threads_do_not_disturb_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
