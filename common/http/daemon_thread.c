/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/daemon_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/alloc.h"

struct daemon_thread {
    pthread_t id;
    struct MHD_Daemon *daemon; /* the thread's, while it runs */
    int wake_fd;               /* readable: one of the wishes below is new */
    _Atomic bool is_accepting; /* wishes of the owner */
    _Atomic bool is_wanted;
};

static void run_until_unwanted(struct daemon_thread *thread)
{
    struct pollfd fds[] = {
        {.fd = daemon_fd(thread->daemon), .events = POLLIN},
        {.fd = thread->wake_fd,           .events = POLLIN},
    };
    bool is_accepting = true;
    while (atomic_load(&thread->is_wanted)) {
        if (is_accepting && !atomic_load(&thread->is_accepting)) {
            daemon_stop_accepting(thread->daemon);
            is_accepting = false;
        }
        int wait_ms = daemon_run(thread->daemon);
        (void)poll(fds, 2, wait_ms); /* an interruption is a turn with nothing to do */
        if (fds[1].revents != 0) {
            uint64_t count;
            (void)!read(thread->wake_fd, &count, sizeof(count));
        }
    }
}

static void *run(void *owner)
{
    struct daemon_thread *thread = owner;
    run_until_unwanted(thread);
    daemon_stop(thread->daemon);
    return NULL;
}

/* Signals are for the thread of the loop. */
static int create(struct daemon_thread *thread)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&thread->id, NULL, run, thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -status;
}

int daemon_thread_new(struct exchange_group *group, const struct daemon_settings *settings,
                      struct daemon_thread **thread_out, struct error *error)
{
    struct daemon_thread *thread = ALLOC(struct daemon_thread);
    atomic_init(&thread->is_accepting, true);
    atomic_init(&thread->is_wanted, true);
    thread->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int status = thread->wake_fd < 0 ? error_set(error, errno, "no eventfd: %s", strerror(errno))
                                     : daemon_start(group, settings, &thread->daemon, error);
    if (status == 0) {
        status = create(thread);
        if (status < 0) {
            daemon_stop(thread->daemon);
            (void)error_set(error, -status, "no thread for the HTTP server: %s", strerror(-status));
        }
    }
    if (status < 0) {
        if (thread->wake_fd >= 0)
            (void)close(thread->wake_fd);
        free(thread);
        return status;
    }
    *thread_out = thread;
    return 0;
}

static void wake(struct daemon_thread *thread)
{
    (void)!write(thread->wake_fd, &(uint64_t){1}, sizeof(uint64_t)); /* full: it is readable already */
}

void daemon_thread_stop_accepting(struct daemon_thread *thread)
{
    atomic_store(&thread->is_accepting, false);
    wake(thread);
}

void daemon_thread_free(struct daemon_thread *thread)
{
    if (thread == NULL)
        return;
    atomic_store(&thread->is_wanted, false);
    wake(thread);
    (void)pthread_join(thread->id, NULL);
    (void)close(thread->wake_fd);
    free(thread);
}
