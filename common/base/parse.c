/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/parse.h"

#include <errno.h>
#include <string.h>

/* A unit and how many of the base unit it is. */
struct unit {
    const char *text;
    int64_t factor;
};

/* Digits at the start of the text; how many is in *digit_count_out. Negative is the sign of the
 * result. */
static int parse_digits(const char *text, size_t length, bool is_negative, int64_t *out, size_t *digit_count_out)
{
    int64_t value = 0;
    size_t i = 0;
    bool is_too_big = false;
    for (; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        int digit = is_negative ? '0' - text[i] : text[i] - '0';
        is_too_big |= __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value);
    }
    if (i == 0)
        return -EINVAL;
    *digit_count_out = i;
    *out = value;
    return is_too_big ? -ERANGE : 0;
}

int parse_int64(const char *text, size_t length, int64_t *out)
{
    bool is_negative = length > 0 && text[0] == '-';
    size_t sign_length = is_negative ? 1 : 0;
    size_t digit_count = 0;
    int64_t value = 0;
    int status = parse_digits(text + sign_length, length - sign_length, is_negative, &value, &digit_count);
    if (status == -EINVAL || sign_length + digit_count != length)
        return -EINVAL;
    if (status < 0)
        return status;
    *out = value;
    return 0;
}

int parse_bool(const char *text, size_t length, bool *out)
{
    if (length == 4 && memcmp(text, "true", 4) == 0)
        *out = true;
    else if (length == 5 && memcmp(text, "false", 5) == 0)
        *out = false;
    else
        return -EINVAL;
    return 0;
}

/* A number with one of the units behind it; units ends with a NULL text. */
static int parse_with_unit(const char *text, size_t length, const struct unit *units, int64_t *out)
{
    size_t digit_count = 0;
    int64_t value = 0;
    int status = parse_digits(text, length, false, &value, &digit_count);
    if (status == -EINVAL)
        return status;
    size_t unit_length = length - digit_count;
    for (; units->text != NULL; units++) {
        if (strlen(units->text) != unit_length || memcmp(text + digit_count, units->text, unit_length) != 0)
            continue;
        if (status < 0 || __builtin_mul_overflow(value, units->factor, &value))
            return -ERANGE;
        *out = value;
        return 0;
    }
    return -EINVAL;
}

int parse_duration_ms(const char *text, size_t length, int64_t *out)
{
    static const struct unit units[] = {
        {"",   1       },
        {"ms", 1       },
        {"s",  1000    },
        {"m",  60000   },
        {"h",  3600000 },
        {"d",  86400000},
        {NULL, 0       },
    };
    return parse_with_unit(text, length, units, out);
}

int parse_size(const char *text, size_t length, int64_t *out)
{
    static const struct unit units[] = {
        {"",    1      },
        {"KiB", 1 << 10},
        {"MiB", 1 << 20},
        {"GiB", 1 << 30},
        {NULL,  0      },
    };
    return parse_with_unit(text, length, units, out);
}

/* Table 3-7 of the Unicode standard: what may follow a first byte. Without the rows of their own, E0, ED, F0 and F4
 * would let overlong forms, surrogates and characters past U+10FFFF through. All later bytes are 80 to BF. */
static const struct {
    unsigned char first_min, first_max;
    unsigned char length;
    unsigned char second_min, second_max;
} utf8_sequences[] = {
    {0x01, 0x7f, 1, 0x00, 0x00},
    {0xc2, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static bool are_continuations(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    }
    return true;
}

size_t parse_utf8_length(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t i = 0;
    if (length == 0)
        return 0;
    while (i < ARRAY_LENGTH(utf8_sequences) && bytes[0] > utf8_sequences[i].first_max)
        i++;
    if (i == ARRAY_LENGTH(utf8_sequences) || bytes[0] < utf8_sequences[i].first_min ||
        length < utf8_sequences[i].length)
        return 0;
    if (utf8_sequences[i].length == 1)
        return 1;
    if (bytes[1] < utf8_sequences[i].second_min || bytes[1] > utf8_sequences[i].second_max)
        return 0;
    return are_continuations(bytes + 2, utf8_sequences[i].length - 2U) ? utf8_sequences[i].length : 0;
}

bool parse_is_utf8(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t sequence_length = parse_utf8_length(text + i, length - i);
        if (sequence_length == 0)
            return false;
        i += sequence_length;
    }
    return true;
}
