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

size_t parse_utf8_length(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char second_min = 0x80;
    unsigned char second_max = 0xbf;
    size_t sequence_length;
    if (length == 0 || bytes[0] == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) {
        sequence_length = 2;
    } else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef) {
        sequence_length = 3;
        second_min = bytes[0] == 0xe0 ? 0xa0 : 0x80; /* below: overlong */
        second_max = bytes[0] == 0xed ? 0x9f : 0xbf; /* above: surrogates */
    } else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4) {
        sequence_length = 4;
        second_min = bytes[0] == 0xf0 ? 0x90 : 0x80; /* below: overlong */
        second_max = bytes[0] == 0xf4 ? 0x8f : 0xbf; /* above: past U+10FFFF */
    } else {
        return 0;
    }
    if (length < sequence_length || bytes[1] < second_min || bytes[1] > second_max)
        return 0;
    for (size_t i = 2; i < sequence_length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    return sequence_length;
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
