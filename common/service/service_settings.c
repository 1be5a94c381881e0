/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/service_settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_STRUCT log_settings
static const struct setting log_rows[] = {
#define SETTING SETTINGS_ROW
#include "common/service/log.def"
#undef SETTING
};
#undef SETTINGS_STRUCT

#define SETTINGS_STRUCT admin_settings
static const struct setting admin_rows[] = {
#define SETTING SETTINGS_ROW
#include "common/service/admin.def"
#undef SETTING
};
#undef SETTINGS_STRUCT

#define SETTINGS_STRUCT service_settings
static const struct setting service_rows[] = {
#define SETTING SETTINGS_ROW
#include "common/service/settings.def"
#undef SETTING
};
#undef SETTINGS_STRUCT

void skeleton_settings_sections(struct skeleton_settings *settings,
                                struct settings_section sections_out[static SERVICE_SECTION_COUNT])
{
    sections_out[0] = (struct settings_section){"log", log_rows, ARRAY_LENGTH(log_rows), &settings->log};
    sections_out[1] = (struct settings_section){"admin", admin_rows, ARRAY_LENGTH(admin_rows), &settings->admin};
    sections_out[2] =
        (struct settings_section){"service", service_rows, ARRAY_LENGTH(service_rows), &settings->service};
}

int skeleton_settings_level(const struct skeleton_settings *settings, enum log_level *level_out, struct error *error)
{
    static const enum log_level levels[] = {LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

    for (size_t i = 0; i < ARRAY_LENGTH(levels); i++) {
        if (strcmp(settings->log.level, log_level_text(levels[i])) == 0) {
            *level_out = levels[i];
            return 0;
        }
    }
    return error_set(error, EINVAL, "log.level is \"%s\"; wanted: error, warning, info or debug", settings->log.level);
}

enum log_format skeleton_settings_auto_format(void)
{
    return isatty(STDERR_FILENO) ? LOG_TEXT : LOG_JSON;
}

int skeleton_settings_format(const struct skeleton_settings *settings, enum log_format *format_out, struct error *error)
{
    const char *format = settings->log.format;
    if (strcmp(format, "auto") == 0)
        *format_out = skeleton_settings_auto_format();
    else if (strcmp(format, "json") == 0)
        *format_out = LOG_JSON;
    else if (strcmp(format, "text") == 0)
        *format_out = LOG_TEXT;
    else
        return error_set(error, EINVAL, "log.format is \"%s\"; wanted: auto, json or text", format);
    return 0;
}
