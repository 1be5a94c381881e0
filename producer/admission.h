#pragma once
/*
 * Is an event taken, and with what envelope does it go on? Pure: time and a fresh id are brought along.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"
#include "common/base/error.h"
#include "common/config/settings.h"
#include "common/domain/event.h"

#include "producer/problem.h"

struct admission_rules {
    const struct settings_list *extra_types; /* besides the built-in ones */
    const char *org_id;                      /* of events that name none; NULL: such events are refused */
    bool is_org_binding;                     /* an event of another organization is refused */
};

/* What the envelope says, or an enum problem with the reason in words. */
MUST_CHECK int admission_check(const struct admission_rules *rules, const char *json, size_t length,
                               struct event *event_out, struct error *reason);

/* Fills in what the checked event does not say and appends the envelope; a whole one stays byte for byte. Only too
 * large can go wrong: an enum problem again. fresh_id is used when the event has no id. */
MUST_CHECK int admission_complete(const struct admission_rules *rules, const char *json, size_t length,
                                  const char *fresh_id, int64_t now_ms, struct event *event, struct buffer *envelope,
                                  struct error *reason);

/* A traceparent of W3C Trace Context level 1 or later, in the form that version 00 has. NULL is not one. */
bool traceparent_is_valid(const char *text);
