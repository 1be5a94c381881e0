#pragma once
/*
 * A settings file, read: `section: {key: value}` two levels deep, with the line of each. Internal to common/config.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/config/settings_value.h"

/* One `key: value` of the file. Everything in it is borrowed for the call. */
struct settings_entry {
    const char *section;
    const char *key;
    bool is_sequence;                  /* items was written, else text */
    struct settings_text text;         /* "" for `key:` with nothing behind it */
    const struct settings_text *items; /* at most SETTINGS_LIST_MAX */
    size_t item_count;
    size_t line; /* from 1 */
};

/* What the owner thinks of a section. */
enum settings_interest {
    SETTINGS_READ,
    SETTINGS_PASS_OVER
};

/* Both are called in the order of the file and stop the reading with a negative code; the reader puts "path:line: " in
 * front of the error's text. section answers with its interest. */
struct settings_reader {
    int (*section)(void *owner, const char *section, struct error *error);
    int (*entry)(void *owner, const struct settings_entry *entry, struct error *error);
    void *owner;
};

MUST_CHECK int settings_read_yaml(const char *path, const struct settings_reader *reader, struct error *error);
