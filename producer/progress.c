/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define BAR_CELLS 30

void progress_init(struct progress *progress, int64_t total_bytes, uint64_t now_ms)
{
    *progress =
        (struct progress){.started_ms = now_ms, .total_bytes = total_bytes, .is_shown = isatty(STDERR_FILENO) == 1};
}

static void draw_bar(int64_t done_bytes, int64_t total_bytes)
{
    int64_t done = done_bytes > total_bytes ? total_bytes : done_bytes; /* the file may have grown */
    int64_t cell_count = done * BAR_CELLS / total_bytes;
    (void)fputc('[', stderr);
    for (int64_t i = 0; i < BAR_CELLS; i++)
        (void)fputc(i < cell_count ? '#' : '.', stderr);
    (void)fprintf(stderr, "] %3" PRId64 " %%  ", done * 100 / total_bytes);
}

void progress_draw(const struct progress *progress, int64_t done_bytes, uint64_t event_count, const char *note,
                   uint64_t now_ms)
{
    if (!progress->is_shown)
        return;
    uint64_t elapsed_ms = now_ms > progress->started_ms ? now_ms - progress->started_ms : 1;
    progress_erase(progress);
    if (progress->total_bytes > 0)
        draw_bar(done_bytes, progress->total_bytes);
    (void)fprintf(stderr, "%" PRIu64 " events  %" PRIu64 "/s%s%s\r", event_count, event_count * 1000 / elapsed_ms,
                  note[0] == '\0' ? "" : "  ", note);
    (void)fflush(stderr);
}

void progress_erase(const struct progress *progress)
{
    if (progress->is_shown)
        (void)fputs("\r\x1b[K", stderr);
}
