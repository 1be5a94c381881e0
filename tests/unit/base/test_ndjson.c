/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/buffer.h"
#include "common/base/ndjson.h"

#include "tests/unit/unit.h"

#define LINE_BYTES_MAX 8

/* "number:text|" for each line; "!" after the text of a cut one. */
static void add_line(struct buffer *out, const struct ndjson_line *line, bool is_cut)
{
    buffer_append_format(out, "%u:", (unsigned)line->number);
    buffer_append(out, line->text, line->length);
    buffer_append_text(out, is_cut ? "!|" : "|");
}

static void expect_whole(const char *text, const char *expected)
{
    struct ndjson ndjson;
    struct ndjson_line line;
    struct buffer out;
    buffer_init(&out, 4096);
    ndjson_init(&ndjson, text, strlen(text));
    while (ndjson_next(&ndjson, &line))
        add_line(&out, &line, false);
    assert_string_equal(out.bytes == NULL ? "" : out.bytes, expected);
    buffer_deinit(&out);
}

/* The same lines must come out however the text is cut into pieces. */
static void expect_stream(const char *text, const char *expected)
{
    for (size_t piece_size = 1; piece_size <= strlen(text) + 1; piece_size++) {
        struct ndjson_stream *stream = ndjson_stream_new(LINE_BYTES_MAX);
        struct ndjson_line line;
        struct buffer out;
        bool is_cut;
        buffer_init(&out, 4096);
        for (size_t at = 0;; at += piece_size) {
            size_t room_size, left = at < strlen(text) ? strlen(text) - at : 0;
            char *room = ndjson_stream_room(stream, &room_size);
            size_t size = left < piece_size ? left : piece_size;
            assert_true(room_size >= size);
            memcpy(room, text + (left > 0 ? at : 0), size);
            ndjson_stream_fill(stream, size);
            while (ndjson_stream_next(stream, &line, &is_cut))
                add_line(&out, &line, is_cut);
            if (size == 0)
                break;
        }
        assert_string_equal(out.bytes == NULL ? "" : out.bytes, expected);
        buffer_deinit(&out);
        ndjson_stream_free(stream);
    }
}

static void expect_both(const char *text, const char *expected)
{
    expect_whole(text, expected);
    expect_stream(text, expected);
}

static void lines_end_with_lf_crlf_or_the_text(void **state)
{
    (void)state;
    expect_both("", "");
    expect_both("a\nb\n", "1:a|2:b|");
    expect_both("a\r\nb", "1:a|2:b|");
    expect_both("a\rb\n", "1:a\rb|");
    expect_both("\n", "");
}

static void blank_lines_are_passed_over_but_counted(void **state)
{
    (void)state;
    expect_both("\n\na\n \t\n\r\nb", "3:a|6:b|");
}

static void blanks_around_a_line_belong_to_it(void **state)
{
    (void)state;
    expect_both(" {} \n\t1\n", "1: {} |2:\t1|");
}

static void a_line_of_the_maximum_is_whole_and_a_longer_one_is_cut_once(void **state)
{
    (void)state;
    expect_stream("12345678\nx", "1:12345678|2:x|");
    expect_stream("12345678\r\nx", "1:12345678|2:x|");
    expect_stream("123456789\nx", "1:12345678!|2:x|");
    expect_stream("1234567890123456789012345678901234567890\nx\n", "1:12345678!|2:x|");
    expect_stream("1234567890123456789012345678901234567890", "1:12345678!|");
}

static void a_huge_line_needs_no_more_memory(void **state)
{
    (void)state;
    struct ndjson_stream *stream = ndjson_stream_new(LINE_BYTES_MAX);
    struct ndjson_line line;
    bool is_cut;
    unsigned cut_count = 0;
    for (int i = 0; i < 20; i++) {
        size_t size;
        char *room = ndjson_stream_room(stream, &size);
        assert_true(size > 0);
        memset(room, 'x', size);
        ndjson_stream_fill(stream, size);
        while (ndjson_stream_next(stream, &line, &is_cut))
            cut_count += is_cut ? 1 : 0;
    }
    assert_int_equal(cut_count, 1);
    assert_int_equal(ndjson_stream_line(stream), 1);
    ndjson_stream_free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_with_lf_crlf_or_the_text),
        cmocka_unit_test(blank_lines_are_passed_over_but_counted),
        cmocka_unit_test(blanks_around_a_line_belong_to_it),
        cmocka_unit_test(a_line_of_the_maximum_is_whole_and_a_longer_one_is_cut_once),
        cmocka_unit_test(a_huge_line_needs_no_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
