/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service.h"

#include "producer/metrics.h"
#include "producer/producer.h"

static const struct metric_table *const metrics[] = {&producer_metrics, NULL};

int main(int argc, char **argv)
{
    struct settings_section sections[PRODUCER_SECTION_COUNT];
    struct producer *producer = producer_new();
    producer_sections(producer, sections);
    int exit_code = service_main(
        &(struct service){
            .name = "kt-producer",
            .summary = "Takes events over HTTP or from a file and stores them in Kafka.",
            .program = producer,
            .sections = sections,
            .section_count = PRODUCER_SECTION_COUNT,
            .metrics = metrics,
            .checks = producer_checks,
            .options = producer_options,
            .check = producer_check,
            .start = producer_start,
            .drain = producer_drain,
            .stop = producer_stop,
            .scrape = producer_scrape,
        },
        argc, argv);
    producer_free(producer);
    return exit_code;
}
