#pragma once
/*
 * Names of event types, and the patterns by which webhooks subscribe to them: an exact type, "escalation.*" (every type
 * below that prefix) or "*". Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#define EVENT_TYPE_BYTES_MAX 64
#define EVENT_TYPE_TEST      "webhook.test"

#define EVENT_TYPE(id, name, prefix, text) EVENT_TYPE_##id,

enum event_type {
#include "common/domain/event_types.def"
    EVENT_TYPE_COUNT
};

#undef EVENT_TYPE

const char *event_type_name(enum event_type type);
const char *event_type_text(enum event_type type);

/* [a-z0-9_]+(\.[a-z0-9_]+)+, at most EVENT_TYPE_BYTES_MAX bytes. */
bool event_type_is_valid(const char *name, size_t length);
bool event_type_is_builtin(const char *name, size_t length);

/* "*", "<prefix>.*" or a valid type. */
bool event_pattern_is_valid(const char *pattern, size_t length);
bool event_pattern_matches(const char *pattern, const char *type);
