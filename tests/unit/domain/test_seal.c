/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/seal.h"

#include "tests/unit/unit.h"

#define ONE     "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define TWO     "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n"
#define BINDING "org_1/wh_2/sec_3"
#define PLAIN   "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static const uint8_t iv[SEAL_IV_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static struct seal_keys keys_of(const char *text)
{
    struct seal_keys keys;
    assert_int_equal(seal_keys_parse(text, strlen(text), &keys, NULL), 0);
    return keys;
}

static size_t seal_plain(const struct seal_keys *keys, uint8_t blob_out[static SEAL_BLOB_BYTES_MAX])
{
    size_t size = 0;
    assert_int_equal(seal(keys, iv, BINDING, PLAIN, strlen(PLAIN), blob_out, &size, NULL), 0);
    return size;
}

/* Fails unless the blob stays closed, with everything that came out wiped. */
static int open_fails(const struct seal_keys *keys, const char *binding, const uint8_t *blob, size_t size)
{
    static const uint8_t nothing[SEAL_PLAIN_BYTES_MAX];
    static uint8_t plain[SEAL_PLAIN_BYTES_MAX];
    size_t plain_size = 4711;
    struct error error = {.text = ""};
    memset(plain, 0, sizeof(plain));
    int result = unseal(keys, binding, blob, size, plain, &plain_size, &error);
    assert_true(result < 0 && error.text[0] != '\0');
    assert_int_equal(plain_size, 4711);
    assert_memory_equal(plain, nothing, sizeof(plain));
    return result;
}

static void what_was_sealed_opens_again(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(ONE);
    uint8_t blob[SEAL_BLOB_BYTES_MAX];
    uint8_t plain[SEAL_PLAIN_BYTES_MAX];
    size_t plain_size = 0;
    size_t size = seal_plain(&keys, blob);
    assert_int_equal(size, 2 + 1 + 2 + SEAL_IV_BYTES + strlen(PLAIN) + 16);
    assert_memory_equal(blob, "K1\x02k1", 5);
    assert_null(memmem(blob, size, "MfKQ", 4));
    assert_int_equal(unseal(&keys, BINDING, blob, size, plain, &plain_size, NULL), 0);
    assert_int_equal(plain_size, strlen(PLAIN));
    assert_memory_equal(plain, PLAIN, plain_size);
}

static void one_byte_and_4096_can_be_sealed_and_no_more(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(ONE);
    static uint8_t blob[SEAL_BLOB_BYTES_MAX];
    static uint8_t plain[SEAL_PLAIN_BYTES_MAX];
    static uint8_t read[SEAL_PLAIN_BYTES_MAX];
    size_t size = 0;
    size_t plain_size = 0;
    memset(plain, 0xa5, sizeof(plain));
    const size_t sizes[] = {1, 15, 16, 17, SEAL_PLAIN_BYTES_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        assert_int_equal(seal(&keys, iv, "", plain, sizes[i], blob, &size, NULL), 0);
        assert_int_equal(unseal(&keys, "", blob, size, read, &plain_size, NULL), 0);
        assert_int_equal(plain_size, sizes[i]);
        assert_memory_equal(read, plain, sizes[i]);
    }
    assert_int_equal(seal(&keys, iv, "", plain, 0, blob, &size, NULL), -EINVAL);
    assert_int_equal(seal(&keys, iv, "", plain, SEAL_PLAIN_BYTES_MAX + 1, blob, &size, NULL), -EINVAL);
}

static void any_flipped_bit_keeps_it_closed(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(ONE TWO);
    uint8_t blob[SEAL_BLOB_BYTES_MAX];
    size_t size = seal_plain(&keys, blob);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int result = open_fails(&keys, BINDING, blob, size);
        if (bit >= 8 * 5) /* behind magic and key id */
            assert_int_equal(result, -EBADMSG);
        blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void a_cut_or_lengthened_blob_stays_closed(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(ONE);
    static uint8_t blob[SEAL_BLOB_BYTES_MAX + 1];
    size_t size = seal_plain(&keys, blob);
    for (size_t cut = 0; cut < size; cut++)
        (void)open_fails(&keys, BINDING, blob, cut);
    (void)open_fails(&keys, BINDING, blob, size + 1);
    assert_int_equal(open_fails(&keys, BINDING, blob, sizeof(blob)), -EINVAL);
}

static void a_secret_moved_to_another_row_stays_closed(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(ONE);
    uint8_t blob[SEAL_BLOB_BYTES_MAX];
    size_t size = seal_plain(&keys, blob);
    const char *bindings[] = {"org_2/wh_2/sec_3",  "org_1/wh_3/sec_3", "org_1/wh_2/sec_4",
                              "org_1/wh_2/sec_33", "org_1/wh_2/sec_",  ""};
    for (size_t i = 0; i < sizeof(bindings) / sizeof(*bindings); i++)
        assert_int_equal(open_fails(&keys, bindings[i], blob, size), -EBADMSG);
}

static void the_key_id_is_bound_as_well(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
                                    "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    uint8_t blob[SEAL_BLOB_BYTES_MAX];
    size_t size = seal_plain(&keys, blob);
    blob[4] = '2'; /* the same key under another name */
    assert_int_equal(open_fails(&keys, BINDING, blob, size), -EBADMSG);
}

static void the_first_key_seals_and_all_open(void **state)
{
    (void)state;
    struct seal_keys before = keys_of(ONE);
    struct seal_keys during = keys_of(TWO ONE);
    struct seal_keys after = keys_of(TWO);
    uint8_t old_blob[SEAL_BLOB_BYTES_MAX];
    uint8_t new_blob[SEAL_BLOB_BYTES_MAX];
    uint8_t plain[SEAL_PLAIN_BYTES_MAX];
    size_t plain_size = 0;
    size_t old_size = seal_plain(&before, old_blob);
    size_t new_size = seal_plain(&during, new_blob);
    assert_int_equal(unseal(&during, BINDING, old_blob, old_size, plain, &plain_size, NULL), 0);
    assert_int_equal(unseal(&after, BINDING, new_blob, new_size, plain, &plain_size, NULL), 0);
    struct error error = {.text = ""};
    assert_int_equal(unseal(&after, BINDING, old_blob, old_size, plain, &plain_size, &error), -ENOKEY);
    assert_non_null(strstr(error.text, "\"k1\""));
    struct seal_keys none = {.count = 0};
    assert_int_equal(seal(&none, iv, BINDING, PLAIN, 5, new_blob, &new_size, NULL), -ENOKEY);
}

/* ---- the key file ------------------------------------------------------------------------------------------------ */

static void a_key_file_has_comments_and_blank_lines(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of("# keys of 2026\n\n  " TWO "\t\r\n" ONE "  # the last one, without a line end");
    assert_int_equal(keys.count, 2);
    assert_string_equal(keys.keys[0].id, "k2");
    assert_string_equal(keys.keys[1].id, "k1");
    assert_int_equal(keys.keys[1].key[31], 0x1f);
    keys = keys_of("a.B-9_z:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= # why\r\n");
    assert_string_equal(keys.keys[0].id, "a.B-9_z");
}

static void a_bad_key_file_is_refused_by_line_and_never_quoted(void **state)
{
    (void)state;
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    const char *const rows[][2] = {
        {"",                                                                                               "no key"                           },
        {"# nothing\n",                                                                                    "no key"                           },
        {KEY,                                                                                              "line 1: expected"                 },
        {ONE "k2 AAECAw",                                                                                  "line 2: expected"                 },
        {":" KEY,                                                                                          "line 1: the key id"               },
        {"k 1:" KEY,                                                                                       "line 1: the key id"               },
        {"abcdefghijklmnopqrstuvwxyz0123456:" KEY,                                                         "line 1: the key id"               },
        {ONE "\n" ONE,                                                                                     "line 3: the key id is there twice"},
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",                                                 "line 1: the key has to be"        },
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",                                                "line 1: the key has to be"        },
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",                                                "line 1: the key has to be"        },
        {"k1: " KEY,                                                                                       "line 1: the key has to be"        },
        {"k1:",                                                                                            "line 1: the key has to be"        },
        {"1:" KEY "\n2:" KEY "\n3:" KEY "\n4:" KEY "\n5:" KEY "\n6:" KEY "\n7:" KEY "\n8:" KEY "\n9:" KEY,
         "line 9: there are more than 8"                                                                                                      },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct seal_keys keys = {.count = 77};
        struct error error = {.text = ""};
        assert_int_equal(seal_keys_parse(rows[i][0], strlen(rows[i][0]), &keys, &error), -EINVAL);
        if (strstr(error.text, rows[i][1]) == NULL)
            fail_msg("row %zu: %s", i, error.text);
        assert_null(strstr(error.text, "AAEC"));
        assert_int_equal(keys.count, 77);
    }
}

static void wiping_leaves_no_key(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(ONE);
    struct seal_keys nothing;
    memset(&nothing, 0, sizeof(nothing));
    seal_keys_wipe(&keys);
    assert_memory_equal(&keys, &nothing, sizeof(keys));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_again),
        cmocka_unit_test(one_byte_and_4096_can_be_sealed_and_no_more),
        cmocka_unit_test(any_flipped_bit_keeps_it_closed),
        cmocka_unit_test(a_cut_or_lengthened_blob_stays_closed),
        cmocka_unit_test(a_secret_moved_to_another_row_stays_closed),
        cmocka_unit_test(the_key_id_is_bound_as_well),
        cmocka_unit_test(the_first_key_seals_and_all_open),
        cmocka_unit_test(a_key_file_has_comments_and_blank_lines),
        cmocka_unit_test(a_bad_key_file_is_refused_by_line_and_never_quoted),
        cmocka_unit_test(wiping_leaves_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
