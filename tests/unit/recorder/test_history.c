/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "recorder/history.h"
#include "tests/unit/unit.h"

static void the_statements_of_a_table_name_the_same_columns(void **state)
{
    (void)state;
    struct buffer sql;
    buffer_init(&sql, 8192);
    history_create_sql(HISTORY_EVENTS, &sql);
    assert_string_equal(sql.bytes,
                        "CREATE TEMPORARY TABLE new_events (accepted_at timestamptz, created_at timestamptz, "
                        "origin_offset bigint, origin_partition integer, size_bytes integer, origin_topic text, "
                        "id text, org_id text, type text) ON COMMIT DELETE ROWS");
    buffer_clear(&sql);
    history_copy_sql(HISTORY_EVENTS, &sql);
    assert_string_equal(sql.bytes, "COPY new_events FROM STDIN (FORMAT binary)");
    buffer_clear(&sql);
    history_insert_sql(HISTORY_EVENTS, &sql);
    assert_string_equal(sql.bytes,
                        "INSERT INTO events (accepted_at, created_at, origin_offset, origin_partition, size_bytes, "
                        "origin_topic, id, org_id, type) SELECT accepted_at, created_at, origin_offset, "
                        "origin_partition, size_bytes, origin_topic, id, org_id, type FROM new_events "
                        "ON CONFLICT DO NOTHING");
    buffer_deinit(&sql);
}

static void a_row_has_as_many_fields_as_columns(void **state)
{
    (void)state;
    struct buffer rows;
    buffer_init(&rows, 8192);
    const struct event envelope = {.id = "evt_1", .org_id = "org_a"};
    const struct history_event event = {.envelope = &envelope, .type = "a.b", .topic = "kt.events.a.b"};
    history_add_event(&rows, &event);
    assert_int_equal(rows.bytes[1], 9);
    size_t position = 2;
    for (int field = 0; field < rows.bytes[1]; field++) {
        int32_t size =
            (int32_t)((uint32_t)(uint8_t)rows.bytes[position] << 24 | (uint32_t)(uint8_t)rows.bytes[position + 3]);
        position += 4 + (size > 0 ? (size_t)size : 0);
    }
    assert_int_equal(position, rows.length);
    buffer_deinit(&rows);
}

static void days_begin_at_midnight_in_utc(void **state)
{
    (void)state;
    assert_int_equal(history_day(0), 0);
    assert_int_equal(history_day(HISTORY_DAY_MS - 1), 0);
    assert_int_equal(history_day(HISTORY_DAY_MS), 1);
    assert_int_equal(history_day(-1), -1);
    assert_int_equal(history_day(-HISTORY_DAY_MS), -1);
    assert_int_equal(history_day(-HISTORY_DAY_MS - 1), -2);
    assert_int_equal(history_day(1795521601123), 20781); /* 2026-11-24T12:00:01.123Z */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_statements_of_a_table_name_the_same_columns),
        cmocka_unit_test(a_row_has_as_many_fields_as_columns),
        cmocka_unit_test(days_begin_at_midnight_in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
