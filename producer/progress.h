#pragma once
/*
 * How far a long job has come, as one line on a terminal that is drawn over and over; nothing when stderr is not one.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdint.h>

struct progress {
    uint64_t started_ms;
    int64_t total_bytes; /* 0: not known, so there is no bar */
    bool is_shown;
};

void progress_init(struct progress *progress, int64_t total_bytes, uint64_t now_ms);
void progress_draw(const struct progress *progress, int64_t done_bytes, uint64_t event_count, const char *note,
                   uint64_t now_ms);
void progress_erase(const struct progress *progress); /* before another line is written, and at the end */
