/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/hardening.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The leak checker stops the process with ptrace, which needs a dumpable one. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_DUMPABLE 1
#else
#define IS_DUMPABLE 0
#endif

/* All of these are best effort: a kernel that refuses one leaves a process that works. */
static void forbid_dumps(void)
{
    const struct rlimit none = {0, 0};
    if (getenv("KT_ALLOW_DUMP") != NULL)
        return;
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, IS_DUMPABLE, 0, 0, 0);
}

/* The soft limit of 1024 is there for programs with select(). */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* A socket that got number 2 would receive the log. */
static void open_standard_files(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

void hardening_apply(void)
{
    open_standard_files();
    forbid_dumps();
    raise_file_limit();
    (void)signal(SIGPIPE, SIG_IGN);
}
