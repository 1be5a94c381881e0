/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/encoding.h"
#include "common/store/snapshot.h"
#include "common/store/webhook_rows.h"

#include "tests/component/store/connect.h"

static const struct seal_keys keys = {.keys = {{.id = "k1", .key = {1, 2, 3}}}, .count = 1};
static const struct seal_keys other_keys = {.keys = {{.id = "k2", .key = {4, 5, 6}}}, .count = 1};
static const struct url_policy policy = {.allow_plain_http = false};

#define SECRET_ONE "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECRET_TWO "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static void add_secret(PGconn *connection, const struct seal_keys *sealing, const char *webhook_id,
                       const char *secret_id, const char *secret, const char *when)
{
    char binding[128], sql[512], hex[HEX_BYTES(SEAL_BLOB_BYTES_MAX)];
    uint8_t blob[SEAL_BLOB_BYTES_MAX];
    size_t size = 0;
    struct error error;
    (void)snprintf(binding, sizeof(binding), "org_a/%s/%s", webhook_id, secret_id);
    assert_int_equal(
        seal(sealing, (const uint8_t[SEAL_IV_BYTES]){9}, binding, secret, strlen(secret), blob, &size, &error), 0);
    (void)hex_encode(blob, size, hex);
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO webhook_secrets (id, org_id, webhook_id, sealed, key_id, created_at, expires_at) "
                   "VALUES ($1, 'org_a', $2, decode($3, 'hex'), 'k', %s)",
                   when);
    const char *const values[] = {secret_id, webhook_id, hex};
    if (database_execute(connection, sql, values, 3, &error) < 0)
        fail_msg("%s", error.text);
}

static PGconn *start_over(void)
{
    PGconn *connection = connect_as("postgres");
    execute(connection, "TRUNCATE organizations CASCADE");
    execute(connection, "INSERT INTO organizations (id) VALUES ('org_a')");
    return connection;
}

static void add_webhook(PGconn *connection, const char *id, const char *columns, const char *columns_values)
{
    char sql[1024];
    (void)snprintf(sql, sizeof(sql),
                   "INSERT INTO webhooks (id, org_id, url, events%s) "
                   "VALUES ('%s', 'org_a', 'https://example.com/hook', '{escalation.*,event.created}'%s)",
                   columns, id, columns_values);
    execute(connection, sql);
}

static struct webhook_rows load(const struct seal_keys *with)
{
    PGconn *connection = connect_as("kt_dispatcher");
    struct webhook_rows rows = {.table = NULL};
    struct error error = {.text = ""};
    int result = webhook_rows_load(connection, with, &policy, WEBHOOK_ROWS_NONE, &rows, &error);
    if (result != 0)
        fail_msg("%s", error.text);
    PQfinish(connection);
    return rows;
}

static void a_webhook_is_read_with_everything_it_has(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    add_webhook(connection, "wh_1",
                ", headers, timeout_ms, retry_schedule, rate_per_second, rate_concurrency, ordering",
                ", '{\"X-Team\":\"red\"}', 2500, '[1,60,3600]', 7, 3, 'key'");
    add_secret(connection, &keys, "wh_1", "sec_1", SECRET_ONE, "now() - interval '1 day', now() + interval '1 hour'");
    add_secret(connection, &keys, "wh_1", "sec_2", SECRET_TWO, "now(), NULL");
    add_secret(connection, &keys, "wh_1", "sec_0", SECRET_ONE, "now() - interval '2 days', now() - interval '1 hour'");
    struct webhook_rows rows = load(&keys);
    assert_int_equal(rows.refusal_count, 0);
    const struct webhook *webhook = webhook_table_find(rows.table, "wh_1");
    assert_string_equal(webhook->org_id, "org_a");
    assert_string_equal(webhook->url.text, "https://example.com/hook");
    assert_int_equal(webhook->state, WEBHOOK_ENABLED);
    assert_true(webhook_subscribes(webhook, "escalation.created"));
    assert_false(webhook_subscribes(webhook, "budget.threshold_reached"));
    assert_int_equal(webhook->header_count, 1);
    assert_string_equal(webhook->headers[0].name, "X-Team");
    assert_string_equal(webhook->headers[0].value, "red");
    assert_int_equal(webhook->timeout_ms, 2500);
    assert_int_equal(webhook->schedule.count, 3);
    assert_int_equal(webhook->schedule.delays_s[2], 3600);
    assert_int_equal(webhook->rate_per_second, 7);
    assert_int_equal(webhook->concurrency, 3);
    assert_true(webhook->is_ordered);
    assert_int_equal(webhook->secret_count, 2); /* newest first, without the expired one */
    assert_string_equal(webhook->secrets[0].secret.text, SECRET_TWO);
    assert_string_equal(webhook->secrets[1].secret.text, SECRET_ONE);
    webhook_rows_deinit(&rows);
    PQfinish(connection);
}

static void defaults_are_those_of_the_schema(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    add_webhook(connection, "wh_1", "", "");
    add_secret(connection, &keys, "wh_1", "sec_1", SECRET_ONE, "now(), now() - interval '1 hour'");
    struct webhook_rows rows = load(&keys);
    const struct webhook *webhook = webhook_table_find(rows.table, "wh_1");
    assert_int_equal(webhook->timeout_ms, WEBHOOK_TIMEOUT_MS_DEFAULT);
    assert_string_equal(retry_schedule_name(&webhook->schedule), "standard");
    assert_int_equal(webhook->rate_per_second, 0);
    assert_false(webhook->is_ordered);
    assert_int_equal(webhook->secret_count, 1); /* the newest, expired or not */
    webhook_rows_deinit(&rows);
    PQfinish(connection);
}

static void paused_and_disabled_ones_are_there_and_deleted_ones_are_not(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    add_webhook(connection, "wh_1", ", state", ", 'paused'");
    add_webhook(connection, "wh_2", ", state", ", 'disabled'");
    add_webhook(connection, "wh_3", ", deleted_at", ", now()");
    add_secret(connection, &keys, "wh_1", "sec_1", SECRET_ONE, "now(), NULL");
    add_secret(connection, &keys, "wh_2", "sec_2", SECRET_ONE, "now(), NULL");
    struct webhook_rows rows = load(&keys);
    assert_int_equal(webhook_table_find(rows.table, "wh_1")->state, WEBHOOK_PAUSED);
    assert_int_equal(webhook_table_find(rows.table, "wh_2")->state, WEBHOOK_DISABLED);
    assert_null(webhook_table_find(rows.table, "wh_3"));
    webhook_rows_deinit(&rows);
    PQfinish(connection);
}

static void what_cannot_be_read_is_held_and_spoils_nothing(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    add_webhook(connection, "wh_1", "", "");
    add_webhook(connection, "wh_2", "", "");
    add_webhook(connection, "wh_3", "", "");
    add_webhook(connection, "wh_4", "", "");
    add_webhook(connection, "wh_5", ", headers", ", '{\"Content-Length\":\"3\"}'");
    add_webhook(connection, "wh_6", ", retry_schedule", ", '\"sometimes\"'");
    execute(connection, "UPDATE webhooks SET url = 'https://127.0.0.1/' WHERE id = 'wh_2'");
    execute(connection, "UPDATE webhooks SET events = '{not a type}' WHERE id = 'wh_4'");
    add_secret(connection, &keys, "wh_1", "sec_1", SECRET_ONE, "now(), NULL");
    add_secret(connection, &keys, "wh_2", "sec_2", SECRET_ONE, "now(), NULL");
    add_secret(connection, &other_keys, "wh_3", "sec_3", SECRET_ONE, "now(), NULL");
    add_secret(connection, &keys, "wh_5", "sec_5", SECRET_ONE, "now(), NULL");
    add_secret(connection, &keys, "wh_6", "sec_6", SECRET_ONE, "now(), NULL");
    struct webhook_rows rows = load(&keys);
    assert_int_equal(webhook_table_find(rows.table, "wh_1")->state, WEBHOOK_ENABLED);
    assert_int_equal(webhook_table_find(rows.table, "wh_2")->state, WEBHOOK_PAUSED);
    assert_int_equal(webhook_table_find(rows.table, "wh_3")->state, WEBHOOK_PAUSED);
    assert_null(webhook_table_find(rows.table, "wh_4")); /* nobody knows which events are meant */
    assert_int_equal(webhook_table_find(rows.table, "wh_5")->state, WEBHOOK_PAUSED);
    assert_int_equal(webhook_table_find(rows.table, "wh_6")->state, WEBHOOK_PAUSED);
    assert_int_equal(rows.refusal_count, 5);
    assert_non_null(strstr(rows.refusals[0].reason, "url"));
    assert_non_null(strstr(rows.refusals[1].reason, "secret sec_3"));
    assert_null(strstr(rows.refusals[1].reason, "whsec"));
    webhook_rows_deinit(&rows);
    PQfinish(connection);
}

static void a_sealed_secret_of_another_webhook_does_not_open(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    add_webhook(connection, "wh_1", "", "");
    add_webhook(connection, "wh_2", "", "");
    add_secret(connection, &keys, "wh_1", "sec_1", SECRET_ONE, "now(), NULL");
    execute(connection, "UPDATE webhook_secrets SET webhook_id = 'wh_2'");
    struct webhook_rows rows = load(&keys);
    assert_int_equal(rows.refusal_count, 2); /* wh_1 has none now */
    webhook_rows_deinit(&rows);
    PQfinish(connection);
}

static void nothing_is_read_when_the_version_is_the_same(void **state)
{
    (void)state;
    struct webhook_rows rows = load(&keys);
    PGconn *connection = connect_as("kt_dispatcher");
    struct webhook_rows again = {.table = NULL};
    struct error error;
    assert_int_equal(webhook_rows_load(connection, &keys, &policy, webhook_table_version(rows.table), &again, &error),
                     WEBHOOK_ROWS_UNCHANGED);
    assert_null(again.table);
    webhook_rows_deinit(&rows);
    PQfinish(connection);
}

/* ---- on a loop ---- */

struct watched {
    uv_loop_t loop;
    struct snapshot *snapshot;
    size_t loaded_count;
    size_t webhook_count;
};

static void loaded(void *owner, const struct webhook_table *table)
{
    struct watched *watched = owner;
    watched->loaded_count++;
    watched->webhook_count = webhook_table_count(table);
    uv_stop(&watched->loop);
}

static void too_late(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

/* Until a table was loaded, or the time is over. */
static void run_for(struct watched *watched, uint64_t wait_ms)
{
    uv_timer_t timer;
    assert_int_equal(uv_timer_init(&watched->loop, &timer), 0);
    assert_int_equal(uv_timer_start(&timer, too_late, wait_ms, 0), 0);
    (void)uv_run(&watched->loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(&watched->loop, UV_RUN_NOWAIT);
}

static void watched_start(struct watched *watched)
{
    *watched = (struct watched){.loaded_count = 0};
    assert_int_equal(uv_loop_init(&watched->loop), 0);
    const struct snapshot_owner owner = {.owner = watched, .loaded = loaded};
    watched->snapshot = snapshot_new(settings_as("kt_dispatcher"), &keys, &policy, &owner, &watched->loop);
    assert_null(snapshot_table(watched->snapshot));
    assert_int_equal(snapshot_age_ms(watched->snapshot, clock_monotonic_ms()), -1);
    run_for(watched, 5000);
    assert_int_equal(watched->loaded_count, 1);
}

static void watched_end(struct watched *watched)
{
    snapshot_free(watched->snapshot);
    assert_int_equal(uv_run(&watched->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&watched->loop), 0);
}

static void a_change_is_seen_at_once(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    struct watched watched;
    watched_start(&watched);
    assert_int_equal(watched.webhook_count, 0);
    uint64_t started_ms = clock_monotonic_ms();
    add_webhook(connection, "wh_1", "", "");
    run_for(&watched, 5000);
    assert_int_equal(watched.loaded_count, 2);
    assert_int_equal(watched.webhook_count, 1);
    assert_in_range(clock_monotonic_ms() - started_ms, 0, 2000);
    assert_int_equal(snapshot_held_count(watched.snapshot), 1); /* it has no secret yet */
    assert_in_range(snapshot_age_ms(watched.snapshot, clock_monotonic_ms()), 0, 2000);
    watched_end(&watched);
    PQfinish(connection);
}

static void a_lost_connection_leaves_the_table_and_misses_no_change(void **state)
{
    (void)state;
    PGconn *connection = start_over();
    struct watched watched;
    watched_start(&watched);
    const struct webhook_table *before = snapshot_table(watched.snapshot);
    add_webhook(connection, "wh_1", "", "");
    execute(connection,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'kt-snapshot'");
    assert_ptr_equal(snapshot_table(watched.snapshot), before);
    run_for(&watched, 5000);
    assert_int_equal(watched.webhook_count, 1);
    add_webhook(connection, "wh_2", "", "");
    run_for(&watched, 5000);
    assert_int_equal(watched.webhook_count, 2);
    watched_end(&watched);
    PQfinish(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_is_read_with_everything_it_has),
        cmocka_unit_test(defaults_are_those_of_the_schema),
        cmocka_unit_test(paused_and_disabled_ones_are_there_and_deleted_ones_are_not),
        cmocka_unit_test(what_cannot_be_read_is_held_and_spoils_nothing),
        cmocka_unit_test(a_sealed_secret_of_another_webhook_does_not_open),
        cmocka_unit_test(nothing_is_read_when_the_version_is_the_same),
        cmocka_unit_test(a_change_is_seen_at_once),
        cmocka_unit_test(a_lost_connection_leaves_the_table_and_misses_no_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
