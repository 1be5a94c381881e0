/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

#include "dispatcher/request_head.h"
#include "tests/unit/unit.h"

/* The published vector: secret, id and time of Standard Webhooks (docs/contract.md). */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define NOW_MS INT64_C(1614265330123)

static const char body[] = "{\"test\": 2432232314}";
static const struct delivery delivery = {.id = "dlv_1",
                                         .event_id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                         .event_type = "config.deployed",
                                         .number = 3};

static struct webhook *make_webhook(void)
{
    struct webhook *webhook = webhook_new();
    webhook->secret_count = 1;
    assert_int_equal(secret_parse(SECRET, &webhook->secrets[0].secret, NULL), 0);
    webhook->header_count = 1;
    webhook->headers = ALLOC(struct webhook_header);
    webhook->headers[0].name = alloc_text("Authorization");
    webhook->headers[0].value = alloc_text("Bearer hunter2");
    (void)snprintf(webhook->url.host, sizeof webhook->url.host, "example.com");
    (void)snprintf(webhook->url.target, sizeof webhook->url.target, "/hook?a=1");
    webhook->url.port = 8443;
    webhook->url.is_https = true;
    return webhook;
}

static void write_head(struct webhook *webhook, struct buffer *out)
{
    buffer_init(out, REQUEST_HEAD_BYTES_MAX);
    request_head_write(webhook, &delivery, NOW_MS, body, strlen(body), out);
}

static void both_signatures_are_those_of_the_published_vector(void **state)
{
    (void)state;
    struct webhook *webhook = make_webhook();
    CLEANUP(buffer_deinit) struct buffer head;
    write_head(webhook, &head);
    assert_non_null(strstr(head.bytes, "\r\nX-Keeptrusts-Signature: t=1614265330,v1="
                                       "2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964\r\n"));
    assert_non_null(strstr(head.bytes, "\r\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n"));
    assert_non_null(strstr(head.bytes, "\r\nwebhook-timestamp: 1614265330\r\n"));
    assert_non_null(strstr(head.bytes, "\r\nX-Keeptrusts-Attempt: 3\r\n"));
    webhook_unref(webhook);
}

static void the_customers_headers_come_first_and_ours_last(void **state)
{
    (void)state;
    struct webhook *webhook = make_webhook();
    CLEANUP(buffer_deinit) struct buffer head;
    write_head(webhook, &head);
    static const char start[] = "Authorization: Bearer hunter2\r\nContent-Type: application/json\r\n";
    assert_memory_equal(head.bytes, start, strlen(start));
    assert_memory_equal(head.bytes + head.length - 2, "\r\n", 2);
    webhook_unref(webhook);
}

static void the_described_head_masks_the_customers_values_only(void **state)
{
    (void)state;
    struct webhook *webhook = make_webhook();
    CLEANUP(buffer_deinit) struct buffer head;
    CLEANUP(buffer_deinit) struct buffer shown;
    write_head(webhook, &head);
    buffer_init(&shown, REQUEST_HEAD_BYTES_MAX);
    request_head_describe(webhook, head.bytes, head.length, &shown);
    static const char start[] =
        "POST /hook?a=1 HTTP/1.1\r\nHost: example.com:8443\r\nAuthorization: ***\r\nContent-Type: ";
    assert_memory_equal(shown.bytes, start, strlen(start));
    assert_null(strstr(shown.bytes, "hunter2"));
    assert_non_null(strstr(shown.bytes, "X-Keeptrusts-Signature: t="));
    webhook_unref(webhook);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_signatures_are_those_of_the_published_vector),
        cmocka_unit_test(the_customers_headers_come_first_and_ours_last),
        cmocka_unit_test(the_described_head_masks_the_customers_values_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
