#pragma once
/*
 * What went wrong, in words for an operator. A function that can fail returns a negative errno and
 * fills the struct that the caller owns (fixed size, no allocation); context is put in front on the
 * way up. Success leaves it alone. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"

#define ERROR_TEXT_BYTES 1024

struct error {
    char text[ERROR_TEXT_BYTES]; /* NUL-terminated, cut at the end if too long; "" when nothing was
                                    set */
};

/* Sets the text and returns -code (code is a positive errno), so that `return error_set(error,
 * EINVAL, …)` works. A NULL error is allowed: the code alone is returned. */
int error_set(struct error *error, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "context: " in front of the text and returns code unchanged (a negative one). */
int error_prefix(struct error *error, int code, const char *format, ...) PRINTF_LIKE(3, 4);
