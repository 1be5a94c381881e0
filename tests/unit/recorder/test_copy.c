/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/encoding.h"

#include "recorder/copy.h"
#include "tests/unit/unit.h"

/* What was appended, in hex. */
static const char *hex_of(struct buffer *buffer)
{
    static char text[HEX_BYTES(256)];
    (void)hex_encode(buffer->bytes, buffer->length, text);
    buffer_clear(buffer);
    return text;
}

static void the_header_and_the_trailer_are_postgresqls(void **state)
{
    (void)state;
    char text[HEX_BYTES(COPY_HEADER_BYTES)];
    (void)hex_encode(copy_header, COPY_HEADER_BYTES, text);
    assert_string_equal(text, "5047434f50590aff0d0a000000000000000000");
    (void)hex_encode(copy_trailer, COPY_TRAILER_BYTES, text);
    assert_string_equal(text, "ffff");
}

static void values_have_their_length_and_network_order(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 256);
    copy_row(&buffer, 3);
    assert_string_equal(hex_of(&buffer), "0003");
    copy_int32(&buffer, -2);
    assert_string_equal(hex_of(&buffer), "00000004fffffffe");
    copy_int64(&buffer, 258);
    assert_string_equal(hex_of(&buffer), "000000080000000000000102");
    copy_bool(&buffer, true);
    assert_string_equal(hex_of(&buffer), "0000000101");
    copy_text(&buffer, "abc");
    assert_string_equal(hex_of(&buffer), "00000003616263");
    copy_text(&buffer, "");
    assert_string_equal(hex_of(&buffer), "00000000");
    buffer_deinit(&buffer);
}

static void times_count_microseconds_from_2000(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 256);
    copy_time(&buffer, 946684800000);
    assert_string_equal(hex_of(&buffer), "000000080000000000000000");
    copy_time(&buffer, 946684800001);
    assert_string_equal(hex_of(&buffer), "0000000800000000000003e8");
    copy_time(&buffer, 946684799999);
    assert_string_equal(hex_of(&buffer), "00000008fffffffffffffc18");
    buffer_deinit(&buffer);
}

static void a_number_that_does_not_fit_is_the_nearest(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 256);
    copy_int32(&buffer, UINT32_MAX);
    assert_string_equal(hex_of(&buffer), "000000047fffffff");
    copy_int32(&buffer, INT64_MIN);
    assert_string_equal(hex_of(&buffer), "0000000480000000");
    buffer_deinit(&buffer);
}

static void nothing_is_null(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 256);
    copy_optional_time(&buffer, 0);
    copy_optional_int32(&buffer, 0);
    copy_optional_text(&buffer, "");
    copy_optional_bytes(&buffer, NULL, 0);
    assert_string_equal(hex_of(&buffer), "ffffffffffffffffffffffffffffffff");
    copy_optional_bytes(&buffer, "\0x", 2);
    assert_string_equal(hex_of(&buffer), "000000020078");
    copy_optional_int32(&buffer, 7);
    assert_string_equal(hex_of(&buffer), "0000000400000007");
    buffer_deinit(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_and_the_trailer_are_postgresqls),
        cmocka_unit_test(values_have_their_length_and_network_order),
        cmocka_unit_test(times_count_microseconds_from_2000),
        cmocka_unit_test(a_number_that_does_not_fit_is_the_nearest),
        cmocka_unit_test(nothing_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
