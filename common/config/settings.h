#pragma once
/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: one table row per setting, from which the struct field, the default, the checks, --print-config, the sample
 * file and docs/settings.md are made. A section is a `.def` file of rows
 *
 *     SETTING(field, TYPE, "default as text", min, max, "What it does.")
 *
 * included once for the struct and once for the rows:
 *
 *     struct kafka_settings {
 *     #define SETTING SETTINGS_FIELD
 *     #include "common/kafka/settings.def"
 *     #undef SETTING
 *     };
 *
 *     #define SETTINGS_STRUCT kafka_settings                      (in the .c)
 *     static const struct setting rows[] = {
 *     #define SETTING SETTINGS_ROW
 *     #include "common/kafka/settings.def"
 *     #undef SETTING
 *     };
 *
 * Sources, later wins: default, YAML file (`section: {field: value}`), environment KT_<SECTION>_<FIELD>. All programs
 * read one file: a program checks the sections that it uses, and passes over the other names of SETTINGS_SECTIONS.
 * A TEXT or SECRET whose default is empty although min is not 0 has to be given. Control characters are refused in
 * every value. Not thread-safe; values are read-only after loading.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#define SETTINGS_FILE_BYTES_MAX ((size_t)1024 * 1024)
#define SETTINGS_LIST_MAX       64

/* Every section that some program has. */
#define SETTINGS_SECTIONS(X) \
    X(log)                   \
    X(admin)                 \
    X(service)               \
    X(kafka)                 \
    X(database)              \
    X(secrets)               \
    X(egress)                \
    X(producer)              \
    X(dispatcher)            \
    X(retrier)               \
    X(recorder)              \
    X(api)                   \
    X(cli)

/* A list of texts, written in YAML as a sequence and in the environment with commas between. */
struct settings_list {
    char **items; /* owned */
    size_t count;
};

/*        type      C type                  min and max mean */
#define SETTINGS_TYPES(X)                                                            \
    X(TEXT, char *)               /* length in bytes */                              \
    X(SECRET, char *)             /* length; masked when printed */                  \
    X(BOOL, bool)                 /* nothing */                                      \
    X(COUNT, int64_t)             /* the value */                                    \
    X(DURATION, int64_t)          /* milliseconds; written 250ms, 5s, 10m, 2h, 7d */ \
    X(SIZE, int64_t)              /* bytes; written 4096, 64KiB, 8MiB */             \
    X(LIST, struct settings_list) /* number of items */

enum setting_type {
#define X(name, c_type) SETTING_##name,
    SETTINGS_TYPES(X)
#undef X
};

#define X(name, c_type) typedef c_type settings_c_##name;
SETTINGS_TYPES(X)
#undef X

struct setting {
    const char *name;
    enum setting_type type;
    size_t offset; /* of the field in the section's struct */
    const char *fallback;
    int64_t min, max;
    const char *text;
};

#define SETTINGS_FIELD(name, type, fallback, min, max, text) settings_c_##type name;
#define SETTINGS_ROW(name, type, fallback, min, max, text) \
    {#name, SETTING_##type, offsetof(struct SETTINGS_STRUCT, name), fallback, min, max, text},

struct settings_section {
    const char *name; /* "kafka": the YAML section and the middle of the variable's name */
    const struct setting *rows;
    size_t count;
    void *values; /* the section's struct */
};

/* Fills every section; what the structs held before is overwritten, not freed. path NULL: defaults and environment
 * only. An unknown section or key, a bad value or a bad variable is -EINVAL with file, line, name, value (unless
 * secret) and what would be right; a file that cannot be read is its errno. Nothing is left to free after a failure. */
MUST_CHECK int settings_load(const struct settings_section *sections, size_t count, const char *path,
                             struct error *error);

/* Frees the values and zeroes the structs. */
void settings_free(const struct settings_section *sections, size_t count);

/* The effective settings as a YAML file on stdout that settings_load() reads back; secrets as "***". */
void settings_print(const struct settings_section *sections, size_t count);

/* What there is to set as Markdown tables, for docs/settings.md; needs no loaded values. */
void settings_print_markdown(const struct settings_section *sections, size_t count);
