/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/json_string.h"

#include <errno.h>
#include <string.h>

#include "common/base/parse.h"

/* Of a hexadecimal digit, or 16. */
static unsigned hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return (unsigned)(byte - '0');
    if (byte >= 'a' && byte <= 'f')
        return (unsigned)(byte - 'a') + 10;
    return byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A') + 10 : 16;
}

size_t json_escape_length(const char *text, size_t length)
{
    if (length < 2 || text[1] == '\0' || strchr("\"\\/bfnrtu", text[1]) == NULL)
        return 0;
    if (text[1] != 'u')
        return 2;
    for (size_t i = 2; i < 6; i++) {
        if (i >= length || hex_value(text[i]) == 16)
            return 0;
    }
    return 6;
}

/* The UTF-16 unit of the escape at the start of the text; moves behind it. */
static unsigned take_escape(const char **at)
{
    static const char escapes[] = "b\bf\fn\nr\rt\t";
    const char *text = *at;
    if (text[1] == 'u') {
        *at = text + 6;
        return hex_value(text[2]) << 12 | hex_value(text[3]) << 8 | hex_value(text[4]) << 4 | hex_value(text[5]);
    }
    *at = text + 2;
    const char *escape = strchr(escapes, text[1]);
    return (unsigned char)(escape != NULL ? escape[1] : text[1]);
}

/* UTF-8 of a code point; a single surrogate is written like any other (3 bytes), to be found by who minds. */
static size_t encode_utf8(unsigned point, char bytes_out[static 4])
{
    if (point < 0x80) {
        bytes_out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; point >>= 6)
        bytes_out[i] = (char)(0x80 | (point & 0x3f));
    bytes_out[0] = (char)((0xf00U >> length & 0xff) | point);
    return length;
}

/* Goes through the bytes that a sound string stands for. */
struct decoder {
    const char *at;
    const char *end;
    char pending[4]; /* of an escape */
    size_t pending_length;
    size_t pending_at;
};

/* at stands behind an escape with the first half of a pair; takes the second half if it is there. */
static unsigned join_surrogates(struct decoder *decoder, unsigned high)
{
    const char *at = decoder->at;
    if (high < 0xd800 || high > 0xdbff || decoder->end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return high;
    unsigned low = take_escape(&at);
    if (low < 0xdc00 || low > 0xdfff)
        return high;
    decoder->at = at;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* -1 at the end. */
static int next_byte(struct decoder *decoder)
{
    if (decoder->pending_at < decoder->pending_length)
        return (unsigned char)decoder->pending[decoder->pending_at++];
    if (decoder->at == decoder->end)
        return -1;
    if (*decoder->at != '\\')
        return (unsigned char)*decoder->at++;
    unsigned unit = take_escape(&decoder->at);
    decoder->pending_length = encode_utf8(join_surrogates(decoder, unit), decoder->pending);
    decoder->pending_at = 1;
    return (unsigned char)decoder->pending[0];
}

int json_string_compare(const struct json_string *left, const struct json_string *right)
{
    if (!left->has_escape && !right->has_escape) {
        size_t length = left->length < right->length ? left->length : right->length;
        int order = memcmp(left->text, right->text, length);
        return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
    }
    struct decoder a = {.at = left->text, .end = left->text + left->length};
    struct decoder b = {.at = right->text, .end = right->text + right->length};
    int byte;
    int order;
    do {
        byte = next_byte(&a);
        order = byte - next_byte(&b);
    } while (order == 0 && byte >= 0);
    return order;
}

bool json_string_is_equal(const struct json_string *left, const struct json_string *right)
{
    if (!left->has_escape && !right->has_escape && left->length != right->length)
        return false;
    return json_string_compare(left, right) == 0;
}

int json_string_read(const struct json_string *string, char *text_out, size_t length_max)
{
    if (!string->has_escape && string->length <= length_max) { /* the bytes are what they stand for */
        memcpy(text_out, string->text, string->length);
        text_out[string->length] = '\0';
        return 0;
    }
    struct decoder decoder = {.at = string->text, .end = string->text + string->length};
    size_t length = 0;
    int byte = next_byte(&decoder);
    for (; byte >= 0 && length < length_max; byte = next_byte(&decoder))
        text_out[length++] = (char)byte;
    bool is_cut = byte >= 0;
    for (; is_cut && length > 0 && (byte & 0xc0) == 0x80; length--)
        byte = (unsigned char)text_out[length - 1]; /* back to where a character starts */
    text_out[length] = '\0';
    if (!parse_is_utf8(text_out, length))
        return -EINVAL;
    return is_cut ? -E2BIG : 0;
}
