/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/log.h"
#include "common/service/arguments.h"
#include "common/service/build.h"
#include "common/service/hardening.h"
#include "common/service/process_metrics.h"
#include "common/service/service_run.h"
#include "common/service/service_settings.h"

#define SETTINGS_EXIT_CODE 2
#define HOST_NAME_BYTES    256

/* What the process was told: its arguments and settings. */
struct orders {
    const struct service *service;
    struct arguments arguments;
    struct skeleton_settings skeleton;
    struct settings_section *sections; /* ours, then the program's; owned */
    size_t section_count;
    const struct metric_table **metrics; /* ours, then the program's, then NULL; owned */
    enum log_level log_level;
    enum log_format log_format;
};

static void collect_sections(struct orders *orders)
{
    const struct service *service = orders->service;
    orders->section_count = SERVICE_SECTION_COUNT + service->section_count;
    orders->sections = alloc_zeroed(orders->section_count, sizeof(*orders->sections));
    skeleton_settings_sections(&orders->skeleton, orders->sections);
    for (size_t i = 0; i < service->section_count; i++)
        orders->sections[SERVICE_SECTION_COUNT + i] = service->sections[i];
}

static void collect_metrics(struct orders *orders)
{
    size_t count = 0;
    while (orders->service->metrics != NULL && orders->service->metrics[count] != NULL)
        count++;
    orders->metrics = alloc_zeroed(count + 2, sizeof(const struct metric_table *));
    orders->metrics[0] = &process_metrics;
    for (size_t i = 0; i < count; i++)
        orders->metrics[i + 1] = orders->service->metrics[i];
}

static int load_settings(struct orders *orders, struct error *error)
{
    const struct service *service = orders->service;
    int status = settings_load(orders->sections, orders->section_count, orders->arguments.config_path, error);
    if (status < 0)
        return status;
    status = skeleton_settings_level(&orders->skeleton, &orders->log_level, error);
    if (status == 0)
        status = skeleton_settings_format(&orders->skeleton, &orders->log_format, error);
    if (status == 0 && service->check != NULL)
        status = service->check(service->program, error);
    if (status < 0)
        settings_free(orders->sections, orders->section_count);
    return status;
}

/* A person asked: plain text. Else it belongs into the log, like all that follows. */
static int report_bad_settings(const struct orders *orders, const char *text)
{
    enum arguments_action action = orders->arguments.action;
    const char *name = orders->service->name;
    if (action != ARGUMENTS_RUN) {
        (void)fprintf(stderr, "%s: %s\n", name, text);
        return SETTINGS_EXIT_CODE;
    }
    log_init(name, BUILD_VERSION, LOG_INFO, skeleton_settings_auto_format());
    log_error("settings_invalid", "%s; the process ends", text);
    return SETTINGS_EXIT_CODE;
}

static void start_log(const struct orders *orders)
{
    char host[HOST_NAME_BYTES] = "";
    const char *instance = orders->skeleton.service.instance;
    log_init(orders->service->name, BUILD_VERSION, orders->log_level, orders->log_format);
    if (instance[0] == '\0' && gethostname(host, sizeof(host) - 1) == 0)
        instance = host;
    log_set_instance(instance);
}

static int run_command(const struct orders *orders)
{
    const struct arguments *arguments = &orders->arguments;
    return arguments->command->run(orders->service->program, arguments->command_argc, arguments->command_argv);
}

/* With settings that are right. */
static int obey(const struct orders *orders)
{
    const struct service_run_settings settings = {
        .admin_listen = orders->skeleton.admin.listen,
        .drain_deadline_ms = (uint64_t)orders->skeleton.service.drain_deadline,
        .metrics = orders->metrics,
    };
    switch (orders->arguments.action) {
    case ARGUMENTS_CHECK_CONFIG:
        (void)puts("ok");
        return EXIT_SUCCESS;
    case ARGUMENTS_PRINT_CONFIG:
        settings_print(orders->sections, orders->section_count);
        return EXIT_SUCCESS;
    case ARGUMENTS_COMMAND:
        start_log(orders);
        return run_command(orders);
    case ARGUMENTS_RUN:
    case ARGUMENTS_PRINT_SETTINGS_DOC:
    case ARGUMENTS_PRINT_METRICS_DOC:
        break;
    }
    start_log(orders);
    return service_run(orders->service, &settings);
}

static int follow(struct orders *orders)
{
    struct error error = {""};
    if (orders->arguments.action == ARGUMENTS_PRINT_SETTINGS_DOC) {
        settings_print_markdown(orders->sections, orders->section_count);
        return EXIT_SUCCESS;
    }
    if (orders->arguments.action == ARGUMENTS_PRINT_METRICS_DOC) {
        metrics_print_markdown(orders->metrics);
        return EXIT_SUCCESS;
    }
    if (load_settings(orders, &error) < 0)
        return report_bad_settings(orders, error.text);
    int exit_code = obey(orders);
    settings_free(orders->sections, orders->section_count);
    return exit_code;
}

/* What was printed may not have reached its reader: a full disk must not look like success. */
static int flush_stdout(const struct service *service, int exit_code)
{
    if (fflush(stdout) == 0 || exit_code != EXIT_SUCCESS)
        return exit_code;
    (void)fprintf(stderr, "%s: standard output cannot be written\n", service->name);
    return EXIT_FAILURE;
}

int service_main(const struct service *service, int argc, char **argv)
{
    struct orders orders = {.service = service};
    hardening_apply();
    arguments_parse(service, argc, argv, &orders.arguments);
    collect_sections(&orders);
    collect_metrics(&orders);
    int exit_code = follow(&orders);
    for (size_t i = 0; orders.metrics[i] != NULL; i++)
        metrics_reset(orders.metrics[i]);
    free(orders.sections);
    free(orders.metrics);
    return flush_stdout(service, exit_code);
}
