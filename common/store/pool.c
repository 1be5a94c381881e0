/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/store/database.h"

struct database_pool {
    const struct database_settings *settings;
    const char *application;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t given; /* a connection came back, or a place became free */
    PGconn **idle;        /* newest last, so that the rest grow old and are few */
    size_t idle_count;
    size_t open_count; /* idle, taken and being made */
    atomic_bool is_healthy;
};

struct database_pool *database_pool_new(const struct database_settings *settings, const char *application)
{
    struct database_pool *pool = ALLOC(struct database_pool);
    pool->settings = settings;
    pool->application = application;
    pool->idle = alloc_zeroed((size_t)settings->pool, sizeof(PGconn *));
    pool->is_healthy = true;
    pthread_condattr_t attributes;
    int result = pthread_condattr_init(&attributes);
    result |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    result |= pthread_cond_init(&pool->given, &attributes);
    result |= pthread_mutex_init(&pool->lock, NULL);
    assert(result == 0);
    (void)pthread_condattr_destroy(&attributes);
    return pool;
}

/* A server that went away has closed its end: reading says so without a question to it. Its farewell comes first, so
 * read twice. */
static bool is_alive(PGconn *connection)
{
    bool is_open = true;
    for (int i = 0; i < 2 && is_open; i++)
        is_open = PQconsumeInput(connection) == 1;
    return is_open && PQstatus(connection) == CONNECTION_OK;
}

/* With the lock held: an idle connection that still lives, or NULL. */
static PGconn *take_idle(struct database_pool *pool)
{
    while (pool->idle_count > 0) {
        PGconn *connection = pool->idle[--pool->idle_count];
        if (is_alive(connection))
            return connection;
        PQfinish(connection);
        pool->open_count--;
    }
    return NULL;
}

static void lock(struct database_pool *pool)
{
    int result = pthread_mutex_lock(&pool->lock);
    assert(result == 0);
}

static void unlock(struct database_pool *pool)
{
    int result = pthread_mutex_unlock(&pool->lock);
    assert(result == 0);
}

/* With the lock held: waits until a connection may be there or made. False when the time is over. */
static bool wait_for_place(struct database_pool *pool, uint64_t deadline_ms)
{
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_ms / 1000),
                                      .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    int result = pthread_cond_timedwait(&pool->given, &pool->lock, &deadline);
    assert(result == 0 || result == ETIMEDOUT);
    return result == 0;
}

/* The place is already counted in open_count. */
static PGconn *make_connection(struct database_pool *pool, struct error *error)
{
    PGconn *connection = NULL;
    int result = database_connect(pool->settings, pool->application, &connection, error);
    lock(pool);
    pool->is_healthy = result == 0;
    if (result < 0) {
        pool->open_count--;
        (void)pthread_cond_signal(&pool->given);
    }
    unlock(pool);
    return result < 0 ? NULL : connection;
}

PGconn *database_pool_take(struct database_pool *pool, struct error *error)
{
    uint64_t deadline_ms = clock_monotonic_ms() + (uint64_t)pool->settings->connect_timeout;
    lock(pool);
    for (;;) {
        PGconn *connection = take_idle(pool);
        if (connection != NULL) {
            unlock(pool);
            return connection;
        }
        if (pool->open_count < (size_t)pool->settings->pool) {
            pool->open_count++;
            unlock(pool);
            return make_connection(pool, error);
        }
        if (!wait_for_place(pool, deadline_ms)) {
            unlock(pool);
            (void)error_set(error, ETIMEDOUT, "all %lld connections to PostgreSQL are in use",
                            (long long)pool->settings->pool);
            return NULL;
        }
    }
}

/* Ends what was left open. False when the connection is of no more use. */
static bool reset(PGconn *connection)
{
    PGTransactionStatusType status = PQtransactionStatus(connection);
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
        PQclear(PQexec(connection, "ROLLBACK"));
        status = PQtransactionStatus(connection);
    }
    return status == PQTRANS_IDLE && PQstatus(connection) == CONNECTION_OK;
}

void database_pool_give(struct database_pool *pool, PGconn *connection)
{
    if (connection == NULL)
        return;
    bool is_usable = reset(connection);
    if (!is_usable)
        PQfinish(connection);
    lock(pool);
    pool->is_healthy = is_usable;
    if (is_usable)
        pool->idle[pool->idle_count++] = connection;
    else
        pool->open_count--;
    (void)pthread_cond_signal(&pool->given);
    unlock(pool);
}

bool database_pool_is_healthy(const struct database_pool *pool)
{
    return pool->is_healthy;
}

void database_pool_free(struct database_pool *pool)
{
    if (pool == NULL)
        return;
    assert(pool->idle_count == pool->open_count); /* all given back */
    while (pool->idle_count > 0)
        PQfinish(pool->idle[--pool->idle_count]);
    (void)pthread_cond_destroy(&pool->given);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool->idle);
    free(pool);
}
