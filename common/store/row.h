#pragma once
/*
 * Cells of a libpq result in text format as values. A NULL cell reads as "", 0 or false; row_is_null() tells it apart.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row { /* borrowed; gone with the result */
    const PGresult *result;
    int index;
};

bool row_is_null(struct row row, int column);
const char *row_text(struct row row, int column);                       /* borrowed */
void row_copy(struct row row, int column, char *text_out, size_t size); /* cut if it does not fit */
int64_t row_int64(struct row row, int column);
bool row_bool(struct row row, int column);
json_t *row_json(struct row row, int column); /* a new reference; JSON null for NULL */
/* The bytes of a bytea, owned by the caller and with a NUL after them; NULL for NULL. */
char *row_bytes(struct row row, int column, size_t *size_out);

/* A number as a parameter; borrowed from the buffer. */
#define ROW_NUMBER_BYTES 24
const char *row_number(int64_t number, char buffer[static ROW_NUMBER_BYTES]);
