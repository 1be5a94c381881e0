#pragma once
/*
 * Files that a command line names; "-" is standard input. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdio.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"
#include "common/base/error.h"

/* Opens for reading; "-" gives stdin. Close with input_close(). NULL with the error. */
FILE *input_open(const char *path, struct error *error);
void input_close(FILE *file); /* NULL-safe; leaves stdin open */

/* Appends the whole file. -EMSGSIZE: more than the buffer's maximum. */
MUST_CHECK int input_read(const char *path, struct buffer *out, struct error *error);

/* Can others than the owner read it? False when that cannot be told. */
bool input_is_shared(const char *path);

/* For CLEANUP: overwrites the bytes before they are freed. */
void buffer_wipe(struct buffer *buffer);
