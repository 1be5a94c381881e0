/* SPDX-License-Identifier: Apache-2.0 */
#include "api/cursor.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/encoding.h"
#include "common/base/parse.h"

/* base64url without padding of "<list>|<microseconds>|<id>" */
#define PLAIN_BYTES (CURSOR_LIST_BYTES_MAX + 1 + 20 + 1 + WEBHOOK_ID_BYTES_MAX + 1)

static_assert(BASE64_BYTES(PLAIN_BYTES) <= CURSOR_TEXT_BYTES, "a cursor fits");

void cursor_encode(const char *list, const struct position *position, char text_out[static CURSOR_TEXT_BYTES])
{
    char plain[PLAIN_BYTES];
    assert(strlen(list) <= CURSOR_LIST_BYTES_MAX);
    int length = snprintf(plain, sizeof plain, "%s|%" PRId64 "|%s", list, position->micros, position->id);
    base64_encode(plain, (size_t)length, text_out);
    for (char *letter = text_out; *letter != '\0'; letter++) {
        if (*letter == '+')
            *letter = '-';
        else if (*letter == '/')
            *letter = '_';
        else if (*letter == '=')
            *letter = '\0';
    }
}

/* Back to padded base64. */
static int decode_text(const char *text, char plain_out[static PLAIN_BYTES])
{
    char padded[CURSOR_TEXT_BYTES];
    size_t length = strlen(text), plain_length;
    if (length + 4 > sizeof padded)
        return -EINVAL;
    for (size_t i = 0; i < length; i++)
        padded[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
    while (length % 4 != 0)
        padded[length++] = '=';
    if (base64_decode(padded, length, (uint8_t *)plain_out, PLAIN_BYTES - 1, &plain_length) < 0)
        return -EINVAL;
    plain_out[plain_length] = '\0';
    return strlen(plain_out) == plain_length ? 0 : -EINVAL;
}

static bool is_id(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strlen(text);
    return length > 0 && length <= WEBHOOK_ID_BYTES_MAX && strspn(text, letters) == length;
}

int cursor_decode(const char *list, const char *text, struct position *position_out)
{
    char plain[PLAIN_BYTES];
    struct position position;
    size_t list_length = strlen(list);
    if (decode_text(text, plain) < 0 || strncmp(plain, list, list_length) != 0 || plain[list_length] != '|')
        return -EINVAL;
    const char *micros = plain + list_length + 1;
    const char *end = strchr(micros, '|');
    if (end == NULL || parse_int64(micros, (size_t)(end - micros), &position.micros) < 0 || position.micros < 0 ||
        position.micros > POSITION_START_MICROS || !is_id(end + 1))
        return -EINVAL;
    (void)snprintf(position.id, sizeof position.id, "%s", end + 1);
    *position_out = position;
    return 0;
}
