/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <uv.h>

#include "common/base/alloc.h"
#include "common/base/log.h"
#include "common/store/token.h"

#define RELOAD_MS 5000

struct token_cache {
    const struct database_settings *database;
    uv_timer_t timer;
    struct token_table *table; /* NULL before the first */

    /* The job's while it runs, the loop's otherwise. */
    uv_work_t job;
    PGconn *connection;
    struct token_table *loaded;
    struct error error;
    int result;

    bool is_running;
    bool is_failing; /* said so in the log */
    bool is_closed;
    void (*closed)(void *owner);
    void *owner;
};

/* In the thread pool. */
static void load(uv_work_t *job)
{
    struct token_cache *cache = CONTAINER_OF(job, struct token_cache, job);
    cache->result = 0;
    if (cache->connection == NULL)
        cache->result = database_connect(cache->database, "kt-tokens", &cache->connection, &cache->error);
    if (cache->result == 0)
        cache->result = token_table_load(cache->connection, &cache->loaded, &cache->error);
    if (cache->result < 0) {
        PQfinish(cache->connection);
        cache->connection = NULL;
    }
}

static void report(struct token_cache *cache)
{
    bool is_failing = cache->result < 0;
    if (is_failing && !cache->is_failing)
        log_warning("tokens_stale", "API tokens cannot be loaded: %s; %s, next try in %d s", cache->error.text,
                    cache->table != NULL ? "the last known ones hold" : "every request is refused until they are",
                    RELOAD_MS / 1000);
    if (!is_failing && cache->is_failing)
        log_info("tokens_loaded", "API tokens are loaded again");
    cache->is_failing = is_failing;
}

static void timer_closed(uv_handle_t *handle)
{
    struct token_cache *cache = handle->data;
    cache->is_closed = true;
    cache->closed(cache->owner);
}

static void reload(uv_timer_t *timer);

static void loaded(uv_work_t *job, int status)
{
    struct token_cache *cache = CONTAINER_OF(job, struct token_cache, job);
    (void)status; /* never cancelled */
    cache->is_running = false;
    report(cache);
    if (cache->loaded != NULL) {
        token_table_free(cache->table);
        cache->table = TAKE(cache->loaded);
    }
    if (cache->closed != NULL)
        uv_close((uv_handle_t *)&cache->timer, timer_closed);
    else
        (void)uv_timer_start(&cache->timer, reload, RELOAD_MS, 0); /* fails only while closing */
}

static void reload(uv_timer_t *timer)
{
    struct token_cache *cache = timer->data;
    cache->is_running = true;
    int result = uv_queue_work(timer->loop, &cache->job, load, loaded);
    assert(result == 0);
}

struct token_cache *token_cache_new(const struct database_settings *database, uv_loop_t *loop)
{
    struct token_cache *cache = ALLOC(struct token_cache);
    cache->database = database;
    (void)uv_timer_init(loop, &cache->timer); /* always 0 */
    cache->timer.data = cache;
    reload(&cache->timer);
    return cache;
}

const struct token *token_cache_find(const struct token_cache *cache, const char *text, int64_t now_ms)
{
    if (cache->table == NULL)
        return NULL;
    uint8_t hash[TOKEN_HASH_BYTES];
    token_hash(text, hash);
    const struct token *token = token_table_find(cache->table, hash);
    bool is_live = token != NULL && (token->expires_ms == 0 || token->expires_ms > now_ms);
    return is_live ? token : NULL;
}

bool token_cache_is_loaded(const struct token_cache *cache)
{
    return cache->table != NULL;
}

void token_cache_close(struct token_cache *cache, void (*closed)(void *owner), void *owner)
{
    assert(cache->closed == NULL);
    cache->closed = closed;
    cache->owner = owner;
    (void)uv_timer_stop(&cache->timer); /* always 0 */
    if (!cache->is_running)
        uv_close((uv_handle_t *)&cache->timer, timer_closed);
}

static void free_all(void *owner)
{
    struct token_cache *cache = owner;
    PQfinish(cache->connection);
    token_table_free(cache->table);
    free(cache);
}

void token_cache_free(struct token_cache *cache)
{
    if (cache == NULL)
        return;
    if (cache->is_closed)
        free_all(cache);
    else if (cache->closed == NULL)
        token_cache_close(cache, free_all, cache);
    else {
        cache->closed = free_all; /* on its way already */
        cache->owner = cache;
    }
}
