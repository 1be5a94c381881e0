/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "common/base/buffer.h"
#include "common/base/clock.h"
#include "common/base/encoding.h"
#include "common/base/parse.h"

#include "tests/fuzz/fuzz.h"

#define DECODED_BYTES_MAX 256

/* A time that is read is the time that its written form is read as. */
static void check_clock(const char *text, size_t length)
{
    char written[CLOCK_TEXT_BYTES];
    int64_t wall_ms;
    int64_t again_ms;
    if (clock_parse(text, length, &wall_ms) < 0)
        return;
    (void)clock_format(wall_ms, written);
    int status = clock_parse(written, strlen(written), &again_ms);
    assert(status == 0);
    assert(again_ms == wall_ms || text[0] == '0' || text[0] == '9'); /* an offset may lead out of the years 0 to 9999 */
}

static void check_numbers(const char *text, size_t length)
{
    int64_t value = -77;
    if (parse_int64(text, length, &value) < 0)
        assert(value == -77);
    value = -77;
    if (parse_duration_ms(text, length, &value) < 0)
        assert(value == -77);
    else
        assert(value >= 0);
    value = -77;
    if (parse_size(text, length, &value) < 0)
        assert(value == -77);
    else
        assert(value >= 0);
}

/* Only one text stands for the same bytes. */
static void check_base64(const char *text, size_t length)
{
    uint8_t decoded[DECODED_BYTES_MAX];
    char encoded[BASE64_BYTES(DECODED_BYTES_MAX)];
    size_t size;
    if (base64_decode(text, length, decoded, sizeof(decoded), &size) < 0)
        return;
    assert(base64_encode(decoded, size, encoded) == length);
    assert(memcmp(encoded, text, length) == 0);
}

/* A JSON string is UTF-8 on one line, and as long as UTF-8 went in, it has all of it. */
static void check_json(const char *text, size_t length)
{
    struct buffer buffer;
    buffer_init(&buffer, 8 * length + 2);
    buffer_append_json(&buffer, text, length);
    assert(!buffer.is_overflowed && buffer.length >= 2);
    assert(parse_is_utf8(buffer.bytes, buffer.length));
    for (size_t i = 0; i < buffer.length; i++)
        assert((unsigned char)buffer.bytes[i] >= 0x20);
    assert(!parse_is_utf8(text, length) || buffer.length >= length + 2);
    buffer_deinit(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text(bytes, size);
    check_clock(text, size);
    check_numbers(text, size);
    check_base64(text, size);
    check_json(text, size);
    free(text);
    return 0;
}
