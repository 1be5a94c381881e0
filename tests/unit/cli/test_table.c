/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/table.h"
#include "cli/text_width.h"
#include "tests/unit/unit.h"

static const struct table_column columns[] = {
    {"ID",    COLUMN_PLAIN  },
    {"URL",   COLUMN_SHRINKS},
    {"STATE", COLUMN_STATE  },
    {"WHEN",  COLUMN_EXTRA  },
};

static void expect_table(const struct table_look *look, const char *expected)
{
    struct table *table = table_new(columns, ARRAY_LENGTH(columns));
    struct buffer out;
    buffer_init(&out, 4096);
    table_add(table, (const char *const[]){"wh_1", "https://日本.example/abcdefgh", "enabled", "now"});
    table_add(table, (const char *const[]){"wh_22", "x\x1b[2J", NULL, ""});
    assert_int_equal(table_row_count(table), 2);
    table_write(table, look, &out);
    assert_string_equal(out.bytes, expected);
    buffer_deinit(&out);
    table_free(table);
}

static void without_a_terminal_nothing_is_cut(void **state)
{
    (void)state;
    expect_table(&(struct table_look){0}, "ID     URL                            STATE    WHEN\n"
                                          "wh_1   https://日本.example/abcdefgh  enabled  now\n"
                                          "wh_22  x\\x1b[2J                       -        -\n");
}

static void on_a_terminal_the_widest_shrinks(void **state)
{
    (void)state;
    expect_table(&(struct table_look){.width_max = 40}, "ID     URL                 STATE    WHEN\n"
                                                        "wh_1   https://日本.exam…  enabled  now\n"
                                                        "wh_22  x\\x1b[2J            -        -\n");
}

static void extra_columns_go_before_needed_ones_are_too_wide(void **state)
{
    (void)state;
    expect_table(&(struct table_look){.width_max = 25}, "ID     URL       STATE\n"
                                                        "wh_1   https:/…  enabled\n"
                                                        "wh_22  x\\x1b[2J  -\n");
    expect_table(&(struct table_look){.width_max = 5}, "ID     URL       STATE\n"
                                                       "wh_1   https:/…  enabled\n"
                                                       "wh_22  x\\x1b[2J  -\n");
}

static void colours_are_for_titles_and_states_and_do_not_count_as_cells(void **state)
{
    (void)state;
    expect_table(&(struct table_look){.width_max = 80, .has_colour = true},
                 "\x1b[1mID\x1b[0m     \x1b[1mURL\x1b[0m                            \x1b[1mSTATE\x1b[0m    "
                 "\x1b[1mWHEN\x1b[0m\n"
                 "wh_1   https://日本.example/abcdefgh  \x1b[32menabled\x1b[0m  now\n"
                 "wh_22  x\\x1b[2J                       -        -\n");
}

static void many_rows_are_kept(void **state)
{
    (void)state;
    struct table *table = table_new(columns, ARRAY_LENGTH(columns));
    for (int i = 0; i < 1000; i++)
        table_add(table, (const char *const[]){"a", "b", "c", "d"});
    assert_int_equal(table_row_count(table), 1000);
    table_free(table);
    table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_terminal_nothing_is_cut),
        cmocka_unit_test(on_a_terminal_the_widest_shrinks),
        cmocka_unit_test(extra_columns_go_before_needed_ones_are_too_wide),
        cmocka_unit_test(colours_are_for_titles_and_states_and_do_not_count_as_cells),
        cmocka_unit_test(many_rows_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
