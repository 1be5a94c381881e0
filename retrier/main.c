/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service.h"

#include "retrier/metrics.h"
#include "retrier/retrier.h"

static const struct metric_table *const metrics[] = {&retrier_metrics, NULL};

int main(int argc, char **argv)
{
    struct settings_section sections[RETRIER_SECTION_COUNT];
    struct retrier *retrier = retrier_new();
    retrier_sections(retrier, sections);
    int exit_code = service_main(
        &(struct service){
            .name = "kt-retrier",
            .summary = "Moves failed deliveries back to the dispatchers when their time has come.",
            .program = retrier,
            .sections = sections,
            .section_count = RETRIER_SECTION_COUNT,
            .metrics = metrics,
            .checks = retrier_checks,
            .start = retrier_start,
            .drain = retrier_drain,
            .stop = retrier_stop,
            .scrape = retrier_scrape,
        },
        argc, argv);
    retrier_free(retrier);
    return exit_code;
}
