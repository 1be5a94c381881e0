#pragma once
/*
 * One line per thing worth knowing, to stderr: JSON for machines, text for a terminal. A line says what happened, to
 * which ids, why, and what follows. Never payloads, secrets or header values. Control bytes are escaped. Thread-safe:
 * each line is one write(2). SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attributes.h"

#define LOG_LEVELS(X)                                          \
    X(ERROR, "error")     /* a person must act */              \
    X(WARNING, "warning") /* degraded, continuing */           \
    X(INFO, "info")       /* lifecycle: start, stop, reload */ \
    X(DEBUG, "debug")

enum log_level {
#define X(name, text) LOG_##name,
    LOG_LEVELS(X)
#undef X
};

enum log_format {
    LOG_JSON,
    LOG_TEXT
};

/* Longer texts are cut, so that a line always fits its buffer and stays well-formed. */
#define LOG_MESSAGE_BYTES  2048
#define LOG_VALUE_BYTES    1024
#define LOG_FIELDS_MAX     16 /* fields after these are left out */
#define LOG_INSTANCE_BYTES 256

/* A key and a text value; the array given to log_event() ends with {NULL, NULL}. */
struct log_field {
    const char *key;
    const char *value; /* NULL: the field is left out */
};

/* Before any thread starts. service and version must outlive the process. */
void log_init(const char *service, const char *version, enum log_level level, enum log_format format);

/* Which of several alike processes this is; before any thread starts, cut at LOG_INSTANCE_BYTES.
 * NULL or "": not said. */
void log_set_instance(const char *instance);

const char *log_level_text(enum log_level level);

bool log_is_enabled(enum log_level level);
uint64_t log_count(enum log_level level); /* lines written so far, for the metric */

/* event is a stable snake_case id; fields may be NULL. */
void log_event(enum log_level level, const char *event, const struct log_field *fields, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* A line from a signal handler: async-signal-safe, without the instance. event and text are literals that need no
 * escaping. */
void log_from_signal(enum log_level level, const char *event, const char *text);

/* NOLINTBEGIN(readability-identifier-naming): used like functions */
#define log_error(event, ...)   log_event(LOG_ERROR, event, NULL, __VA_ARGS__)
#define log_warning(event, ...) log_event(LOG_WARNING, event, NULL, __VA_ARGS__)
#define log_info(event, ...)    log_event(LOG_INFO, event, NULL, __VA_ARGS__)
#define log_debug(event, ...)   log_event(LOG_DEBUG, event, NULL, __VA_ARGS__)
/* NOLINTEND(readability-identifier-naming) */

/* Fields inline: log_event(LOG_WARNING, "delivery_failed", LOG_FIELDS({"webhook_id", id}), "…") */
#define LOG_FIELDS(...) ((const struct log_field[LOG_FIELDS_MAX + 1]){__VA_ARGS__})
