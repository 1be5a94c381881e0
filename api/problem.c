/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/parse.h"

#define TYPE_PREFIX  "https://keeptrusts.dev/problems/"
#define DETAIL_BYTES 512

static const struct {
    unsigned status;
    const char *code;
    const char *title;
} problems[] = {

#define PROBLEM(id, status, code, title) [PROBLEM_##id] = {status, code, title},
#include "api/problems.def"
#undef PROBLEM
};

unsigned problem_status(enum problem problem)
{
    return problems[problem].status;
}

const char *problem_code(enum problem problem)
{
    return problems[problem].code;
}

/* A text that may have been cut in the middle of a character. */
static json_t *json_cut_text(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && !parse_is_utf8(text, length))
        length--;
    return json_stringn(text, length);
}

json_t *problem_json(enum problem problem, const char *detail, const char *request_id, json_t *errors)
{
    json_t *json =
        json_pack("{s:s+, s:s, s:i, s:o, s:s+, s:s}", "type", TYPE_PREFIX, problems[problem].code, "title",
                  problems[problem].title, "status", (int)problems[problem].status, "detail", json_cut_text(detail),
                  "instance", "urn:kt:request:", request_id, "code", problems[problem].code);
    if (errors != NULL)
        json_object_set(json, "errors", errors);
    return json;
}

void field_errors_add(struct field_errors *errors, const char *path, const char *format, ...)
{
    if (errors->items == NULL)
        errors->items = json_array();
    if (json_array_size(errors->items) >= FIELD_ERRORS_MAX)
        return;
    char pointer[POINTER_PATH_BYTES + 1], detail[DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    (void)snprintf(pointer, sizeof pointer, "/%s", path);
    json_array_append_new(errors->items,
                          json_pack("{s:o, s:o}", "pointer", json_cut_text(pointer), "detail", json_cut_text(detail)));
}

size_t field_errors_count(const struct field_errors *errors)
{
    return json_array_size(errors->items);
}

void field_errors_deinit(struct field_errors *errors)
{
    json_decref(errors->items);
    errors->items = NULL;
}

char *pointer_path(const char *object, const char *key, char path_out[static POINTER_PATH_BYTES])
{
    size_t length = (size_t)snprintf(path_out, POINTER_PATH_BYTES, "%s%s", object, object[0] == '\0' ? "" : "/");
    for (; *key != '\0' && length + 3 < POINTER_PATH_BYTES; key++) {
        if (*key == '~' || *key == '/') {
            path_out[length++] = '~';
            path_out[length++] = *key == '~' ? '0' : '1';
        } else {
            path_out[length++] = *key;
        }
    }
    path_out[length] = '\0';
    return path_out;
}
