#pragma once
/*
 * Values in the binary format of COPY (PostgreSQL documentation, "COPY", section Binary Format), appended to a buffer:
 * a row begins with its number of fields, then come the fields in the order of the columns. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buffer.h"

#define COPY_HEADER_BYTES  19
#define COPY_TRAILER_BYTES 2
extern const char copy_header[COPY_HEADER_BYTES];
extern const char copy_trailer[COPY_TRAILER_BYTES];

void copy_row(struct buffer *buffer, int16_t field_count);

void copy_time(struct buffer *buffer, int64_t wall_ms);
void copy_int32(struct buffer *buffer, int64_t number); /* what does not fit becomes the nearest that does */
void copy_int64(struct buffer *buffer, int64_t number);
void copy_bool(struct buffer *buffer, bool is_true);
void copy_text(struct buffer *buffer, const char *text);

/* 0, "" and no bytes are NULL. */
void copy_optional_time(struct buffer *buffer, int64_t wall_ms);
void copy_optional_int32(struct buffer *buffer, int64_t number);
void copy_optional_text(struct buffer *buffer, const char *text);
void copy_optional_bytes(struct buffer *buffer, const void *bytes, size_t size);
