/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/url_policy.h"

#include "tests/unit/unit.h"

static const struct url_policy production;

/* Everything that the operator can open without allowing an address: what is refused now is refused for its own sake.
 */
static const struct url_policy open_policy = {.allow_plain_http = true, .allow_any_port = true};

/* A developer's machine: tools/demo. */
static struct url_policy demo_policy(void)
{
    struct url_policy policy = {.allow_plain_http = true, .allow_any_port = true};
    assert_int_equal(address_range_parse("127.0.0.0/8", &policy.addresses.allowed[0], NULL), 0);
    assert_int_equal(address_range_parse("::1/128", &policy.addresses.allowed[1], NULL), 0);
    policy.addresses.allowed_count = 2;
    return policy;
}

static void assert_refused(const struct url_policy *policy, const char *text)
{
    struct url url = {.port = 4711};
    struct error error = {.text = ""};
    int result = url_check(policy, text, &url, &error);
    if (result != -EINVAL)
        fail_msg("%.100s is taken as %s", text, url.text);
    assert_int_equal(url.port, 4711);
    if (strlen(error.text) < 10 || !(error.text[0] >= ' '))
        fail_msg("%.100s: no reason: \"%s\"", text, error.text);
}

static void assert_taken(const struct url_policy *policy, const char *text, const char *canonical)
{
    struct url url;
    struct error error = {.text = ""};
    if (url_check(policy, text, &url, &error) != 0)
        fail_msg("%.100s is refused: %s", text, error.text);
    assert_string_equal(url.text, canonical);
    struct url again;
    assert_int_equal(url_check(policy, url.text, &again, NULL), 0);
    assert_string_equal(again.text, url.text);
}

/* Every URL that has to be refused when it is saved. */
static const char *const bad_urls[] = {
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.000.000.001/",
    "http://127.255.255.254/",
    "http://0xBaaaaaaaaaaaaaaaa7f000001/",
    "http://0x/",
    "http://08.8.8.8/",
    "http://127.0.0.1./",
    "http://127.1./",
    "http://2130706433./",
    "http://4294967296/",
    "http://256.256.256.256/",
    "http://1.1.1.1.1/",
    "http://0/",
    "http://00.0/",
    "http://0.0.0.0/",
    "http://%31%32%37.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://169.254.170.2/v2/credentials",
    "http://169.254.170.23/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://192.0.2.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://198.18.0.1/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250:1900/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[::7f00:1]/",
    "http://[::ffff:127.1]/",
    "http://[::ffff:0x7f.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fe80::1%lo]/",
    "http://[::1%25lo]/",
    "http://[2606:4700::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fd20:ce::254]/",
    "http://[ff02::1]/",
    "http://[ff0e::1]/",
    "http://[100::1]/",
    "http://[100:0:0:1::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[2001:2::1]/",
    "http://[2001:10::1]/",
    "http://[127.0.0.1]/",
    "http://[::1/",
    "http://[v1.fe80::1]/",
    "http://[example.com]/",
    "http://[::1]x/",
    "http://[1-2].invalid/",
    "http://[]/",
    "http://[",
    "http://]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://foo.localhost/",
    "http://localhost./",
    "http://localhost6/",
    "http://ip6-localhost/",
    "http://localhost.localdomain/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://metadata/",
    "http://instance-data/",
    "http://metadata.goog/",
    "https://kubernetes.default.svc/",
    "https://kubernetes/",
    "https://kubernetes.default/",
    "http://postgres:5432/",
    "http://kafka:9092/",
    "https://web.shop.svc.cluster.local/",
    "https://printer.local/",
    "https://hooks.corp/",
    "https://nas.home.arpa/",
    "https://x.onion/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://a.ip6.arpa/",
    "https://a.invalid/",
    "http://user:pass@127.0.0.1/",
    "http://user@host/",
    "https://user@example.com/",
    "https://@example.com/",
    "https://:@example.com/",
    "http://example.invalid@127.0.0.1/",
    "http://example.invalid#@127.0.0.1/",
    "http://example.invalid?@127.0.0.1/",
    "https://example.com/#",
    "https://example.com/a#b",
    "https://example.com#a",
    "http:\\\\127.0.0.1\\",
    "http://127.0.0.1\\example.invalid/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/a\\b",
    "http:////127.0.0.1/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "https:example.com",
    "//example.com/",
    "example.com",
    "http://",
    "https://",
    "http://:80/",
    "https:///",
    "https://?",
    "http://.../",
    "http://./",
    "https://.example.com/",
    "https://example..com/",
    "https://example.com./",
    "http://-oProxyCommand=x/",
    "https://-a.example.com/",
    "https://a-.example.com/",
    "http://a_b.example/",
    "http://host:0/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:-80/",
    "https://example.com:80:80/",
    "https://example.com:0x50/",
    "https://example.com: 80/",
    "https://example.com:8 0/",
    "https://example.com:+443/",
    "https://example.com:99999999999/",
    "http:// 127.0.0.1/",
    "http://127.0.0.1 /",
    "https://exam\tple.com/",
    "https://example.com\r\n/",
    "https://example.com/\r\nX-Injected: 1",
    "https://example.com/a b",
    " https://example.com/",
    "https://example.com/ ",
    "https://example.com/\x7f",
    "http://127.0.0.1%00.example/",
    "http://127.0.0.1%0d%0a.example/",
    "http://127.0.0.1%2f.example/",
    "http://a%23.example/",
    "http://a%40.example/",
    "http://a%3a22.example/",
    "http://%65xample.com/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://０x7f000001/",
    "http://２１３０７０６４３３/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://127｡0｡0｡1/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://loc\u00adalhost/",
    "http://ⅼocalhost/",
    "http://\u202eevil.example/",
    "https://example．com/",
    "https://example。com/",
    "https://evil.example＠127.0.0.1/",
    "https://a℀b.example/",
    "https://evil.example／.example.com/",
    "http://\xff\xfe/",
    "https://example.com/\xff",
    "https://example.com/caf\u00e9",
    "https://xn--/",
    "https://xn--a.example/",
    "https://xn--0.example/",
    "https://xn--pple-43d\u0430.example/",
    "https://xn--localhost-.example/",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://127.0.0.1:6379/_x",
    "dict://a.example/",
    "ftp://a.example/",
    "ldap://a.example/",
    "smtp://a.example/",
    "telnet://a.example/",
    "tftp://a.example/",
    "scp://a.example/",
    "sftp://a.example/",
    "imap://a.example/",
    "pop3://a.example/",
    "smb://a.example/",
    "rtsp://a.example/",
    "mqtt://a.example/",
    "ws://a.example/",
    "wss://a.example/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "jar:http://a.example/!/",
    "netdoc:/etc/passwd",
    "unix:/var/run/docker.sock",
    "http+unix://%2fvar%2frun%2fdocker.sock/",
    "url:http://a.example/",
    "view-source:http://a.example/",
    "HTTP://127.0.0.1/",
    "hTTps://127.0.0.1/",
    "https//a.example/",
    "https://example.com:6379/",
    "https://example.com:22/",
    "https://example.com:9092/",
    "https://example.com:6000/",
    "https://{{x}}.example/",
    "https://example.com/{{x}}",
    "https://example.com/?q=<a>",
    "https://example.com/a|b",
    "https://${x}.example/",
    "https://*.example.com/",
    "https://a,b.example/",
    "https://a'b.example/",
    "",
};

static void every_bad_url_is_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_urls) / sizeof(*bad_urls); i++) {
        assert_refused(&open_policy, bad_urls[i]);
        assert_refused(&production, bad_urls[i]);
    }
}

static void a_bad_http_url_is_no_better_as_https(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_urls) / sizeof(*bad_urls); i++) {
        char text[512];
        if (strncmp(bad_urls[i], "http://", 7) != 0)
            continue;
        (void)snprintf(text, sizeof(text), "https://%s", bad_urls[i] + 7);
        assert_refused(&open_policy, text);
        assert_refused(&production, text);
    }
}

static void too_long_parts_are_refused(void **state)
{
    (void)state;
    char text[80000];
    char label[70];
    memset(label, 'a', 64);
    label[64] = '\0';
    (void)snprintf(text, sizeof(text), "https://%s.example/", label);
    assert_refused(&production, text);
    (void)snprintf(text, sizeof(text), "https://%s.example/", label + 1);
    assert_taken(&production, text, text);
    char *end = text + snprintf(text, sizeof(text), "https://");
    for (int i = 0; i < 127; i++)
        end += snprintf(end, 3, "a.");
    (void)snprintf(end, 32, "com/"); /* 257 */
    assert_refused(&production, text);
    memset(text + 8, 'a', 70000);
    (void)snprintf(text + 70008, 32, ".com/");
    assert_refused(&production, text);
}

static void a_host_of_253_characters_is_the_longest(void **state)
{
    (void)state;
    char text[300];
    char *end = text + snprintf(text, sizeof(text), "https://");
    for (int i = 0; i < 125; i++)
        end += snprintf(end, 3, "a.");
    (void)snprintf(end, 8, "com/");
    assert_taken(&production, text, text);
    (void)snprintf(end, 8, "comm/");
    assert_refused(&production, text);
}

static void a_url_of_2048_bytes_is_the_longest(void **state)
{
    (void)state;
    char text[URL_BYTES_MAX + 2];
    memset(text, 'q', sizeof(text));
    memcpy(text, "https://example.com/?", 21);
    text[URL_BYTES_MAX] = '\0';
    assert_taken(&production, text, text);
    text[URL_BYTES_MAX] = 'q';
    text[URL_BYTES_MAX + 1] = '\0';
    assert_refused(&production, text);
    memcpy(text, "https://example.com?", 20); /* the slash that is missing makes it too long */
    text[20] = 'q';
    text[URL_BYTES_MAX] = '\0';
    assert_refused(&production, text);
}

static void an_ordinary_url_is_taken_apart(void **state)
{
    (void)state;
    struct url url;
    assert_int_equal(url_check(&production, "HTTPS://Hooks.Example.COM:8443/a/b?x=1&y=%20", &url, NULL), 0);
    assert_string_equal(url.text, "https://hooks.example.com:8443/a/b?x=1&y=%20");
    assert_string_equal(url.host, "hooks.example.com");
    assert_string_equal(url.target, "/a/b?x=1&y=%20");
    assert_int_equal(url.port, 8443);
    assert_true(url.is_https);
    assert_int_equal(url_check(&production, "https://[2606:4700:4700:0:0:0:0:1111]/", &url, NULL), 0);
    assert_string_equal(url.text, "https://[2606:4700:4700::1111]/");
    assert_string_equal(url.host, "2606:4700:4700::1111");
    assert_int_equal(url.port, 443);
}

static void the_canonical_form_is_what_will_be_sent(void **state)
{
    (void)state;
    assert_taken(&production, "https://example.com", "https://example.com/");
    assert_taken(&production, "https://example.com:443/", "https://example.com/");
    assert_taken(&production, "https://example.com?a=b", "https://example.com/?a=b");
    assert_taken(&production, "https://example.com/a/../b/./c", "https://example.com/b/c");
    assert_taken(&production, "https://example.com/../../admin", "https://example.com/admin");
    assert_taken(&production, "https://example.com/..%2f..%2fadmin", "https://example.com/..%2f..%2fadmin");
    assert_taken(&production, "https://example.com/%0d%0aX-Injected:%201", "https://example.com/%0d%0aX-Injected:%201");
    assert_taken(&production, "https://example.com/a?b=http://10.0.0.1/@x",
                 "https://example.com/a?b=http://10.0.0.1/@x");
    assert_taken(&production, "https://8.8.8.8/", "https://8.8.8.8/");
    assert_taken(&production, "https://a.b.example-c.com/", "https://a.b.example-c.com/");
    assert_taken(&production, "https://r4---sn-4g5e.example.com/", "https://r4---sn-4g5e.example.com/");
    assert_taken(&production, "https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"); /* refused at connect */
}

static void an_international_name_is_kept_as_its_a_label(void **state)
{
    (void)state;
    assert_taken(&production, "https://аpple.example/", "https://xn--pple-43d.example/"); /* a Cyrillic а */
    assert_taken(&production, "https://bücher.example/", "https://xn--bcher-kva.example/");
    assert_taken(&production, "https://Bu\u0308cher.EXAMPLE/x", "https://xn--bcher-kva.example/x"); /* decomposed */
    assert_taken(&production, "https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/");
    assert_taken(&production, "https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/");
    assert_taken(&production, "https://日本語.jp/", "https://xn--wgv71a119e.jp/");
    assert_taken(&production, "https://faß.de/", "https://xn--fa-hia.de/"); /* IDNA2003 would have gone to fass.de */
}

static void plain_http_needs_the_operators_word(void **state)
{
    (void)state;
    assert_refused(&production, "http://example.com/");
    assert_taken(&open_policy, "http://example.com/", "http://example.com/");
    const struct url_policy plain = {.allow_plain_http = true};
    assert_taken(&plain, "http://example.com:80/", "http://example.com/");
    assert_taken(&plain, "http://example.com:8080/", "http://example.com:8080/");
    assert_refused(&plain, "http://example.com:8081/");
}

static void ports_are_443_8443_and_those_the_operator_adds(void **state)
{
    (void)state;
    const struct url_policy listed = {
        .ports = {9443, 6379},
          .port_count = 2
    };
    const struct url_policy any = {.allow_any_port = true};
    assert_taken(&production, "https://example.com:8443/", "https://example.com:8443/");
    assert_refused(&production, "https://example.com:80/");
    assert_refused(&production, "https://example.com:8444/");
    assert_taken(&listed, "https://example.com:9443/", "https://example.com:9443/");
    assert_taken(&listed, "https://example.com:6379/", "https://example.com:6379/"); /* listed by number */
    assert_taken(&any, "https://example.com:65535/", "https://example.com:65535/");
    assert_taken(&any, "https://example.com:1025/", "https://example.com:1025/");
    assert_refused(&any, "https://example.com:6379/");
    assert_refused(&any, "https://example.com:0/");
}

static void an_allowed_range_opens_its_addresses_and_localhost(void **state)
{
    (void)state;
    struct url_policy demo = demo_policy();
    assert_taken(&demo, "http://127.0.0.1:43211/hook", "http://127.0.0.1:43211/hook");
    assert_taken(&demo, "http://127.9.9.9/", "http://127.9.9.9/");
    assert_taken(&demo, "http://localhost:8080/", "http://localhost:8080/");
    assert_taken(&demo, "http://LocalHost:8080/", "http://localhost:8080/");
    assert_taken(&demo, "http://[::1]:43211/", "http://[::1]:43211/");
    assert_refused(&demo, "http://10.0.0.1/");
    assert_refused(&demo, "http://127.1/");
    assert_refused(&demo, "http://2130706433/");
    assert_refused(&demo, "http://[::ffff:127.0.0.1]/");
    assert_refused(&demo, "http://0.0.0.0/");
    assert_refused(&demo, "http://[::]/");
    assert_refused(&demo, "http://postgres:43211/");
    assert_refused(&demo, "http://metadata.google.internal/");
}

static void internal_names_need_the_operators_word(void **state)
{
    (void)state;
    const struct url_policy internal = {.allow_internal_names = true};
    assert_taken(&internal, "https://receiver/", "https://receiver/");
    assert_taken(&internal, "https://hooks.corp/", "https://hooks.corp/");
    assert_taken(&internal, "https://web.shop.svc.cluster.local/", "https://web.shop.svc.cluster.local/");
    assert_refused(&internal, "https://localhost/");
    assert_refused(&internal, "https://metadata.google.internal/");
    assert_refused(&internal, "https://metadata/");
    assert_refused(&internal, "https://kubernetes.default.svc/");
    assert_refused(&internal, "https://x.invalid/");
    assert_refused(&internal, "https://2130706433/");
}

static void a_message_never_quotes_path_or_query(void **state)
{
    (void)state;
    const char *texts[] = {"https://10.0.0.1/TOKEN?k=TOKEN", "https://postgres/TOKEN",   "https://a_b.example/TOKEN",
                           "https://u:TOKEN@example.com/",   "http://example.com/TOKEN", "https://example.com:1/TOKEN"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct url url;
        struct error error = {.text = ""};
        assert_int_equal(url_check(&production, texts[i], &url, &error), -EINVAL);
        assert_null(strstr(error.text, "TOKEN"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_url_is_refused_with_a_reason),
        cmocka_unit_test(a_bad_http_url_is_no_better_as_https),
        cmocka_unit_test(too_long_parts_are_refused),
        cmocka_unit_test(a_host_of_253_characters_is_the_longest),
        cmocka_unit_test(a_url_of_2048_bytes_is_the_longest),
        cmocka_unit_test(an_ordinary_url_is_taken_apart),
        cmocka_unit_test(the_canonical_form_is_what_will_be_sent),
        cmocka_unit_test(an_international_name_is_kept_as_its_a_label),
        cmocka_unit_test(plain_http_needs_the_operators_word),
        cmocka_unit_test(ports_are_443_8443_and_those_the_operator_adds),
        cmocka_unit_test(an_allowed_range_opens_its_addresses_and_localhost),
        cmocka_unit_test(internal_names_need_the_operators_word),
        cmocka_unit_test(a_message_never_quotes_path_or_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
