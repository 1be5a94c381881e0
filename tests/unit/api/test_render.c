/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/render.h"
#include "tests/unit/unit.h"

/* head → {"line": …, "headers": …} as text, freed by the next call. */
static const char *rendered(const char *head, size_t size)
{
    static char text[1024];
    json_t *line, *headers = render_head(head, size, &line);
    json_t *both = json_pack("{s:o, s:o}", "line", line, "headers", headers);
    size_t length = json_dumpb(both, text, sizeof text - 1, JSON_COMPACT);
    assert_in_range(length, 1, sizeof text - 1);
    text[length] = '\0';
    json_decref(both);
    return text;
}

static void a_head_becomes_its_line_and_its_headers(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type:  text/plain\r\nX-Empty:\r\n\r\n";
    assert_string_equal(
        rendered(head, sizeof head - 1),
        "{\"line\":\"HTTP/1.1 200 OK\",\"headers\":{\"Content-Type\":\"text/plain\",\"X-Empty\":\"\"}}");
}

static void equal_names_are_joined(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nVia: a\r\nVia: b\r\n";
    assert_string_equal(rendered(head, sizeof head - 1),
                        "{\"line\":\"HTTP/1.1 200 OK\",\"headers\":{\"Via\":\"a, b\"}}");
}

static void a_line_that_was_cut_off_is_left_out(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nA: b\r\nC: d";
    assert_string_equal(rendered(head, sizeof head - 1), "{\"line\":\"HTTP/1.1 200 OK\",\"headers\":{\"A\":\"b\"}}");
    assert_string_equal(rendered("HTTP/1.1 2", 10), "{\"line\":\"HTTP/1.1 2\",\"headers\":{}}");
}

static void any_bytes_become_sound_json(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 \xff\x1b[1m\r\n\xe9: \x00\x80\r\nno colon\r\n: no name\r\n";
    assert_string_equal(rendered(head, sizeof head - 1),
                        "{\"line\":\"HTTP/1.1 200 \u00ff\\u001B[1m\",\"headers\":{\"\u00e9\":"
                        "\"\\u0000\xc2\x80\"}}");
    assert_string_equal(rendered("", 0), "{\"line\":null,\"headers\":{}}");
}

static void nothing_is_null(void **state)
{
    (void)state;
    json_t *time = render_time(0), *text = render_text(""), *number = render_number(0);
    assert_true(json_is_null(time) && json_is_null(text) && json_is_null(number));
    time = render_time(1790000000123);
    assert_string_equal(json_string_value(time), "2026-09-21T14:13:20.123Z");
    json_decref(time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_becomes_its_line_and_its_headers),
        cmocka_unit_test(equal_names_are_joined),
        cmocka_unit_test(a_line_that_was_cut_off_is_left_out),
        cmocka_unit_test(any_bytes_become_sound_json),
        cmocka_unit_test(nothing_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
