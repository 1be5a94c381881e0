/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/encoding.h"

#include "tests/unit/unit.h"

/* RFC 4648 section 10, and base32 as we write it: lower case, no padding. */
static const struct {
    const char *bytes, *base64, *base32, *hex;
} vectors[] = {
    {"",       "",         "",           ""            },
    {"f",      "Zg==",     "my",         "66"          },
    {"fo",     "Zm8=",     "mzxq",       "666f"        },
    {"foo",    "Zm9v",     "mzxw6",      "666f6f"      },
    {"foob",   "Zm9vYg==", "mzxw6yq",    "666f6f62"    },
    {"fooba",  "Zm9vYmE=", "mzxw6ytb",   "666f6f6261"  },
    {"foobar", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172"},
};

static void the_vectors_of_the_rfc_are_encoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
        char text[64];
        size_t size = strlen(vectors[i].bytes);
        assert_int_equal(base64_encode(vectors[i].bytes, size, text), strlen(vectors[i].base64));
        assert_string_equal(text, vectors[i].base64);
        assert_int_equal(base32_encode(vectors[i].bytes, size, text), strlen(vectors[i].base32));
        assert_string_equal(text, vectors[i].base32);
        assert_int_equal(hex_encode(vectors[i].bytes, size, text), strlen(vectors[i].hex));
        assert_string_equal(text, vectors[i].hex);
    }
}

static void the_size_macros_are_exact(void **state)
{
    (void)state;
    unsigned char bytes[70];
    memset(bytes, 0xff, sizeof(bytes));
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        char text[HEX_BYTES(sizeof(bytes))];
        assert_int_equal(base64_encode(bytes, size, text) + 1, BASE64_BYTES(size));
        assert_int_equal(base32_encode(bytes, size, text) + 1, BASE32_BYTES(size));
        assert_int_equal(hex_encode(bytes, size, text) + 1, HEX_BYTES(size));
    }
}

static void base64_is_decoded_to_what_was_encoded(void **state)
{
    (void)state;
    for (size_t size = 0; size <= 64; size++) {
        uint8_t bytes[64];
        uint8_t decoded[64];
        char text[BASE64_BYTES(sizeof(bytes))];
        size_t decoded_size = 99;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(i * 37 + size);
        size_t length = base64_encode(bytes, size, text);
        assert_int_equal(base64_decode(text, length, decoded, size, &decoded_size), 0);
        assert_int_equal(decoded_size, size);
        assert_memory_equal(decoded, bytes, size);
    }
}

static void only_canonical_base64_is_decoded(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Zg",   "Zg=",  "Zg===",    "Zh==",     "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n",
        "Zm9 ", "Zm-_", "Zm9vYg=a", "Zm9v====", "=Zm9", "Z=9v", "=",    "\xffm9v",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        uint8_t bytes[16];
        size_t size = 99;
        if (base64_decode(texts[i], strlen(texts[i]), bytes, sizeof(bytes), &size) != -EINVAL)
            fail_msg("accepted: %s", texts[i]);
        assert_int_equal(size, 99);
    }
    uint8_t bytes[3];
    size_t size;
    assert_int_equal(base64_decode("Zm\0v", 4, bytes, sizeof(bytes), &size), -EINVAL);
}

static void base64_that_does_not_fit_is_refused_before_a_byte_is_written(void **state)
{
    (void)state;
    uint8_t bytes[3] = {1, 2, 3};
    size_t size = 99;
    assert_int_equal(base64_decode("Zm9vYg==", 8, bytes, 3, &size), -ENOSPC);
    assert_int_equal(size, 99);
    assert_int_equal(bytes[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_are_encoded),
        cmocka_unit_test(the_size_macros_are_exact),
        cmocka_unit_test(base64_is_decoded_to_what_was_encoded),
        cmocka_unit_test(only_canonical_base64_is_decoded),
        cmocka_unit_test(base64_that_does_not_fit_is_refused_before_a_byte_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
