/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service.h"

#include "api/api.h"
#include "api/commands.h"

static const struct metric_table *const metrics[] = {&api_metrics, NULL};

int main(int argc, char **argv)
{
    struct settings_section sections[API_SECTION_COUNT];
    struct api *api = api_new();
    api_sections(api, sections);
    int exit_code = service_main(
        &(struct service){
            .name = "kt-api",
            .summary = "Manages webhooks and shows the history of their deliveries over REST.",
            .program = api,
            .sections = sections,
            .section_count = API_SECTION_COUNT,
            .metrics = metrics,
            .commands = api_commands,
            .checks = api_checks,
            .start = api_start,
            .drain = api_drain,
            .stop = api_stop,
            .scrape = api_scrape,
        },
        argc, argv);
    api_free(api);
    return exit_code;
}
