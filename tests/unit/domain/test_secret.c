/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/encoding.h"
#include "common/domain/secret.h"

#include "tests/unit/unit.h"

/* "whsec_" and base64 of size bytes. */
static const char *text_of_size(size_t size, char text_out[static 256])
{
    uint8_t bytes[128];
    memset(bytes, 0x5a, sizeof(bytes));
    memcpy(text_out, "whsec_", 6);
    (void)base64_encode(bytes, size, text_out + 6);
    return text_out;
}

static void a_made_secret_reads_back(void **state)
{
    (void)state;
    struct secret made;
    struct secret read;
    uint8_t bytes[SECRET_KEY_BYTES_MADE];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(7 * i);
    secret_from_bytes(bytes, &made);
    assert_int_equal(strlen(made.text), 6 + 44);
    assert_int_equal(secret_parse(made.text, &read, NULL), 0);
    assert_string_equal(read.text, made.text);
    assert_int_equal(read.key_size, sizeof(bytes));
    assert_memory_equal(read.key, bytes, sizeof(bytes));
}

static void a_key_has_24_to_64_bytes(void **state)
{
    (void)state;
    char text[256];
    for (size_t size = 0; size <= 128; size++) {
        struct secret secret;
        struct error error = {.text = ""};
        int result = secret_parse(text_of_size(size, text), &secret, &error);
        if (size >= 24 && size <= 64) {
            assert_int_equal(result, 0);
            assert_int_equal(secret.key_size, size);
            assert_string_equal(secret.text, text);
        } else {
            assert_int_equal(result, -EINVAL);
            assert_non_null(strstr(error.text, "24 to 64 bytes"));
        }
    }
}

static void anything_but_strict_base64_behind_the_prefix_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        "whsec_",
        "whsec",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-",
        "whsec_MfKQ9r8GKYqrTwjUPD8I\nLPZIo2LaLaSw",
        "whsec_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWg",   /* 25 bytes without the padding */
        "whsec_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWh==", /* unused bits set */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct secret secret = {.key_size = 77};
        struct error error = {.text = ""};
        assert_int_equal(secret_parse(bad[i], &secret, &error), -EINVAL);
        assert_int_equal(secret.key_size, 77);
        assert_true(error.text[0] != '\0');
    }
}

static void a_message_never_quotes_the_secret(void **state)
{
    (void)state;
    struct secret secret;
    struct error error = {.text = ""};
    assert_int_equal(secret_parse("whsec_MfKQ9r8GKYqrTwjU", &secret, &error), -EINVAL);
    assert_null(strstr(error.text, "MfKQ"));
    assert_int_equal(secret_parse("sk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &secret, &error), -EINVAL);
    assert_null(strstr(error.text, "MfKQ"));
}

static void wiping_leaves_nothing(void **state)
{
    (void)state;
    struct secret secret;
    const struct secret nothing = {.key_size = 0};
    assert_int_equal(secret_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &secret, NULL), 0);
    secret_wipe(&secret);
    assert_memory_equal(&secret.text, &nothing.text, sizeof(secret.text));
    assert_memory_equal(&secret.key, &nothing.key, sizeof(secret.key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_made_secret_reads_back),
        cmocka_unit_test(a_key_has_24_to_64_bytes),
        cmocka_unit_test(anything_but_strict_base64_behind_the_prefix_is_refused),
        cmocka_unit_test(a_message_never_quotes_the_secret),
        cmocka_unit_test(wiping_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
