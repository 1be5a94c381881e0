/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service.h"

#include "dispatcher/dispatcher.h"
#include "dispatcher/metrics.h"

static const struct metric_table *const metrics[] = {&dispatcher_metrics, NULL};

int main(int argc, char **argv)
{
    struct settings_section sections[DISPATCHER_SECTION_COUNT];
    struct dispatcher *dispatcher = dispatcher_new();
    dispatcher_sections(dispatcher, sections);
    int exit_code = service_main(
        &(struct service){
            .name = "kt-dispatcher",
            .summary = "Signs events and delivers them to customers' endpoints, and records every attempt.",
            .program = dispatcher,
            .sections = sections,
            .section_count = DISPATCHER_SECTION_COUNT,
            .metrics = metrics,
            .checks = dispatcher_checks,
            .start = dispatcher_start,
            .drain = dispatcher_drain,
            .stop = dispatcher_stop,
            .scrape = dispatcher_scrape,
        },
        argc, argv);
    dispatcher_free(dispatcher);
    return exit_code;
}
