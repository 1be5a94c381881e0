/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/random.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define PREFIX_BYTES_MAX 16
#define ID_BYTES         16 /* 48 bits of time and 80 random ones */
#define ID_DIGITS        26

void random_bytes(void *bytes_out, size_t size)
{
    static const char message[] = "the kernel has no random bytes, the process ends\n";
    unsigned char *at = bytes_out;
    while (size > 0) {
        ssize_t count = getrandom(at, size, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
            abort();
        }
        at += count;
        size -= (size_t)count;
    }
}

/* Values past the last whole multiple of limit would favour the small results and are drawn again.
 */
uint64_t random_below(uint64_t limit)
{
    assert(limit > 0);
    uint64_t excess = -limit % limit; /* 2^64 modulo limit */
    uint64_t value;
    do {
        random_bytes(&value, sizeof(value));
    } while (value < excess);
    return value % limit;
}

/* Five bits from bit number `at` on, counted from the most significant; zero bits follow the last.
 */
static unsigned five_bits(const uint8_t bytes[static ID_BYTES], size_t at)
{
    unsigned pair = (unsigned)bytes[at / 8] << 8;
    if (at / 8 + 1 < ID_BYTES)
        pair |= bytes[at / 8 + 1];
    return pair >> (11 - at % 8) & 31;
}

char *random_id(const char *prefix, int64_t wall_ms, char id_out[static RANDOM_ID_BYTES])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    uint8_t bytes[ID_BYTES];
    size_t prefix_length = strlen(prefix);
    assert(prefix_length <= PREFIX_BYTES_MAX);
    for (int i = 0; i < 6; i++)
        bytes[i] = (uint8_t)((uint64_t)wall_ms >> (8 * (5 - i)));
    random_bytes(bytes + 6, sizeof(bytes) - 6);
    memcpy(id_out, prefix, prefix_length);
    for (size_t i = 0; i < ID_DIGITS; i++)
        id_out[prefix_length + i] = digits[five_bits(bytes, 5 * i)];
    id_out[prefix_length + ID_DIGITS] = '\0';
    return id_out;
}
