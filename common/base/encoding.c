/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/encoding.h"

#include <errno.h>
#include <string.h>

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Writes the bytes in groups of digit_bits bits, the last filled up with zero bits; returns the
 * number of digits. */
static size_t encode(const uint8_t *bytes, size_t size, unsigned digit_bits, const char *alphabet, char *text_out)
{
    unsigned pending = 0;
    unsigned pending_bits = 0;
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        pending = (pending << 8 | bytes[i]) & 0xffff;
        pending_bits += 8;
        for (; pending_bits >= digit_bits; pending_bits -= digit_bits)
            text_out[length++] = alphabet[pending >> (pending_bits - digit_bits) & ((1U << digit_bits) - 1)];
    }
    if (pending_bits > 0)
        text_out[length++] = alphabet[pending << (digit_bits - pending_bits) & ((1U << digit_bits) - 1)];
    text_out[length] = '\0';
    return length;
}

size_t hex_encode(const void *bytes, size_t size, char *text_out)
{
    return encode(bytes, size, 4, "0123456789abcdef", text_out);
}

size_t base64_encode(const void *bytes, size_t size, char *text_out)
{
    size_t length = encode(bytes, size, 6, base64_alphabet, text_out);
    while (length % 4 != 0)
        text_out[length++] = '=';
    text_out[length] = '\0';
    return length;
}

size_t base32_encode(const void *bytes, size_t size, char *text_out)
{
    return encode(bytes, size, 5, base32_alphabet, text_out);
}

/* The value of a base64 digit, or -1; a table, because the recorder decodes the heads and bodies of every attempt. */
static const int8_t base64_values[128] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1, -1, 63, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
    13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30, 31, 32,
    33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};

static int base64_value(char digit)
{
    unsigned char position = (unsigned char)digit;
    return position < sizeof(base64_values) ? base64_values[position] : -1;
}

int base64_decode(const char *text, size_t length, uint8_t *bytes_out, size_t max_size, size_t *size_out)
{
    size_t padding = 0;
    if (length % 4 != 0)
        return -EINVAL;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    size_t digit_count = length - padding;
    size_t size = length / 4 * 3 - padding;
    uint32_t pending = 0;
    for (size_t i = 0; i < digit_count; i++) {
        int value = base64_value(text[i]);
        if (value < 0)
            return -EINVAL;
        pending = pending << 6 | (uint32_t)value;
    }
    if ((padding == 1 && (pending & 0x3) != 0) || (padding == 2 && (pending & 0xf) != 0))
        return -EINVAL; /* another text for the same bytes */
    if (size > max_size)
        return -ENOSPC;
    unsigned pending_bits = 0;
    size_t written = 0;
    for (size_t i = 0; i < digit_count; i++) {
        pending = pending << 6 | (uint32_t)base64_value(text[i]);
        pending_bits += 6;
        if (pending_bits >= 8) {
            pending_bits -= 8;
            bytes_out[written++] = (uint8_t)(pending >> pending_bits);
        }
    }
    *size_out = written;
    return 0;
}
