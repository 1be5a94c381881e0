/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/run.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const struct argp_option options[] = {
    {"port",                                      'p', "PORT", 0, "port of the sink on 127.0.0.1 (required)", 0},
    {"connections",                                     'c', "N", 0, "kept-alive connections, each with one request under way (64)", 0},
    {"seconds", 's', "S", 0, "how long to send (5)", 0},
    {"count",                                           'n', "N", 0, "send exactly N requests instead", 0},
    {"body",    'b', "BYTES", 0, "size of the body (1024)", 0},
    {0                                         },
};

static double number(const char *text, double min, double max, const char *name, struct argp_state *state)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(value >= min && value <= max))
        argp_error(state, "--%s %s: must be a number from %g to %g", name, text, min, max);
    return value;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct run *run = state->input;
    switch (key) {
    case 'p':
        run->port = (uint16_t)number(text, 1, 65535, "port", state);
        return 0;
    case 'c':
        run->connections = (unsigned)number(text, 1, RUN_CONNECTIONS_MAX, "connections", state);
        return 0;
    case 's':
        run->seconds = number(text, 0.01, 3600, "seconds", state);
        return 0;
    case 'n':
        run->count_max = (uint64_t)number(text, 1, 1e12, "count", state);
        return 0;
    case 'b':
        run->body_bytes = (size_t)number(text, 128, RUN_BODY_BYTES_MAX, "body", state);
        return 0;
    case ARGP_KEY_END:
        if (run->port == 0)
            argp_error(state, "--port is required");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* An event of the asked size; only its size matters to what is measured. */
static char *make_body(size_t size)
{
    static const char start[] =
        "{\"id\":\"evt_bench\",\"type\":\"event.created\",\"org_id\":\"org_bench\",\"data\":{\"id\":\"";
    static const char end[] = "\"}}";
    char *body = malloc(size);
    if (body == NULL)
        abort();
    memset(body, 'x', size);
    memcpy(body, start, sizeof start - 1);
    memcpy(body + size - (sizeof end - 1), end, sizeof end - 1);
    return body;
}

void run_init(struct run *run, int argc, char **argv, const char *summary)
{
    *run = (struct run){.connections = 64, .seconds = 5, .body_bytes = 1024};
    const struct argp argp = {.options = options, .parser = read_option, .doc = summary};
    (void)argp_parse(&argp, argc, argv, 0, NULL, run); /* a failure has ended the process */
    run->body = make_body(run->body_bytes);
}

void run_deinit(struct run *run)
{
    free(run->body);
    run->body = NULL;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double cpu_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage); /* cannot fail with these arguments */
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static double monotonic_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail on Linux */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void run_start(struct run *run)
{
    run->now_s = time(NULL);
    run->started_s = monotonic_s();
    run->started_cpu_s = cpu_s();
}

void run_tick(struct run *run)
{
    run->now_s = time(NULL);
    if (run->count_max == 0 && monotonic_s() - run->started_s >= run->seconds)
        run->is_over = true;
}

bool run_begin(struct run *run)
{
    if (run->count_max != 0 && run->begun_count == run->count_max)
        run->is_over = true;
    if (run->is_over)
        return false;
    run->begun_count++;
    return true;
}

void run_end(struct run *run)
{
    run->ended_count++;
}

bool run_is_done(const struct run *run)
{
    return run->is_over && run->ended_count == run->begun_count;
}

void run_print(const struct run *run)
{
    double count = (double)run->ended_count;
    printf("{\"per_s\":%.0f,\"cpu_us\":%.2f}\n", count / (monotonic_s() - run->started_s),
           (cpu_s() - run->started_cpu_s) / count * 1e6);
}
