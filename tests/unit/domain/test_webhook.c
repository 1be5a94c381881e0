/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/domain/webhook.h"

#include "tests/unit/unit.h"

#define OLD_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define NEW_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct webhook *make(const char *id, const char *org_id)
{
    struct webhook *webhook = webhook_new();
    (void)snprintf(webhook->id, sizeof(webhook->id), "%s", id);
    (void)snprintf(webhook->org_id, sizeof(webhook->org_id), "%s", org_id);
    return webhook;
}

static void add_pattern(struct webhook *webhook, const char *pattern)
{
    webhook->patterns = alloc_resized(webhook->patterns, webhook->pattern_count + 1, sizeof(*webhook->patterns));
    webhook->patterns[webhook->pattern_count++] = alloc_text(pattern);
}

static void add_secret(struct webhook *webhook, const char *text, int64_t expires_ms)
{
    struct webhook_secret *secret = &webhook->secrets[webhook->secret_count++];
    assert_int_equal(secret_parse(text, &secret->secret, NULL), 0);
    secret->expires_ms = expires_ms;
}

static void states_have_the_agreed_names(void **state)
{
    (void)state;
    const char *names[] = {"enabled", "paused", "disabled"};
    for (int i = 0; i < 3; i++) {
        enum webhook_state read = WEBHOOK_DISABLED;
        assert_string_equal(webhook_state_text((enum webhook_state)i), names[i]);
        assert_int_equal(webhook_state_parse(names[i], &read), 0);
        assert_int_equal(read, i);
    }
    enum webhook_state read = WEBHOOK_PAUSED;
    assert_int_equal(webhook_state_parse("deleted", &read), -EINVAL);
    assert_int_equal(read, WEBHOOK_PAUSED);
}

static void it_subscribes_to_what_any_pattern_matches(void **state)
{
    (void)state;
    struct webhook *webhook = make("wh_a", "org_1");
    assert_false(webhook_subscribes(webhook, "event.created"));
    add_pattern(webhook, "escalation.*");
    add_pattern(webhook, "config.deployed");
    assert_true(webhook_subscribes(webhook, "escalation.resolved"));
    assert_true(webhook_subscribes(webhook, "config.deployed"));
    assert_false(webhook_subscribes(webhook, "event.created"));
    add_pattern(webhook, "*");
    assert_true(webhook_subscribes(webhook, "event.created"));
    webhook_unref(webhook);
}

static void it_lives_until_the_last_reference_goes(void **state)
{
    (void)state;
    struct webhook *webhook = make("wh_a", "org_1");
    webhook->headers = alloc_zeroed(1, sizeof(*webhook->headers));
    webhook->headers[webhook->header_count++] =
        (struct webhook_header){alloc_text("Authorization"), alloc_text("Bearer x")};
    assert_ptr_equal(webhook_ref(webhook), webhook);
    webhook_unref(webhook);
    assert_string_equal(webhook->headers[0].value, "Bearer x"); /* the sanitizer would say so */
    webhook_unref(webhook);
    webhook_unref(NULL);
}

static void an_expired_secret_no_longer_signs(void **state)
{
    (void)state;
    struct secret secrets[SIGNATURE_SECRETS_MAX];
    struct webhook *webhook = make("wh_a", "org_1");
    assert_int_equal(webhook_secrets_at(webhook, 1000, secrets), 0);
    add_secret(webhook, NEW_SECRET, 0);
    add_secret(webhook, OLD_SECRET, 1000);
    assert_int_equal(webhook_secrets_at(webhook, 999, secrets), 2);
    assert_string_equal(secrets[0].text, NEW_SECRET);
    assert_string_equal(secrets[1].text, OLD_SECRET);
    assert_int_equal(webhook_secrets_at(webhook, 1000, secrets), 1);
    assert_string_equal(secrets[0].text, NEW_SECRET);
    webhook_unref(webhook);
}

static void with_all_expired_the_newest_signs_alone(void **state)
{
    (void)state;
    struct secret secrets[SIGNATURE_SECRETS_MAX];
    struct webhook *webhook = make("wh_a", "org_1");
    add_secret(webhook, NEW_SECRET, 10);
    add_secret(webhook, OLD_SECRET, 5);
    assert_int_equal(webhook_secrets_at(webhook, 1000, secrets), 1);
    assert_string_equal(secrets[0].text, NEW_SECRET);
    webhook_unref(webhook);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

/* Ids in the order in which they were seen, each behind a space. */
static void note_id(void *seen, struct webhook *webhook)
{
    size_t length = strlen(seen);
    (void)snprintf((char *)seen + length, 200 - length, " %s", webhook->id);
}

static void assert_each(const struct webhook_table *table, const char *org_id, const char *expected)
{
    char seen[200] = "";
    webhook_table_each(table, org_id, note_id, seen);
    assert_string_equal(seen, expected);
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    struct webhook_table *table = webhook_table_new(0);
    assert_int_equal(webhook_table_count(table), 0);
    assert_null(webhook_table_find(table, "wh_a"));
    assert_each(table, "org_1", "");
    webhook_table_free(table);
    webhook_table_free(NULL);
}

static void webhooks_are_found_by_id_and_by_organization(void **state)
{
    (void)state;
    struct webhook_table *table = webhook_table_new(42);
    struct webhook *paused = make("wh_b", "org_1");
    paused->state = WEBHOOK_PAUSED;
    webhook_table_add(table, make("wh_a", "org_1"));
    webhook_table_add(table, make("wh_c", "org_2"));
    webhook_table_add(table, paused);
    assert_int_equal(webhook_table_count(table), 3);
    assert_int_equal(webhook_table_version(table), 42);
    assert_ptr_equal(webhook_table_find(table, "wh_b"), paused);
    assert_null(webhook_table_find(table, "wh_"));
    assert_null(webhook_table_find(table, ""));
    assert_each(table, "org_1", " wh_a wh_b");
    assert_each(table, "org_2", " wh_c");
    assert_each(table, "org_3", "");
    assert_each(table, "org_", "");
    webhook_table_free(table);
}

static void a_delivery_keeps_its_webhook_when_the_table_is_swapped(void **state)
{
    (void)state;
    struct webhook_table *table = webhook_table_new(1);
    webhook_table_add(table, make("wh_a", "org_1"));
    struct webhook *kept = webhook_ref(webhook_table_find(table, "wh_a"));
    webhook_table_free(table);
    assert_string_equal(kept->id, "wh_a");
    assert_int_equal(kept->reference_count, 1);
    webhook_unref(kept);
}

static void ten_thousand_webhooks_are_all_found(void **state)
{
    (void)state;
    struct webhook_table *table = webhook_table_new(1);
    char id[32];
    char org_id[32];
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(id, sizeof(id), "wh_%d", i);
        (void)snprintf(org_id, sizeof(org_id), "org_%d", i / 2);
        webhook_table_add(table, make(id, org_id));
    }
    for (int i = 0; i < 10000; i++) {
        char expected[80];
        (void)snprintf(id, sizeof(id), "wh_%d", i);
        (void)snprintf(org_id, sizeof(org_id), "org_%d", i / 2);
        (void)snprintf(expected, sizeof(expected), " wh_%d wh_%d", i / 2 * 2, i / 2 * 2 + 1);
        assert_string_equal(webhook_table_find(table, id)->org_id, org_id);
        assert_each(table, org_id, expected);
    }
    webhook_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_the_agreed_names),
        cmocka_unit_test(it_subscribes_to_what_any_pattern_matches),
        cmocka_unit_test(it_lives_until_the_last_reference_goes),
        cmocka_unit_test(an_expired_secret_no_longer_signs),
        cmocka_unit_test(with_all_expired_the_newest_signs_alone),
        cmocka_unit_test(an_empty_table_finds_nothing),
        cmocka_unit_test(webhooks_are_found_by_id_and_by_organization),
        cmocka_unit_test(a_delivery_keeps_its_webhook_when_the_table_is_swapped),
        cmocka_unit_test(ten_thousand_webhooks_are_all_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
