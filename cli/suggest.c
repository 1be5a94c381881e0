/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suggest.h"

#include <string.h>

#define WORD_BYTES_MAX 40 /* longer ones are no typing mistakes */

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Optimal string alignment distance: three rows of the usual table. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_BYTES_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_length];
}

const char *suggest(const char *word, const char *const *names, size_t count)
{
    size_t length = strlen(word);
    size_t nearest = 1 + length / 3; /* more mistakes than that are another word */
    const char *found = NULL;
    if (length == 0 || length > WORD_BYTES_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t name_length = names[i] == NULL ? 0 : strlen(names[i]);
        if (name_length == 0 || name_length > WORD_BYTES_MAX)
            continue;
        size_t apart = distance(word, length, names[i], name_length);
        if (length >= 3 && strncmp(word, names[i], length) == 0)
            apart = 1; /* the start of it */
        if (apart < nearest || (apart == nearest && found == NULL)) {
            nearest = apart;
            found = names[i];
        }
    }
    return found;
}
