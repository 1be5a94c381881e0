#pragma once
/*
 * Why a request is refused: RFC 9457 problems, and the fields of a body that are wrong.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stddef.h>

#include "common/base/attributes.h"

#define PROBLEM(id, status, code, title) PROBLEM_##id,

enum problem {
#include "api/problems.def"
    PROBLEM_COUNT
};

#undef PROBLEM

unsigned problem_status(enum problem problem);
const char *problem_code(enum problem problem);

/* The body of the answer. errors (an array, or NULL) becomes the member of that name; the reference stays the caller's.
 */
json_t *problem_json(enum problem problem, const char *detail, const char *request_id, json_t *errors);

#define FIELD_ERRORS_MAX 50

/* What is wrong with a body, field by field. Zero-initialised is empty. */
struct field_errors {
    json_t *items; /* array of {"pointer","detail"}; NULL: none */
};

/* path is a field's name, or a JSON pointer without the first slash ("rate_limit/per_second"). What is past the maximum
 * is left out. */
void field_errors_add(struct field_errors *errors, const char *path, const char *format, ...) PRINTF_LIKE(3, 4);
size_t field_errors_count(const struct field_errors *errors);
void field_errors_deinit(struct field_errors *errors);

#define POINTER_PATH_BYTES 256

/* "object/key" for field_errors_add(), with the key escaped as RFC 6901 wants it; cut if it is longer. object may be
 * "". */
char *pointer_path(const char *object, const char *key, char path_out[static POINTER_PATH_BYTES]);
