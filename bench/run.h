#pragma once
/*
 * One measured run of a sender: what was asked for on the command line, what was done, and the line of JSON at the end.
 * The sender calls run_tick() once per turn of its loop, run_begin() before each request and run_end() after each
 * answer. One thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_CONNECTIONS_MAX 1024
#define RUN_BODY_BYTES_MAX  65536

struct run {
    uint16_t port;
    unsigned connections;
    double seconds;     /* the run is over after this long … */
    uint64_t count_max; /* … or after this many requests, when it is not 0 */
    size_t body_bytes;
    char *body; /* owned: an envelope of exactly body_bytes */

    uint64_t begun_count;
    uint64_t ended_count;
    int64_t now_s; /* Unix time of this turn, for the signatures */
    bool is_over;
    double started_s, started_cpu_s;
};

/* Reads the command line and makes the body; a bad argument ends the process with a usage message, as argp does. */
void run_init(struct run *run, int argc, char **argv, const char *summary);
void run_deinit(struct run *run);

void run_start(struct run *run); /* connections are open; the clock and the CPU count from here */
void run_tick(struct run *run);
bool run_begin(struct run *run); /* false: send nothing more */
void run_end(struct run *run);
bool run_is_done(const struct run *run); /* over, and every request has its answer */
void run_print(const struct run *run);   /* {"per_s":…,"cpu_us":…} */
