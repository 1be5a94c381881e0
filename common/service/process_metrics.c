/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/process_metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/service/build.h"

enum {
#define METRIC METRICS_ENUM
#include "common/service/metrics.def"
#undef METRIC
    METRIC_COUNT
};

static const struct metric_row rows[] = {
#define METRIC METRICS_ROW
#include "common/service/metrics.def"
#undef METRIC
};

static struct metric_value values[METRIC_COUNT];
const struct metric_table process_metrics = {rows, values, METRIC_COUNT};

static int64_t cpu_us(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return 0;
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/* /proc/self/statm: all pages, those in RAM, … */
static void update_memory(void)
{
    long long virtual_pages = 0;
    long long resident_pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return;
    if (fscanf(file, "%lld %lld", &virtual_pages, &resident_pages) == 2) { /* NOLINT(cert-err34-c): the kernel's own */
        metric_set(&values[PROCESS_VIRTUAL], virtual_pages * sysconf(_SC_PAGESIZE));
        metric_set(&values[PROCESS_RESIDENT], resident_pages * sysconf(_SC_PAGESIZE));
    }
    (void)fclose(file);
}

static void update_fds(void)
{
    int64_t count = 0;
    struct rlimit limit;
    DIR *directory = opendir("/proc/self/fd");
    if (directory != NULL) {
        while (readdir(directory) != NULL)
            count++;
        (void)closedir(directory);
        metric_set(&values[PROCESS_OPEN_FDS], count - 3); /* ".", ".." and the directory itself */
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metric_set(&values[PROCESS_MAX_FDS], (int64_t)limit.rlim_cur);
}

void process_metrics_start(int64_t wall_ms)
{
    metric_set(&values[PROCESS_START_TIME], wall_ms / 1000);
    metric_set(&values[SERVICE_BUILD_INFO], 1);
}

void process_metrics_update(void)
{
    metric_set(&values[SERVICE_LOG_ERROR], (int64_t)log_count(LOG_ERROR));
    metric_set(&values[SERVICE_LOG_WARNING], (int64_t)log_count(LOG_WARNING));
    metric_set(&values[SERVICE_LOG_INFO], (int64_t)log_count(LOG_INFO));
    metric_set(&values[SERVICE_LOG_DEBUG], (int64_t)log_count(LOG_DEBUG));
    metric_set(&values[PROCESS_CPU], cpu_us());
    update_memory();
    update_fds();
}

void process_metrics_observe_lag(double seconds)
{
    metric_observe(&values[SERVICE_LOOP_LAG], seconds);
}
