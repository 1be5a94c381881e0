#pragma once
/*
 * The API's objects for a person's eyes. Times are written as "3m ago" on a terminal and as they came otherwise; what
 * is missing or null shows as "-". Pure: everything comes in, text comes out. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stdint.h>

#include "common/base/buffer.h"

#include "cli/raw_json.h"
#include "cli/table.h"

#define VIEW_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct view {
    struct buffer *out;
    struct table_look look;
    int64_t now_ms; /* Unix time */
    bool has_ages;  /* "3m ago" instead of the time itself */
};

/* One labelled line. NULL or "" shows as "-". */
void view_line(const struct view *view, const char *label, const char *text);

void view_webhooks(const struct view *view, const json_t *webhooks);     /* an array */
void view_webhook(const struct view *view, const json_t *webhook);       /* all of one */
void view_deliveries(const struct view *view, const json_t *deliveries); /* an array */
/* With its attempts; payload as it came. */
void view_delivery(const struct view *view, const json_t *delivery, const struct raw_json *payload);

#define VIEW_AGE_BYTES 48
/* "12s ago", "in 5m", "3d ago"; the text itself when it is no time. */
const char *view_age(const char *time, int64_t now_ms, char text_out[static VIEW_AGE_BYTES]);
