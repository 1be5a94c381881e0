/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/workers.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/alloc.h"

#define PIPE_BYTES (WORKERS_ITEMS_MAX * sizeof(void *)) /* half of Linux's default */

struct workers {
    int given[2]; /* read end, write end; pointers travel, and a whole one at a time: their size divides a page */
    int done[2];
    void (*work)(void *item);
    pthread_t *threads;
    unsigned thread_count;
};

static void *take(int fd)
{
    void *item = NULL;
    ssize_t size;
    do {
        size = read(fd, &item, sizeof(item));
    } while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof(item) ? item : NULL;
}

static void put(int fd, void *item)
{
    ssize_t size = write(fd, &item, sizeof(item));
    assert(size == (ssize_t)sizeof(item));
}

static void *run(void *owner)
{
    struct workers *workers = owner;
    void *item;
    while ((item = take(workers->given[0])) != NULL) {
        workers->work(item);
        put(workers->done[1], item);
    }
    return NULL;
}

static int open_pipes(struct workers *workers)
{
    if (pipe2(workers->given, O_CLOEXEC) < 0 || pipe2(workers->done, O_CLOEXEC) < 0)
        return -errno;
    int size = fcntl(workers->done[0], F_GETPIPE_SZ); /* less than usual for a user with very many pipes */
    if (size < (int)PIPE_BYTES && fcntl(workers->done[0], F_SETPIPE_SZ, (int)PIPE_BYTES) < 0)
        return -errno;
    size = fcntl(workers->given[0], F_GETPIPE_SZ);
    if (size < (int)PIPE_BYTES && fcntl(workers->given[0], F_SETPIPE_SZ, (int)PIPE_BYTES) < 0)
        return -errno;
    return fcntl(workers->done[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

/* Signals are for the loop's thread. */
static int start_threads(struct workers *workers, unsigned count)
{
    sigset_t all, before;
    int status = 0;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (status == 0 && workers->thread_count < count) {
        status = pthread_create(&workers->threads[workers->thread_count], NULL, run, workers);
        workers->thread_count += status == 0 ? 1 : 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -status;
}

int workers_new(unsigned thread_count, void (*work)(void *item), struct workers **workers_out, struct error *error)
{
    struct workers *workers = ALLOC(struct workers);
    workers->given[0] = workers->given[1] = workers->done[0] = workers->done[1] = -1;
    workers->work = work;
    workers->threads = alloc_zeroed(thread_count, sizeof(*workers->threads));
    int status = open_pipes(workers);
    if (status == 0)
        status = start_threads(workers, thread_count);
    if (status < 0) {
        workers_free(workers);
        return error_set(error, -status, "cannot start %u threads: %s", thread_count, strerror(-status));
    }
    *workers_out = workers;
    return 0;
}

void workers_give(struct workers *workers, void *item)
{
    put(workers->given[1], item);
}

int workers_fd(const struct workers *workers)
{
    return workers->done[0];
}

void *workers_take(struct workers *workers)
{
    return take(workers->done[0]);
}

static void close_end(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

void workers_free(struct workers *workers)
{
    if (workers == NULL)
        return;
    close_end(workers->given[1]); /* the threads read what is left, then the end */
    for (unsigned i = 0; i < workers->thread_count; i++)
        (void)pthread_join(workers->threads[i], NULL);
    close_end(workers->given[0]);
    close_end(workers->done[0]);
    close_end(workers->done[1]);
    free(workers->threads);
    free(workers);
}
