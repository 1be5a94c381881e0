#pragma once
/*
 * The envelope of an event: {"id","type","created_at","org_id","data",…}. The bytes are what endpoints get, so parsing
 * only looks; nothing is ever re-encoded except by event_complete(). Pure. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"
#include "common/base/error.h"
#include "common/domain/event_type.h"

#define EVENT_BYTES_MAX              262144 /* 256 KiB */
#define EVENT_ID_BYTES_MAX           128
#define ORG_ID_BYTES_MAX             64
#define EVENT_ORDERING_KEY_BYTES_MAX 255

/* What the envelope says; "" where it says nothing. Own copies, NUL-terminated. */
struct event {
    char id[EVENT_ID_BYTES_MAX + 1];
    char type[EVENT_TYPE_BYTES_MAX + 1];
    char org_id[ORG_ID_BYTES_MAX + 1];
    char ordering_key[EVENT_ORDERING_KEY_BYTES_MAX + 1];
    int64_t created_ms;  /* 0: not given */
    bool has_created_at; /* in the envelope */
};

/* What is wrong with an envelope, for counters and the reason in a dead record. */
enum event_flaw {
    EVENT_SOUND,
    EVENT_TOO_LARGE,
    EVENT_NOT_JSON, /* also a key twice in one object, invalid UTF-8, too deep */
    EVENT_NOT_AN_OBJECT,
    EVENT_BAD_FIELD /* id, type, created_at, org_id or ordering_key has the wrong type or form; data is missing */
};

const char *event_flaw_text(enum event_flaw flaw); /* stable snake_case: "not_json", … */

/* Reads an envelope. id, created_at and org_id may be missing; type and data (an object) may not. Numbers are not
 * converted, so any that JSON allows is fine. -EINVAL with *flaw_out and a text that names the field or the place;
 * flaw_out may be NULL. */
MUST_CHECK int event_parse(const char *json, size_t length, struct event *event_out, enum event_flaw *flaw_out,
                           struct error *error);

/* Appends the envelope, with id, created_at and org_id that it lacks and completed has put in right behind the opening
 * brace; every byte that was sent stays as it is. parsed is what event_parse() made of the same bytes, completed a copy
 * of it that the caller filled in. */
void event_complete(const char *json, size_t length, const struct event *parsed, const struct event *completed,
                    struct buffer *out);

/* "evt_" + hash of where the record stands, for one without an id (docs/contract.md). */
void event_id_from_origin(const char *cluster_id, const char *topic, int32_t partition, int64_t offset,
                          char id_out[static EVENT_ID_BYTES_MAX + 1]);

/* Letters, digits and _ - . : only; ids go into headers and logs. */
bool event_id_is_valid(const char *id, size_t length);
