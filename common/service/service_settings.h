#pragma once
/*
 * The settings that every program has: sections log, admin and service. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/log.h"
#include "common/config/settings.h"

#define SERVICE_SECTION_COUNT 3

struct log_settings {
#define SETTING SETTINGS_FIELD
#include "common/service/log.def"
#undef SETTING
};

struct admin_settings {
#define SETTING SETTINGS_FIELD
#include "common/service/admin.def"
#undef SETTING
};

struct service_settings {
#define SETTING SETTINGS_FIELD
#include "common/service/settings.def"
#undef SETTING
};

/* All three, by value in the process. */
struct skeleton_settings {
    struct log_settings log;
    struct admin_settings admin;
    struct service_settings service;
};

void skeleton_settings_sections(struct skeleton_settings *settings,
                                struct settings_section sections_out[static SERVICE_SECTION_COUNT]);

/* What log.level and log.format say; -EINVAL with an error. */
MUST_CHECK int skeleton_settings_level(const struct skeleton_settings *settings, enum log_level *level_out,
                                       struct error *error);
MUST_CHECK int skeleton_settings_format(const struct skeleton_settings *settings, enum log_format *format_out,
                                        struct error *error);

/* The format of "auto". */
enum log_format skeleton_settings_auto_format(void);
