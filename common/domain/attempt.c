/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/attempt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/encoding.h"
#include "common/domain/json_scan.h"

#define TIME_MS_MAX  253402300799999 /* the end of the year 9999 */
#define BASE64_CHUNK 3072            /* a multiple of 3, so that chunks join without padding */
#define NUMBER_BYTES 21              /* any int64 and a NUL */

enum kind {
    ID,
    TEXT,
    INT32,
    UINT32,
    INT64,
    BOOL,
    TIME,
    OUTCOME,
    ERROR,
    TRIGGER,
    BYTES
};

enum presence {
    OPTIONAL,
    REQUIRED
};

static const struct field {
    const char *name;
    const char *key; /* as it is written */
    size_t key_length;
    enum kind kind;
    enum presence presence;
    size_t offset; /* of the member */
    size_t size;
} fields[] = {

#define FIELD(name, kind, member, presence) \
    {#name,                                 \
     "\"" #name "\":",                      \
     sizeof("\"" #name "\":") - 1,          \
     kind,                                  \
     presence,                              \
     offsetof(struct attempt, member),      \
     sizeof(((struct attempt *)NULL)->member)},
#include "common/domain/attempt_fields.def"
#undef FIELD
};

/* The head's or body's place in struct attempt: a pointer, and its size right behind it. */
struct stretch {
    const void *bytes;
    size_t size;
};

#define ASSERT_STRETCH(name)                                                            \
    _Static_assert(offsetof(struct attempt, name##_size) ==                             \
                       offsetof(struct attempt, name) + offsetof(struct stretch, size), \
                   "the size stands behind the pointer")
ASSERT_STRETCH(request_head);
ASSERT_STRETCH(response_head);
ASSERT_STRETCH(response_body);
_Static_assert(sizeof(enum outcome) == sizeof(int) && sizeof(unsigned) == sizeof(uint32_t), "members are read by size");

static size_t bytes_max(const struct field *field)
{
    return field->offset == offsetof(struct attempt, response_body) ? ATTEMPT_BODY_BYTES_MAX : ATTEMPT_HEAD_BYTES_MAX;
}

void attempt_id(const struct attempt *attempt, char id_out[static ATTEMPT_ID_BYTES])
{
    const struct delivery *delivery = &attempt->delivery;
    if (delivery->series == 0)
        (void)snprintf(id_out, ATTEMPT_ID_BYTES, "%s.%u", delivery->id, delivery->number);
    else
        (void)snprintf(id_out, ATTEMPT_ID_BYTES, "%s.%u.%u", delivery->id, delivery->number, delivery->series);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static const char *member_of(const struct attempt *attempt, const struct field *field)
{
    return (const char *)attempt + field->offset;
}

/* Whatever number the member holds; an enum's is its position in its table. */
static int64_t read_number(const struct attempt *attempt, const struct field *field)
{
    const char *member = member_of(attempt, field);
    int64_t wide = 0;
    int32_t narrow = 0;
    if (field->kind == BOOL)
        return *member != 0;
    if (field->size == sizeof(wide)) {
        memcpy(&wide, member, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, member, sizeof(narrow));
    return field->kind == UINT32 ? (int64_t)(uint32_t)narrow : narrow;
}

static struct stretch read_stretch(const struct attempt *attempt, const struct field *field)
{
    struct stretch stretch;
    memcpy(&stretch, member_of(attempt, field), sizeof(stretch));
    if (stretch.size > bytes_max(field))
        stretch.size = bytes_max(field);
    return stretch;
}

static bool is_empty(const struct attempt *attempt, const struct field *field)
{
    if (field->kind == BYTES)
        return read_stretch(attempt, field).size == 0;
    if (field->kind == ID || field->kind == TEXT)
        return *member_of(attempt, field) == '\0';
    return read_number(attempt, field) == 0;
}

static void append_number(struct buffer *out, int64_t number)
{
    char text[NUMBER_BYTES];
    char *first = text + sizeof(text);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        *--first = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        *--first = '-';
    buffer_append(out, first, (size_t)(text + sizeof(text) - first));
}

static void append_base64(struct buffer *out, struct stretch stretch)
{
    const char *bytes = stretch.bytes;
    buffer_append_char(out, '"');
    for (size_t at = 0; at < stretch.size; at += BASE64_CHUNK) {
        char text[BASE64_BYTES(BASE64_CHUNK)];
        size_t size = stretch.size - at < BASE64_CHUNK ? stretch.size - at : BASE64_CHUNK;
        buffer_append(out, text, base64_encode(bytes + at, size, text));
    }
    buffer_append_char(out, '"');
}

static void append_text(struct buffer *out, const char *text)
{
    buffer_append_json(out, text, strlen(text));
}

static void append_value(struct buffer *out, const struct attempt *attempt, const struct field *field)
{
    switch (field->kind) {
    case ID:
    case TEXT:
        append_text(out, member_of(attempt, field));
        break;
    case INT32:
    case UINT32:
    case INT64:
    case TIME:
        append_number(out, read_number(attempt, field));
        break;
    case BOOL:
        buffer_append_text(out, read_number(attempt, field) != 0 ? "true" : "false");
        break;
    case OUTCOME:
        append_text(out, outcome_text((enum outcome)read_number(attempt, field)));
        break;
    case ERROR:
        append_text(out, error_class_text((enum error_class)read_number(attempt, field)));
        break;
    case TRIGGER:
        append_text(out, trigger_text((enum trigger)read_number(attempt, field)));
        break;
    case BYTES:
        append_base64(out, read_stretch(attempt, field));
        break;
    }
}

void attempt_encode(const struct attempt *attempt, struct buffer *out)
{
    char separator = '{';
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
        if (fields[i].presence == OPTIONAL && is_empty(attempt, &fields[i]))
            continue;
        buffer_append_char(out, separator);
        buffer_append(out, fields[i].key, fields[i].key_length);
        append_value(out, attempt, &fields[i]);
        separator = ',';
    }
    buffer_append_char(out, '}');
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int write_text(const struct json_value *value, const struct field *field, char *member)
{
    int result = json_read_text(value, member, field->size - 1);
    if (result == -E2BIG && field->kind == TEXT)
        return 0; /* bytes that were no UTF-8 became longer on the way */
    if (result == 0 && field->presence == REQUIRED && member[0] == '\0')
        return -EINVAL;
    return result;
}

static int write_number(const struct json_value *value, const struct field *field, char *member)
{
    int64_t number = 0;
    int64_t min = field->kind == INT32 ? INT32_MIN : field->kind == INT64 ? INT64_MIN : 0;
    int64_t max = field->kind == INT32    ? INT32_MAX
                  : field->kind == UINT32 ? UINT32_MAX
                  : field->kind == TIME   ? TIME_MS_MAX
                                          : INT64_MAX;
    int result = json_read_int64(value, &number);
    if (result < 0 || number < min || number > max)
        return -EINVAL;
    uint32_t narrow = (uint32_t)number;
    if (field->size == sizeof(number))
        memcpy(member, &number, sizeof(number));
    else
        memcpy(member, &narrow, sizeof(narrow));
    return 0;
}

static int write_name(const struct json_value *value, const struct field *field, char *member)
{
    char text[32];
    int result = json_read_text(value, text, sizeof(text) - 1);
    if (result < 0)
        return result;
    enum outcome outcome = 0;
    enum error_class error_class = 0;
    enum trigger trigger = 0;
    if (field->kind == OUTCOME) {
        result = outcome_parse(text, &outcome);
        memcpy(member, &outcome, sizeof(outcome));
    } else if (field->kind == ERROR) {
        result = error_class_parse(text, &error_class);
        memcpy(member, &error_class, sizeof(error_class));
    } else {
        result = trigger_parse(text, &trigger);
        memcpy(member, &trigger, sizeof(trigger));
    }
    return result;
}

static int write_bool(const struct json_value *value, char *member)
{
    bool is_true = false;
    int result = json_read_bool(value, &is_true);
    memcpy(member, &is_true, sizeof(is_true));
    return result;
}

static int write_bytes(const struct json_value *value, const struct field *field, char *member)
{
    size_t max = bytes_max(field);
    if (value->kind != JSON_KIND_TEXT || value->length - 2 >= BASE64_BYTES(max))
        return -EINVAL;
    uint8_t *bytes = alloc_bytes(value->length / 4 * 3 + 1);
    struct stretch stretch = {.bytes = bytes};
    memcpy(member, &stretch, sizeof(stretch)); /* the attempt's from here on, also when it fails */
    int result = base64_decode(value->text + 1, value->length - 2, bytes, max, &stretch.size);
    bytes[stretch.size] = '\0';
    memcpy(member, &stretch, sizeof(stretch));
    return result;
}

static int write_value(const struct json_value *value, const struct field *field, struct attempt *attempt)
{
    char *member = (char *)attempt + field->offset;
    switch (field->kind) {
    case ID:
    case TEXT:
        return write_text(value, field, member);
    case INT32:
    case UINT32:
    case INT64:
    case TIME:
        return write_number(value, field, member);
    case BOOL:
        return write_bool(value, member);
    case OUTCOME:
    case ERROR:
    case TRIGGER:
        return write_name(value, field, member);
    case BYTES:
        break;
    }
    return write_bytes(value, field, member);
}

static int write_fields(const struct json_member members[static ARRAY_LENGTH(fields)], struct attempt *attempt,
                        struct error *error)
{
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
        const struct json_value *value = &members[i].value;
        if (value->kind == JSON_KIND_ABSENT && fields[i].presence == REQUIRED)
            return error_set(error, EINVAL, "%s is missing", fields[i].name);
        if (value->kind != JSON_KIND_ABSENT && write_value(value, &fields[i], attempt) < 0)
            return error_set(error, EINVAL, "%s has the wrong type or form", fields[i].name);
    }
    if (attempt->delivery.number == 0)
        return error_set(error, EINVAL, "number has to be at least 1");
    return 0;
}

int attempt_decode(const char *json, size_t length, struct attempt *attempt_out, struct error *error)
{
    struct json_member members[ARRAY_LENGTH(fields)];
    struct attempt attempt = {.code = 0};
    if (length > ATTEMPT_RECORD_BYTES_MAX)
        return error_set(error, EINVAL, "the record is larger than %d bytes", ATTEMPT_RECORD_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        members[i].name = fields[i].name;
    int result = json_scan(json, length, members, ARRAY_LENGTH(members), error);
    if (result == JSON_NOT_AN_OBJECT)
        result = error_set(error, EINVAL, "the record is not a JSON object");
    if (result == 0)
        result = write_fields(members, &attempt, error);
    if (result == 0)
        *attempt_out = attempt;
    else
        attempt_deinit(&attempt);
    return result;
}

void attempt_deinit(struct attempt *attempt)
{
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
        void *bytes;
        if (fields[i].kind != BYTES)
            continue;
        memcpy(&bytes, member_of(attempt, &fields[i]), sizeof(bytes));
        free(bytes);
    }
    *attempt = (struct attempt){.code = 0};
}
