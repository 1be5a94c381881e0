/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/text_width.h"

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/base/parse.h"

struct range {
    uint32_t first, last;
};

/* Combining marks and joiners of common scripts (Unicode 15: Mn, Me, and Cf that show nothing). */
static const struct range zero_ranges[] = {
    {0x0300,  0x036f },
    {0x0483,  0x0489 },
    {0x0591,  0x05bd },
    {0x05bf,  0x05bf },
    {0x05c1,  0x05c2 },
    {0x05c4,  0x05c5 },
    {0x0610,  0x061a },
    {0x064b,  0x065f },
    {0x0670,  0x0670 },
    {0x06d6,  0x06dc },
    {0x06df,  0x06e4 },
    {0x0900,  0x0902 },
    {0x093a,  0x093a },
    {0x093c,  0x093c },
    {0x0941,  0x0948 },
    {0x094d,  0x094d },
    {0x0e31,  0x0e31 },
    {0x0e34,  0x0e3a },
    {0x0e47,  0x0e4e },
    {0x1ab0,  0x1ace },
    {0x1dc0,  0x1dff },
    {0x200b,  0x200d },
    {0x2060,  0x2064 },
    {0x20d0,  0x20f0 },
    {0x302a,  0x302d },
    {0x3099,  0x309a },
    {0xfe00,  0xfe0f },
    {0xfe20,  0xfe2f },
    {0xe0100, 0xe01ef},
};

/* East Asian Width W and F, joined where only unassigned characters lie between. */
static const struct range wide_ranges[] = {
    {0x1100,  0x115f },
    {0x231a,  0x231b },
    {0x2329,  0x232a },
    {0x23e9,  0x23ec },
    {0x25fd,  0x25fe },
    {0x2614,  0x2615 },
    {0x2648,  0x2653 },
    {0x26a1,  0x26a1 },
    {0x26bd,  0x26be },
    {0x26d4,  0x26d4 },
    {0x2705,  0x2705 },
    {0x270a,  0x270b },
    {0x2728,  0x2728 },
    {0x274c,  0x274c },
    {0x2753,  0x2757 },
    {0x2795,  0x2797 },
    {0x2b1b,  0x2b1c },
    {0x2b50,  0x2b50 },
    {0x2b55,  0x2b55 },
    {0x2e80,  0x303e },
    {0x3041,  0x33ff },
    {0x3400,  0x4dbf },
    {0x4e00,  0xa4cf },
    {0xa960,  0xa97c },
    {0xac00,  0xd7a3 },
    {0xf900,  0xfaff },
    {0xfe30,  0xfe6b },
    {0xff01,  0xff60 },
    {0xffe0,  0xffe6 },
    {0x16fe0, 0x18cff},
    {0x1b000, 0x1b2ff},
    {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f18e},
    {0x1f191, 0x1f19a},
    {0x1f200, 0x1f320},
    {0x1f32d, 0x1f335},
    {0x1f337, 0x1f37c},
    {0x1f37e, 0x1f393},
    {0x1f3a0, 0x1f3ca},
    {0x1f3cf, 0x1f3d3},
    {0x1f3e0, 0x1f3f0},
    {0x1f3f4, 0x1f3f4},
    {0x1f3f8, 0x1f43e},
    {0x1f440, 0x1f440},
    {0x1f442, 0x1f4fc},
    {0x1f4ff, 0x1f53d},
    {0x1f54b, 0x1f54e},
    {0x1f550, 0x1f567},
    {0x1f595, 0x1f596},
    {0x1f5a4, 0x1f5a4},
    {0x1f5fb, 0x1f64f},
    {0x1f680, 0x1f6c5},
    {0x1f6cc, 0x1f6cc},
    {0x1f6d0, 0x1f6df},
    {0x1f6eb, 0x1f6ec},
    {0x1f6f4, 0x1f6fc},
    {0x1f7e0, 0x1f7eb},
    {0x1f90c, 0x1f93a},
    {0x1f93c, 0x1f945},
    {0x1f947, 0x1f9ff},
    {0x1fa70, 0x1faff},
    {0x20000, 0x3fffd},
};

static bool is_within(uint32_t character, const struct range *ranges, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (character < ranges[middle].first)
            high = middle;
        else if (character > ranges[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* The character at the start and its bytes; a byte that is no UTF-8 counts as one character. */
static uint32_t decode(const char *text, size_t length, size_t *size_out)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t size = parse_utf8_length(text, length);
    *size_out = size == 0 ? 1 : size;
    uint32_t character = (unsigned char)text[0] & first_bits[*size_out];
    for (size_t i = 1; i < size; i++)
        character = character << 6 | ((unsigned char)text[i] & 0x3f);
    return character;
}

static size_t character_width(uint32_t character)
{
    if (is_within(character, zero_ranges, ARRAY_LENGTH(zero_ranges)))
        return 0;
    return is_within(character, wide_ranges, ARRAY_LENGTH(wide_ranges)) ? 2 : 1;
}

size_t text_width(const char *text, size_t length)
{
    size_t width = 0, size;
    for (size_t i = 0; i < length; i += size)
        width += character_width(decode(text + i, length - i, &size));
    return width;
}

size_t text_append_cut(struct buffer *out, const char *text, size_t length, size_t width_max)
{
    size_t width = text_width(text, length), size;
    if (width <= width_max) {
        buffer_append(out, text, length);
        return width;
    }
    if (width_max == 0)
        return 0;
    width = 0;
    for (size_t i = 0; i < length; i += size) {
        size_t character = character_width(decode(text + i, length - i, &size));
        if (width + character > width_max - 1)
            break;
        buffer_append(out, text + i, size);
        width += character;
    }
    buffer_append_text(out, "…");
    return width + 1;
}
