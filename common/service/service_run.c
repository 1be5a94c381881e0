/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service_run.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/service/admin.h"
#include "common/service/process_metrics.h"

#define LAG_INTERVAL_MS 500
#define STOP_SECONDS    15 /* for everything after the drain deadline */

/* STARTING → RUNNING → DRAINING → STOPPING; any may go to STOPPING. */
enum phase {
    PHASE_STARTING,
    PHASE_RUNNING,
    PHASE_DRAINING,
    PHASE_STOPPING
};

struct service_run {
    const struct service *service;
    const struct service_run_settings *settings;
    uv_loop_t loop;
    enum phase phase;
    int exit_code;
    struct admin *admin;
    uv_async_t signalled;
    uv_timer_t deadline;
    uv_timer_t lag;
    uint64_t lag_due_us;
    uint64_t started_ms;
};

uv_loop_t *service_loop(struct service_run *run)
{
    return &run->loop;
}

bool service_is_draining(const struct service_run *run)
{
    return run->phase >= PHASE_DRAINING;
}

/* Ends the loop; what the first caller said about the exit code stands. */
static void end(struct service_run *run, int exit_code)
{
    if (run->phase == PHASE_STOPPING)
        return;
    run->phase = PHASE_STOPPING;
    run->exit_code = exit_code;
    uv_stop(&run->loop);
}

void service_drained(struct service_run *run)
{
    end(run, EXIT_SUCCESS);
}

void service_fail(struct service_run *run)
{
    end(run, EXIT_FAILURE);
}

/* ---- signals ---- */

/* The first SIGTERM or SIGINT wakes the loop. Every later one, and SIGALRM, ends the process from the handler itself,
 * so that also a loop that is blocked, or a stop() that hangs, comes to an end. */
static uv_async_t *signalled;                             /* wakes the loop */
static atomic_flag is_end_forced_next = ATOMIC_FLAG_INIT; /* set: no first signal is waited for any more */

/* Nothing is lost: what is not settled is delivered again, as after any death of a process. */
static void end_at_once(int signal_number)
{
    log_from_signal(LOG_WARNING, "stopped",
                    signal_number == SIGALRM ? "stopped, because stopping took too long"
                                             : "stopped at once by a signal");
    _exit(EXIT_SUCCESS);
}

static void on_signal(int signal_number)
{
    if (signal_number == SIGALRM || atomic_flag_test_and_set(&is_end_forced_next))
        end_at_once(signal_number);
    (void)uv_async_send(signalled); /* safe in a signal handler, see its documentation */
}

static void catch_signals(uv_async_t *wake)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGALRM};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    signalled = wake;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        (void)sigaction(numbers[i], &action, NULL); /* fails for numbers that are no signal */
}

/* ---- drain ---- */

static void on_deadline(uv_timer_t *timer)
{
    struct service_run *run = timer->data;
    log_warning("drain_deadline_passed",
                "work was still under way after %llu ms, the process stops without waiting for it",
                (unsigned long long)run->settings->drain_deadline_ms);
    service_drained(run);
}

static void on_signalled(uv_async_t *async)
{
    struct service_run *run = async->data;
    uint64_t deadline_ms = run->settings->drain_deadline_ms;
    if (run->phase != PHASE_RUNNING)
        return;
    run->phase = PHASE_DRAINING;
    log_info("draining", "a signal came: finishing what is under way, for %llu ms at most",
             (unsigned long long)deadline_ms);
    (void)alarm((unsigned)(deadline_ms / 1000) + STOP_SECONDS);
    (void)uv_timer_start(&run->deadline, on_deadline, deadline_ms, 0);
    run->service->drain(run->service->program);
}

/* ---- life ---- */

static void on_lag(uv_timer_t *timer)
{
    struct service_run *run = timer->data;
    uint64_t now_us = clock_monotonic_us();
    process_metrics_observe_lag(now_us > run->lag_due_us ? (double)(now_us - run->lag_due_us) / 1e6 : 0);
    run->lag_due_us = now_us + (uint64_t)LAG_INTERVAL_MS * 1000;
    (void)uv_timer_start(timer, on_lag, LAG_INTERVAL_MS, 0);
}

static void start_handles(struct service_run *run)
{
    (void)uv_async_init(&run->loop, &run->signalled, on_signalled); /* none of these fails on a new loop */
    (void)uv_timer_init(&run->loop, &run->deadline);
    (void)uv_timer_init(&run->loop, &run->lag);
    run->signalled.data = run->deadline.data = run->lag.data = run;
    run->lag_due_us = clock_monotonic_us();
    (void)uv_timer_start(&run->lag, on_lag, 0, 0);
}

static void close_handles(struct service_run *run)
{
    uv_close((uv_handle_t *)&run->signalled, NULL);
    uv_close((uv_handle_t *)&run->deadline, NULL);
    uv_close((uv_handle_t *)&run->lag, NULL);
}

static int start(struct service_run *run, struct error *error)
{
    const struct admin_sources sources = {run->settings->admin_listen, run->service, run, run->settings->metrics};
    char port[16];
    int status = admin_new(&sources, &run->loop, &run->admin, error);
    if (status < 0)
        return status;
    (void)snprintf(port, sizeof(port), "%u", admin_port(run->admin));
    log_event(LOG_INFO, "listening", LOG_FIELDS({"listener", "admin"}, {"port", port}), "admin port is %s", port);
    return run->service->start(run->service->program, run, error);
}

/* The mirror of start, whatever of it was reached. From here on any signal ends the process at once. */
static void stop(struct service_run *run)
{
    run->phase = PHASE_STOPPING;
    (void)atomic_flag_test_and_set(&is_end_forced_next);
    (void)alarm(STOP_SECONDS);
    run->service->stop(run->service->program);
    admin_free(run->admin);
    close_handles(run);
    (void)uv_run(&run->loop, UV_RUN_DEFAULT); /* until the last handle is closed */
    int status = uv_loop_close(&run->loop);
    assert(status == 0);
    (void)alarm(0);
}

int service_run(const struct service *service, const struct service_run_settings *settings)
{
    struct error error = {""};
    struct service_run run = {.service = service, .settings = settings, .started_ms = clock_monotonic_ms()};
    int status = uv_loop_init(&run.loop);
    if (status < 0) {
        log_error("start_failed", "no event loop: %s; the process ends", uv_strerror(status));
        return EXIT_FAILURE;
    }
    process_metrics_start(clock_wall_ms());
    start_handles(&run);
    catch_signals(&run.signalled);
    if (start(&run, &error) < 0) {
        log_error("start_failed", "%s; the process ends", error.text);
        run.exit_code = EXIT_FAILURE;
    } else {
        log_info("started", "%s has started", service->name);
        if (run.phase == PHASE_STARTING) {
            run.phase = PHASE_RUNNING;
            (void)uv_run(&run.loop, UV_RUN_DEFAULT);
        }
    }
    stop(&run);
    log_info("stopped", "%s has stopped after %llu ms with exit code %d", service->name,
             (unsigned long long)(clock_monotonic_ms() - run.started_ms), run.exit_code);
    return run.exit_code;
}
