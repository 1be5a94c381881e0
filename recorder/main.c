/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service.h"

#include "recorder/metrics.h"
#include "recorder/recorder.h"

static const struct metric_table *const metrics[] = {&recorder_metrics, NULL};

int main(int argc, char **argv)
{
    struct settings_section sections[RECORDER_SECTION_COUNT];
    struct recorder *recorder = recorder_new();
    recorder_sections(recorder, sections);
    int exit_code = service_main(
        &(struct service){
            .name = "kt-recorder",
            .summary = "Writes attempts and events from Kafka into the history in PostgreSQL, each exactly once.",
            .program = recorder,
            .sections = sections,
            .section_count = RECORDER_SECTION_COUNT,
            .metrics = metrics,
            .checks = recorder_checks,
            .start = recorder_start,
            .drain = recorder_drain,
            .stop = recorder_stop,
            .scrape = recorder_scrape,
        },
        argc, argv);
    recorder_free(recorder);
    return exit_code;
}
