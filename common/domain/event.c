/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/event.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/encoding.h"
#include "common/domain/digest.h"
#include "common/domain/json_scan.h"

#define ORIGIN_HASH_BYTES 16

enum field {
    ID,
    TYPE,
    CREATED_AT,
    ORG_ID,
    DATA,
    ORDERING_KEY,
    FIELD_COUNT
};

const char *event_flaw_text(enum event_flaw flaw)
{
    static const char *const texts[] = {
        [EVENT_SOUND] = "sound",         [EVENT_TOO_LARGE] = "too_large",
        [EVENT_NOT_JSON] = "not_json",   [EVENT_NOT_AN_OBJECT] = "not_an_object",
        [EVENT_BAD_FIELD] = "bad_field",
    };
    assert(flaw < ARRAY_LENGTH(texts));
    return texts[flaw];
}

bool event_id_is_valid(const char *id, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool is_letter = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= 'A' && id[i] <= 'Z');
        bool is_digit = id[i] >= '0' && id[i] <= '9';
        bool is_mark = id[i] == '_' || id[i] == '-' || id[i] == '.' || id[i] == ':';
        if (!is_letter && !is_digit && !is_mark)
            return false;
    }
    return length >= 1 && length <= EVENT_ID_BYTES_MAX;
}

/* An id goes into headers, file names and logs. Nothing is read when it is absent. */
static int read_id(const struct json_member *member, char *id_out, size_t bytes_max, struct error *error)
{
    if (member->value.kind == JSON_KIND_ABSENT)
        return 0;
    if (json_read_text(&member->value, id_out, bytes_max) < 0 || !event_id_is_valid(id_out, strlen(id_out)))
        return error_set(error, EINVAL, "%s has to be a text of 1 to %zu letters, digits and _ - . :", member->name,
                         bytes_max);
    return 0;
}

static int read_type(const struct json_member *member, struct event *event, struct error *error)
{
    if (member->value.kind == JSON_KIND_ABSENT)
        return error_set(error, EINVAL, "type is missing");
    if (json_read_text(&member->value, event->type, EVENT_TYPE_BYTES_MAX) < 0 ||
        !event_type_is_valid(event->type, strlen(event->type)))
        return error_set(error, EINVAL, "type has to be a text like \"event.created\", of at most %d bytes",
                         EVENT_TYPE_BYTES_MAX);
    return 0;
}

static int read_created_at(const struct json_member *member, struct event *event, struct error *error)
{
    char text[64];
    if (member->value.kind == JSON_KIND_ABSENT)
        return 0;
    event->has_created_at = true;
    if (json_read_text(&member->value, text, sizeof(text) - 1) < 0 ||
        clock_parse(text, strlen(text), &event->created_ms) < 0)
        return error_set(error, EINVAL, "created_at has to be a time like \"2026-11-23T10:00:00.000Z\"");
    return 0;
}

static int read_ordering_key(const struct json_member *member, struct event *event, struct error *error)
{
    if (member->value.kind == JSON_KIND_ABSENT)
        return 0;
    if (json_read_text(&member->value, event->ordering_key, EVENT_ORDERING_KEY_BYTES_MAX) < 0)
        return error_set(error, EINVAL, "ordering_key has to be a text of at most %d bytes",
                         EVENT_ORDERING_KEY_BYTES_MAX);
    return 0;
}

static int read_fields(const struct json_member fields[static FIELD_COUNT], struct event *event, struct error *error)
{
    int result = read_id(&fields[ID], event->id, EVENT_ID_BYTES_MAX, error);
    if (result == 0)
        result = read_type(&fields[TYPE], event, error);
    if (result == 0)
        result = read_created_at(&fields[CREATED_AT], event, error);
    if (result == 0)
        result = read_id(&fields[ORG_ID], event->org_id, ORG_ID_BYTES_MAX, error);
    if (result == 0)
        result = read_ordering_key(&fields[ORDERING_KEY], event, error);
    if (result == 0 && fields[DATA].value.kind != JSON_KIND_OBJECT)
        result = error_set(error, EINVAL, "data has to be there, and an object");
    return result;
}

static enum event_flaw look(const char *json, size_t length, struct event *event, struct error *error)
{
    struct json_member fields[FIELD_COUNT] = {
        [ID] = {.name = "id"},         [TYPE] = {.name = "type"}, [CREATED_AT] = {.name = "created_at"},
        [ORG_ID] = {.name = "org_id"}, [DATA] = {.name = "data"}, [ORDERING_KEY] = {.name = "ordering_key"},
    };
    if (length > EVENT_BYTES_MAX) {
        (void)error_set(error, EINVAL, "the event is larger than %d KiB", EVENT_BYTES_MAX / 1024);
        return EVENT_TOO_LARGE;
    }
    int result = json_scan(json, length, fields, FIELD_COUNT, error);
    if (result < 0)
        return EVENT_NOT_JSON;
    if (result == JSON_NOT_AN_OBJECT) {
        (void)error_set(error, EINVAL, "the event is not a JSON object");
        return EVENT_NOT_AN_OBJECT;
    }
    return read_fields(fields, event, error) < 0 ? EVENT_BAD_FIELD : EVENT_SOUND;
}

int event_parse(const char *json, size_t length, struct event *event_out, enum event_flaw *flaw_out,
                struct error *error)
{
    struct event event = {.id = ""};
    enum event_flaw flaw = look(json, length, &event, error);
    if (flaw_out != NULL)
        *flaw_out = flaw;
    if (flaw != EVENT_SOUND)
        return -EINVAL;
    *event_out = event;
    return 0;
}

static void append_member(struct buffer *out, const char *name, const char *text)
{
    buffer_append_format(out, "\"%s\":", name);
    buffer_append_json(out, text, strlen(text));
    buffer_append_char(out, ','); /* there is always a member behind it: type */
}

void event_complete(const char *json, size_t length, const struct event *parsed, const struct event *completed,
                    struct buffer *out)
{
    const char *brace = memchr(json, '{', length);
    assert(brace != NULL);
    size_t head_length = (size_t)(brace - json) + 1;
    char time[CLOCK_TEXT_BYTES];
    buffer_append(out, json, head_length);
    if (parsed->id[0] == '\0' && completed->id[0] != '\0')
        append_member(out, "id", completed->id);
    if (!parsed->has_created_at && completed->created_ms != 0)
        append_member(out, "created_at", clock_format(completed->created_ms, time));
    if (parsed->org_id[0] == '\0' && completed->org_id[0] != '\0')
        append_member(out, "org_id", completed->org_id);
    buffer_append(out, json + head_length, length - head_length);
}

void event_id_from_origin(const char *cluster_id, const char *topic, int32_t partition, int64_t offset,
                          char id_out[static EVENT_ID_BYTES_MAX + 1])
{
    char text[512];
    uint8_t digest[DIGEST_BYTES];
    char hash[BASE32_BYTES(ORIGIN_HASH_BYTES)];
    int length = snprintf(text, sizeof(text), "%s %s %" PRId32 " %" PRId64, cluster_id, topic, partition, offset);
    assert(length > 0 && (size_t)length < sizeof(text)); /* Kafka: a cluster id has 22 bytes, a topic at most 249 */
    digest_sha256(text, (size_t)length, digest);
    (void)base32_encode(digest, ORIGIN_HASH_BYTES, hash);
    (void)snprintf(id_out, EVENT_ID_BYTES_MAX + 1, "evt_%s", hash);
}
