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

/* The value of a base64 digit, or -1. */
static int base64_value(char digit)
{
    const char *found = digit == '\0' ? NULL : strchr(base64_alphabet, digit);
    return found == NULL ? -1 : (int)(found - base64_alphabet);
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
