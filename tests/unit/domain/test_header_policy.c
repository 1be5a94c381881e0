/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/domain/header_policy.h"

#include "tests/unit/unit.h"

static void assert_refused(const char *name, const char *value)
{
    struct error error = {.text = ""};
    if (header_check(name, value, &error) != -EINVAL)
        fail_msg("%s is taken", name);
    assert_true(error.text[0] != '\0');
}

static void ordinary_headers_are_taken(void **state)
{
    (void)state;
    const char *names[] = {"Authorization",   "X-Api-Key",    "X-Team",     "a",          "X_Under.Score",  "Accept",
                           "Idempotency-Key", "X-Forward-To", "Webhookish", "DD-API-KEY", "!#$%&'*+-.^_`|~"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_int_equal(header_check(names[i], "Bearer abc, \t~", NULL), 0);
}

/* What would change the request itself, and what we set ourselves */
static void reserved_headers_are_refused_in_any_case(void **state)
{
    (void)state;
    const char *names[] = {"host",
                           "Content-Length",
                           "content-type",
                           "CONTENT-ENCODING",
                           "transfer-encoding",
                           "TE",
                           "trailer",
                           "connection",
                           "Keep-Alive",
                           "Proxy-Authorization",
                           "proxy-connection",
                           "upgrade",
                           "Expect",
                           "date",
                           "via",
                           "forwarded",
                           "X-Forwarded-For",
                           "x-forwarded-host",
                           "x-real-ip",
                           "cookie",
                           "Webhook-Id",
                           "webhook-signature",
                           "webhook-anything",
                           "User-Agent",
                           "Sec-Fetch-Mode",
                           "metadata",
                           "Metadata-Flavor",
                           "X-aws-ec2-metadata-token",
                           "X-aws-ec2-metadata-token-ttl-seconds",
                           "X-Google-Metadata-Request",
                           "x-goog-user-project",
                           "x-amz-date",
                           "X-Amzn-Trace-Id",
                           "x-azure-ref",
                           "X-FD-HealthProbe",
                           "x-vault-token",
                           "X-Vault-Request",
                           "X-Keeptrusts-Signature",
                           "x-keeptrusts-event",
                           "traceparent",
                           "tracestate",
                           "accept-encoding"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_refused(names[i], "x");
}

static void a_name_is_a_token_of_1_to_64_bytes(void **state)
{
    (void)state;
    char name[HEADER_NAME_BYTES_MAX + 2];
    const char *bad[] = {"",       " ",    "a b", "a:",    ":path",
                         "a\r\nb", "a\n",  "a\t", "a\x01", "n\xc3\xa4me",
                         "a\x7f",  "a(b)", "a/b", "a;b",   "X-A\r\nHost: evil"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_refused(bad[i], "x");
    memset(name, 'n', sizeof(name));
    name[HEADER_NAME_BYTES_MAX + 1] = '\0';
    assert_refused(name, "x");
    name[HEADER_NAME_BYTES_MAX] = '\0';
    assert_int_equal(header_check(name, "x", NULL), 0);
}

static void a_value_is_one_line_of_printable_ascii(void **state)
{
    (void)state;
    char value[HEADER_VALUE_BYTES_MAX + 2];
    const char *bad[] = {"",     " ",    " a",     "a ",     "\ta",         "a\t",  "a\r\nX-Injected: 1",
                         "a\nb", "a\rb", "a\x01z", "a\x7fz", "caf\xc3\xa9", "\xff", "a\r\n b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_refused("X-Team", bad[i]);
    memset(value, 'v', sizeof(value));
    value[HEADER_VALUE_BYTES_MAX + 1] = '\0';
    assert_refused("X-Team", value);
    value[HEADER_VALUE_BYTES_MAX] = '\0';
    assert_int_equal(header_check("X-Team", value, NULL), 0);
}

static void a_message_never_quotes_the_value(void **state)
{
    (void)state;
    struct error error = {.text = ""};
    assert_int_equal(header_check("Authorization", "Bearer SECRET\n", &error), -EINVAL);
    assert_null(strstr(error.text, "SECRET"));
    assert_int_equal(header_check("Host", "SECRET", &error), -EINVAL);
    assert_null(strstr(error.text, "SECRET"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_headers_are_taken),
        cmocka_unit_test(reserved_headers_are_refused_in_any_case),
        cmocka_unit_test(a_name_is_a_token_of_1_to_64_bytes),
        cmocka_unit_test(a_value_is_one_line_of_printable_ascii),
        cmocka_unit_test(a_message_never_quotes_the_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
