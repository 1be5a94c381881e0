/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/encoding.h"
#include "common/store/token.h"

#include "tests/unit/unit.h"

static void a_token_is_its_prefix_and_base64url_of_its_bytes(void **state)
{
    (void)state;
    uint8_t bytes[32];
    memset(bytes, 0xff, sizeof(bytes));
    bytes[0] = 0xfb; /* base64 begins with + and goes on with / */
    char text[TOKEN_TEXT_BYTES];
    token_make(bytes, text);
    assert_string_equal(text, "kt_live_-_________________________________________8");
    assert_int_equal(strlen(text), 8 + 43);
}

static void the_hash_is_sha256_of_the_whole_text(void **state)
{
    (void)state;
    uint8_t hash[TOKEN_HASH_BYTES];
    token_hash("abc", hash);
    char text[HEX_BYTES(TOKEN_HASH_BYTES)];
    (void)hex_encode(hash, sizeof(hash), text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void scopes_are_a_list_with_commas(void **state)
{
    (void)state;
    struct error error;
    unsigned scopes = 0;
    assert_int_equal(token_scopes_parse("webhooks:read", &scopes, &error), 0);
    assert_int_equal(scopes, TOKEN_WEBHOOKS_READ);
    assert_int_equal(token_scopes_parse("events:write,admin,events:write", &scopes, &error), 0);
    assert_int_equal(scopes, TOKEN_EVENTS_WRITE | TOKEN_ADMIN);
}

static void an_unknown_scope_is_refused_by_name(void **state)
{
    (void)state;
    struct error error;
    unsigned scopes = 77;
    const char *const bad[] = {"webhooks", "admin ", "", "admin,", ",admin", "admin,,events:write", "ADMIN"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_int_equal(token_scopes_parse(bad[i], &scopes, &error), -EINVAL);
    assert_int_equal(scopes, 77);
    assert_int_equal(token_scopes_parse("events:write,everything", &scopes, &error), -EINVAL);
    assert_non_null(strstr(error.text, "\"everything\""));
}

static void a_token_allows_its_own_scopes_only(void **state)
{
    (void)state;
    const struct token token = {.scopes = TOKEN_WEBHOOKS_READ};
    assert_true(token_allows(&token, TOKEN_WEBHOOKS_READ, 0));
    assert_false(token_allows(&token, TOKEN_WEBHOOKS_WRITE, 0));
    assert_false(token_allows(&token, TOKEN_ADMIN, 0));
}

static void an_admin_may_do_everything(void **state)
{
    (void)state;
    const struct token token = {.scopes = TOKEN_ADMIN};
    assert_true(token_allows(&token, TOKEN_EVENTS_WRITE, 0));
    assert_true(token_allows(&token, TOKEN_WEBHOOKS_WRITE, 0));
}

static void an_expired_token_allows_nothing(void **state)
{
    (void)state;
    const struct token token = {.scopes = TOKEN_ADMIN, .expires_ms = 1000};
    assert_true(token_allows(&token, TOKEN_ADMIN, 999));
    assert_false(token_allows(&token, TOKEN_ADMIN, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_its_prefix_and_base64url_of_its_bytes),
        cmocka_unit_test(the_hash_is_sha256_of_the_whole_text),
        cmocka_unit_test(scopes_are_a_list_with_commas),
        cmocka_unit_test(an_unknown_scope_is_refused_by_name),
        cmocka_unit_test(a_token_allows_its_own_scopes_only),
        cmocka_unit_test(an_admin_may_do_everything),
        cmocka_unit_test(an_expired_token_allows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
