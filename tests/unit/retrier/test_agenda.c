/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/agenda.h"
#include "tests/unit/unit.h"

#define ENTRIES_MAX 500
#define ROUNDS      20000

static void an_empty_agenda_has_no_first(void **state)
{
    struct agenda agenda;
    (void)state;
    agenda_init(&agenda);
    assert_null(agenda_first(&agenda));
    agenda_deinit(&agenda);
}

static void the_earliest_is_first(void **state)
{
    struct agenda agenda;
    struct agenda_entry entries[3] = {{.at_ms = 0}};
    (void)state;
    agenda_init(&agenda);
    agenda_add(&agenda, &entries[0], 30);
    agenda_add(&agenda, &entries[1], 10);
    agenda_add(&agenda, &entries[2], 20);
    for (int i = 0; i < 3; i++) {
        static const int order[] = {1, 2, 0};
        struct agenda_entry *first = agenda_first(&agenda);
        assert_ptr_equal(first, &entries[order[i]]);
        agenda_remove(&agenda, first);
        assert_false(agenda_has(first));
    }
    agenda_deinit(&agenda);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245U + 12345U;
    return *seed >> 16;
}

static int64_t earliest(const struct agenda_entry *entries)
{
    int64_t at_ms = INT64_MAX;
    for (int i = 0; i < ENTRIES_MAX; i++) {
        if (agenda_has(&entries[i]) && entries[i].at_ms < at_ms)
            at_ms = entries[i].at_ms;
    }
    return at_ms;
}

static void any_order_of_adding_and_removing_keeps_the_earliest_first(void **state)
{
    static struct agenda_entry entries[ENTRIES_MAX];
    struct agenda agenda;
    unsigned seed = 4711;
    size_t count = 0;
    (void)state;
    agenda_init(&agenda);
    for (int round = 0; round < ROUNDS; round++) {
        struct agenda_entry *entry = &entries[next_random(&seed) % ENTRIES_MAX];
        if (agenda_has(entry)) {
            agenda_remove(&agenda, entry);
            count--;
        } else {
            agenda_add(&agenda, entry, next_random(&seed) % 1000);
            count++;
        }
        assert_int_equal(agenda.count, count);
        if (count > 0 && round % 16 == 0)
            assert_int_equal(agenda_first(&agenda)->at_ms, earliest(entries));
    }
    agenda_deinit(&agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_agenda_has_no_first),
        cmocka_unit_test(the_earliest_is_first),
        cmocka_unit_test(any_order_of_adding_and_removing_keeps_the_earliest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
