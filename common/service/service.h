#pragma once
/*
 * The skeleton of a program: arguments, settings, logging, signals, admin port, drain. A program supplies a table and
 * four functions, all called on the loop's thread. SPDX-License-Identifier: Apache-2.0
 *
 *   kt-x [--config FILE] [--check-config] [--print-config] [--print-settings-doc] [--print-metrics-doc] [--version]
 *   [--help] [COMMAND …]
 *
 * SIGTERM or SIGINT: not ready, then drain(); the process ends with 0 when the program calls service_drained() or when
 * service.drain_deadline has passed; then stop(). A second signal ends it at once, also with 0 and without stop(). So
 * does a stop() that takes too long. All handles on the loop have to be closed by stop().
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/config/settings.h"
#include "common/service/metrics.h"

struct service_run; /* the running process; owned by service_main() */

struct service_command { /* `kt-api migrate`: runs instead of the loop, after the settings are loaded */
    const char *name;    /* first word, e.g. "token" */
    const char *usage;   /* "token create --org ID --name TEXT --scopes a,b" */
    const char *summary;
    int (*run)(void *program, int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
};

struct service_check { /* one line of /readyz */
    const char *name;
    bool (*is_ready)(void *program);
};

struct service {
    const char *name;                        /* "kt-retrier" */
    const char *summary;                     /* one line for --help */
    void *program;                           /* handed to every function below */
    const struct settings_section *sections; /* besides log, admin and service, which the skeleton adds */
    size_t section_count;
    const struct metric_table *const *metrics; /* NULL-terminated list of tables, besides the skeleton's own */
    const struct service_command *commands;    /* NULL, or ends with a zeroed row */
    const struct service_check *checks;        /* NULL, or ends with a zeroed row */
    const struct service_option *options;      /* NULL, or ends with a zeroed row: the program's own flags */

    /* May be NULL. What the settings' table cannot say: a failure is a settings error (exit code 2), also for
     * --check-config. Before start and before commands; starts nothing. */
    int (*check)(void *program, struct error *error);

    /* Starts everything on the loop and returns 0, or negative with an error: the process then ends with 1. */
    int (*start)(void *program, struct service_run *run, struct error *error);
    void (*drain)(void *program);  /* stop taking work, finish what is under way, then service_drained() */
    void (*stop)(void *program);   /* frees everything; the mirror of start; also after a failed start */
    void (*scrape)(void *program); /* may be NULL; sets gauges just before /metrics is written */
};

struct service_option { /* --input FILE: value is NULL for a flag without one */
    const char *name;   /* "input" */
    const char *value;  /* "FILE" or NULL */
    const char *text;
    int (*set)(void *program, const char *value, struct error *error);
};

/* The whole life of a process; returns its exit code (0 ok, 1 failed, 2 usage or settings). */
int service_main(const struct service *service, int argc, char **argv);

uv_loop_t *service_loop(struct service_run *run);
void service_drained(struct service_run *run); /* the program has finished; the loop ends */
void service_fail(struct service_run *run);    /* like drained, but the exit code is 1 (a fatal error was logged) */
bool service_is_draining(const struct service_run *run);
