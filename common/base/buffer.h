#pragma once
/*
 * A growing run of bytes with a named maximum. Invariants: bytes[length] is always a readable NUL
 * once anything was appended; length never passes max_bytes. An append that would is dropped whole
 * and sets is_overflowed, so a builder appends freely and looks once at the end. Zero-initialised
 * plus buffer_init() is ready. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"

struct buffer {
    char *bytes; /* owned; NULL until the first append */
    size_t length;
    size_t capacity;
    size_t max_bytes;
    bool is_overflowed;
};

void buffer_init(struct buffer *buffer, size_t max_bytes);
void buffer_deinit(struct buffer *buffer); /* NULL-safe, leaves it empty */
void buffer_clear(struct buffer *buffer);  /* keeps the memory */

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_char(struct buffer *buffer, char byte);
void buffer_append_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* A JSON string with its quotes; control bytes escaped, invalid UTF-8 replaced by U+FFFD. text NULL
 * → null. */
void buffer_append_json(struct buffer *buffer, const char *text, size_t length);

/* Hands the bytes over (free() them) and leaves the buffer empty; never NULL. */
char *buffer_take(struct buffer *buffer);
