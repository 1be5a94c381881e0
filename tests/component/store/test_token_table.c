/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/clock.h"
#include "common/store/token.h"

#include "tests/component/store/connect.h"

static int add_tokens(void **state)
{
    (void)state;
    PGconn *connection = connect_as("postgres");
    execute(connection, "INSERT INTO organizations (id) VALUES ('org_a'), ('org_b')");
    execute(connection,
            "INSERT INTO api_tokens (id, org_id, hash, scopes, expires_at, revoked_at) VALUES "
            "('tok_1', 'org_a', sha256('kt_live_one'), '{events:write}', NULL, NULL),"
            "('tok_2', 'org_b', sha256('kt_live_two'), '{webhooks:read,admin}', now() + interval '1 hour', NULL),"
            "('tok_3', 'org_b', sha256('kt_live_old'), '{admin}', now() - interval '1 hour', NULL),"
            "('tok_4', 'org_b', sha256('kt_live_revoked'), '{admin}', NULL, now())");
    PQfinish(connection);
    return 0;
}

static const struct token *find(const struct token_table *table, const char *text)
{
    uint8_t hash[TOKEN_HASH_BYTES];
    token_hash(text, hash);
    return token_table_find(table, hash);
}

static void the_table_holds_live_tokens_of_all_organizations(void **state)
{
    (void)state;
    PGconn *connection = connect_as("kt_producer");
    struct token_table *table = NULL;
    struct error error;
    assert_int_equal(token_table_load(connection, &table, &error), 0);
    assert_int_equal(token_table_count(table), 2);
    const struct token *token = find(table, "kt_live_one");
    assert_string_equal(token->org_id, "org_a");
    assert_string_equal(token->id, "tok_1");
    assert_int_equal(token->scopes, TOKEN_EVENTS_WRITE);
    assert_int_equal(token->expires_ms, 0);
    token = find(table, "kt_live_two");
    assert_string_equal(token->org_id, "org_b");
    assert_int_equal(token->scopes, TOKEN_WEBHOOKS_READ | TOKEN_ADMIN);
    assert_in_range(token->expires_ms - clock_wall_ms(), 3500 * 1000, 3600 * 1000);
    assert_null(find(table, "kt_live_old"));
    assert_null(find(table, "kt_live_revoked"));
    assert_null(find(table, ""));
    token_table_free(table);
    PQfinish(connection);
}

static void one_token_is_found_by_its_hash(void **state)
{
    (void)state;
    PGconn *connection = connect_as("kt_api");
    struct token token;
    struct error error;
    uint8_t hash[TOKEN_HASH_BYTES];
    token_hash("kt_live_two", hash);
    assert_int_equal(token_find(connection, hash, &token, &error), 0);
    assert_string_equal(token.id, "tok_2");
    assert_string_equal(token.org_id, "org_b");
    assert_memory_equal(token.hash, hash, TOKEN_HASH_BYTES);
    token_hash("kt_live_revoked", hash);
    assert_int_equal(token_find(connection, hash, &token, &error), TOKEN_UNKNOWN);
    PQfinish(connection);
}

static void stop_when_loaded(uv_timer_t *timer)
{
    const struct token_cache *cache = timer->data;
    if (token_cache_is_loaded(cache))
        uv_stop(timer->loop);
}

static void the_cache_loads_by_itself_and_ends_cleanly(void **state)
{
    (void)state;
    uv_loop_t loop;
    uv_timer_t timer;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct token_cache *cache = token_cache_new(settings_as("kt_producer"), &loop);
    assert_null(token_cache_find(cache, "kt_live_one", 0));
    assert_int_equal(uv_timer_init(&loop, &timer), 0);
    timer.data = cache;
    assert_int_equal(uv_timer_start(&timer, stop_when_loaded, 10, 10), 0);
    (void)uv_run(&loop, UV_RUN_DEFAULT); /* until it is loaded */
    assert_string_equal(token_cache_find(cache, "kt_live_one", 0)->id, "tok_1");
    assert_null(token_cache_find(cache, "kt_live_two", INT64_MAX)); /* expired meanwhile */
    assert_null(token_cache_find(cache, "kt_live_three", 0));
    uv_close((uv_handle_t *)&timer, NULL);
    token_cache_free(cache);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds_live_tokens_of_all_organizations),
        cmocka_unit_test(one_token_is_found_by_its_hash),
        cmocka_unit_test(the_cache_loads_by_itself_and_ends_cleanly),
    };
    return cmocka_run_group_tests(tests, add_tokens, NULL);
}
