#pragma once
/*
 * One setting's value: from text, to text, and what would have been right. Internal to common/config; `field` is the
 * address of the row's field in its section's struct. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/buffer.h"
#include "common/config/settings.h"

#define SETTINGS_ITEM_BYTES_MAX 4096 /* of one item of a LIST */

/* A text with its length: what a file or a variable gave. */
struct settings_text {
    const char *bytes;
    size_t length;
};

/* The row's fallback. The field's old content is overwritten, not freed. */
void settings_value_init(const struct setting *row, void *field);
void settings_value_free(const struct setting *row, void *field);

/* Replaces the field's value. Failed: -EINVAL, the error says what is wrong with the value, and the field is as before.
 * _set_items() is for rows of type LIST, _set() for all others; _set_commas() splits at commas. */
MUST_CHECK int settings_value_set(const struct setting *row, void *field, struct settings_text text,
                                  struct error *error);
MUST_CHECK int settings_value_set_items(const struct setting *row, void *field, const struct settings_text *items,
                                        size_t count, struct error *error);
MUST_CHECK int settings_value_set_commas(const struct setting *row, void *field, struct settings_text text,
                                         struct error *error);

/* True when nothing was given for a setting that needs a value. */
bool settings_value_is_missing(const struct setting *row, const void *field);

/* The value as YAML, "***" for a secret that is set. */
void settings_value_write(const struct setting *row, const void *field, struct buffer *out);

/* "duration", and "a duration (250ms, 5s, 10m, 2h, 7d) from 1s to 30s". */
const char *settings_type_text(enum setting_type type);
void settings_value_write_wanted(const struct setting *row, struct buffer *out);

/* The row's min and max as "1s to 30s", "1 to 64 bytes"; nothing for a type without a range. */
void settings_value_write_range(const struct setting *row, struct buffer *out);
