/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/row.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/parse.h"

bool row_is_null(struct row row, int column)
{
    return PQgetisnull(row.result, row.index, column) != 0;
}

const char *row_text(struct row row, int column)
{
    return PQgetvalue(row.result, row.index, column);
}

void row_copy(struct row row, int column, char *text_out, size_t size)
{
    (void)snprintf(text_out, size, "%s", row_text(row, column));
}

int64_t row_int64(struct row row, int column)
{
    int64_t value = 0;
    const char *text = row_text(row, column);
    int result = parse_int64(text, strlen(text), &value);
    assert(result == 0 || row_is_null(row, column)); /* our own query selected something that is no whole number */
    return value;
}

bool row_bool(struct row row, int column)
{
    return strcmp(row_text(row, column), "t") == 0;
}

json_t *row_json(struct row row, int column)
{
    json_t *json = row_is_null(row, column) ? NULL : json_loads(row_text(row, column), JSON_DECODE_ANY, NULL);
    return json != NULL ? json : json_null();
}

char *row_bytes(struct row row, int column, size_t *size_out)
{
    *size_out = 0;
    if (row_is_null(row, column))
        return NULL;
    unsigned char *unescaped = PQunescapeBytea((const unsigned char *)row_text(row, column), size_out);
    assert(unescaped != NULL); /* only without memory */
    char *bytes = alloc_text_n((const char *)unescaped, *size_out);
    PQfreemem(unescaped);
    return bytes;
}

const char *row_number(int64_t number, char buffer[static ROW_NUMBER_BYTES])
{
    (void)snprintf(buffer, ROW_NUMBER_BYTES, "%" PRId64, number);
    return buffer;
}
