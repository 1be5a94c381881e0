/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/domain/signature.h"

#include "tests/unit/unit.h"

#define OLD_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define NEW_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define MESSAGE_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define SIGNED_S   1614265330

static struct secret secret_of(const char *text)
{
    struct secret secret;
    assert_int_equal(secret_parse(text, &secret, NULL), 0);
    return secret;
}

/* docs/contract.md: the first is published with Standard Webhooks. */
static const struct {
    const char *body;
    size_t body_size;
    const char *keeptrusts;
    const char *standard;
} vectors[] = {
    {"{\"test\": 2432232314}", 20, "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964",
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    {"a\0b",                   3,  "t=1614265330,v1=ff393b13058a82130919f3aec0bdd28a5304493aaa262f6ad8355f5c8b78c2c2",
     "v1,OCz/PmGBdMa0Av1gDdWl33myIh8dApC6qlZDpRISdA8="},
};

static void both_signatures_are_the_published_ones(void **state)
{
    (void)state;
    struct secret secret = secret_of(OLD_SECRET);
    for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
        struct signature signature;
        signature_make(&secret, 1, MESSAGE_ID, SIGNED_S, vectors[i].body, vectors[i].body_size, &signature);
        assert_string_equal(signature.keeptrusts, vectors[i].keeptrusts);
        assert_string_equal(signature.standard, vectors[i].standard);
    }
}

static void during_a_rotation_the_newest_signs_first_and_the_old_signs_on(void **state)
{
    (void)state;
    struct secret secrets[] = {secret_of(NEW_SECRET), secret_of(OLD_SECRET)};
    struct signature both;
    struct signature newest;
    char expected[2 * SIGNATURE_TEXT_BYTES];
    signature_make(secrets, 2, MESSAGE_ID, SIGNED_S, vectors[0].body, vectors[0].body_size, &both);
    signature_make(secrets, 1, MESSAGE_ID, SIGNED_S, vectors[0].body, vectors[0].body_size, &newest);
    assert_string_not_equal(newest.keeptrusts, vectors[0].keeptrusts);
    (void)snprintf(expected, sizeof(expected), "%s%s", newest.keeptrusts, strchr(vectors[0].keeptrusts, ','));
    assert_string_equal(both.keeptrusts, expected);
    (void)snprintf(expected, sizeof(expected), "%s %s", newest.standard, vectors[0].standard);
    assert_string_equal(both.standard, expected);
}

static void as_many_secrets_as_possible_fit(void **state)
{
    (void)state;
    struct secret secrets[SIGNATURE_SECRETS_MAX];
    struct signature signature;
    for (size_t i = 0; i < SIGNATURE_SECRETS_MAX; i++)
        secrets[i] = secret_of(OLD_SECRET);
    signature_make(secrets, SIGNATURE_SECRETS_MAX, MESSAGE_ID, INT64_MIN, "", 0, &signature);
    assert_int_equal(strlen(signature.keeptrusts), 2 + 20 + SIGNATURE_SECRETS_MAX * (4 + 64));
    assert_int_equal(strlen(signature.standard), SIGNATURE_SECRETS_MAX * (3 + 44) + SIGNATURE_SECRETS_MAX - 1);
}

/* ---- verifying --------------------------------------------------------------------------------------------------- */

static int verify_keeptrusts(const char *header, int64_t now_s)
{
    struct secret secret = secret_of(OLD_SECRET);
    return signature_verify_keeptrusts(&secret, header, vectors[0].body, vectors[0].body_size, now_s, 300);
}

static int verify_standard(const char *timestamp, const char *header, int64_t now_s)
{
    struct secret secret = secret_of(OLD_SECRET);
    return signature_verify_standard(&secret, MESSAGE_ID, timestamp, header, vectors[0].body, vectors[0].body_size,
                                     now_s, 300);
}

static void what_we_sign_verifies(void **state)
{
    (void)state;
    assert_int_equal(verify_keeptrusts(vectors[0].keeptrusts, SIGNED_S), 0);
    assert_int_equal(verify_standard("1614265330", vectors[0].standard, SIGNED_S), 0);
}

static void one_matching_signature_among_others_is_enough(void **state)
{
    (void)state;
    struct secret secrets[] = {secret_of(NEW_SECRET), secret_of(OLD_SECRET)};
    struct signature signature;
    signature_make(secrets, 2, MESSAGE_ID, SIGNED_S, vectors[0].body, vectors[0].body_size, &signature);
    assert_int_equal(verify_keeptrusts(signature.keeptrusts, SIGNED_S), 0);
    assert_int_equal(verify_standard("1614265330", signature.standard, SIGNED_S), 0);
    char text[600];
    (void)snprintf(text, sizeof(text), "v9=zz,%s,v0=ab,x", vectors[0].keeptrusts);
    assert_int_equal(verify_keeptrusts(text, SIGNED_S), 0);
    (void)snprintf(text, sizeof(text), "v1a,abc %s", vectors[0].standard);
    assert_int_equal(verify_standard("1614265330", text, SIGNED_S), 0);
}

static void another_body_id_time_or_secret_does_not_match(void **state)
{
    (void)state;
    struct secret secret = secret_of(OLD_SECRET);
    struct secret other = secret_of(NEW_SECRET);
    const char *keeptrusts = vectors[0].keeptrusts;
    const char *standard = vectors[0].standard;
    const char *body = vectors[0].body;
    size_t size = vectors[0].body_size;
    assert_int_equal(signature_verify_keeptrusts(&secret, keeptrusts, body, size - 1, SIGNED_S, 300),
                     SIGNATURE_NO_MATCH);
    assert_int_equal(signature_verify_keeptrusts(&other, keeptrusts, body, size, SIGNED_S, 300), SIGNATURE_NO_MATCH);
    assert_int_equal(signature_verify_standard(&secret, "msg_x", "1614265330", standard, body, size, SIGNED_S, 300),
                     SIGNATURE_NO_MATCH);
    assert_int_equal(signature_verify_standard(&other, MESSAGE_ID, "1614265330", standard, body, size, SIGNED_S, 300),
                     SIGNATURE_NO_MATCH);
    assert_int_equal(verify_standard("1614265331", standard, SIGNED_S), SIGNATURE_NO_MATCH);
    assert_int_equal(
        verify_keeptrusts("t=1614265331,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964", SIGNED_S),
        SIGNATURE_NO_MATCH);
}

static void the_time_may_be_off_by_the_tolerance_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(verify_keeptrusts(vectors[0].keeptrusts, SIGNED_S + 300), 0);
    assert_int_equal(verify_keeptrusts(vectors[0].keeptrusts, SIGNED_S + 301), SIGNATURE_TOO_OLD);
    assert_int_equal(verify_keeptrusts(vectors[0].keeptrusts, SIGNED_S - 300), 0);
    assert_int_equal(verify_keeptrusts(vectors[0].keeptrusts, SIGNED_S - 301), SIGNATURE_TOO_NEW);
    assert_int_equal(verify_standard("1614265330", vectors[0].standard, SIGNED_S + 301), SIGNATURE_TOO_OLD);
    assert_int_equal(verify_standard("1614265330", vectors[0].standard, SIGNED_S - 301), SIGNATURE_TOO_NEW);
}

static void a_malformed_header_is_called_so(void **state)
{
    (void)state;
#define V1 "v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964"
    const char *malformed[] = {
        "",
        ",",
        "t=1614265330",
        V1,
        "t=," V1,
        "t=x," V1,
        "t=-1," V1,
        "t= 1614265330," V1,
        "T=1614265330," V1,
        "t=1614265330,t=1," V1,
        "t=16142653309999999999," V1,
        "t=1614265330;" V1,
        "t=1614265330,v2=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964",
    };
    for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++)
        assert_int_equal(verify_keeptrusts(malformed[i], SIGNED_S), SIGNATURE_MALFORMED);
    assert_int_equal(verify_standard("", vectors[0].standard, SIGNED_S), SIGNATURE_MALFORMED);
    assert_int_equal(verify_standard("16142653.0", vectors[0].standard, SIGNED_S), SIGNATURE_MALFORMED);
    assert_int_equal(verify_standard("1614265330", "", SIGNED_S), SIGNATURE_MALFORMED);
    assert_int_equal(verify_standard("1614265330", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", SIGNED_S),
                     SIGNATURE_MALFORMED);
}

static void a_part_of_a_signature_does_not_match(void **state)
{
    (void)state;
    const char *refused[] = {
        "t=1614265330,v1=",
        "t=1614265330,v1=2e",
        "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f896",
        "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f89640",
        "t=1614265330,v1=2E37DF5D4A028C51A7F3133D64AE1E300D2C2C900F1B1D49D4369AD2530F8964",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        assert_int_equal(verify_keeptrusts(refused[i], SIGNED_S), SIGNATURE_NO_MATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_signatures_are_the_published_ones),
        cmocka_unit_test(during_a_rotation_the_newest_signs_first_and_the_old_signs_on),
        cmocka_unit_test(as_many_secrets_as_possible_fit),
        cmocka_unit_test(what_we_sign_verifies),
        cmocka_unit_test(one_matching_signature_among_others_is_enough),
        cmocka_unit_test(another_body_id_time_or_secret_does_not_match),
        cmocka_unit_test(the_time_may_be_off_by_the_tolerance_and_no_more),
        cmocka_unit_test(a_malformed_header_is_called_so),
        cmocka_unit_test(a_part_of_a_signature_does_not_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
