/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/attributes.h"
#include "common/store/position.h"

#include "tests/unit/unit.h"

static void a_time_keeps_its_microseconds(void **state)
{
    (void)state;

    static const struct {
        int64_t micros;
        const char *time;
    } rows[] = {
        {0,                         "1970-01-01T00:00:00.000000Z"},
        {1790000000123456,          "2026-09-21T14:13:20.123456Z"},
        {1790000000000007,          "2026-09-21T14:13:20.000007Z"},
        {POSITION_START_MICROS - 1, "9999-12-31T23:59:58.999999Z"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char time[POSITION_TIME_BYTES];
        assert_string_equal(position_time(&(struct position){.micros = rows[i].micros}, time), rows[i].time);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_keeps_its_microseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
