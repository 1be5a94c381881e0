/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/domain/delivery.h"

#include "tests/unit/unit.h"

/* docs/contract.md */
static void an_id_is_the_published_one(void **state)
{
    (void)state;
    char id[DELIVERY_ID_BYTES];
    delivery_id("evt_abc123", "wh_abc123", id);
    assert_string_equal(id, "dlv_nuhtualqiiogfm27stl4a2jiiu");
}

static void moving_a_letter_from_one_id_to_the_other_makes_another_delivery(void **state)
{
    (void)state;
    char id[DELIVERY_ID_BYTES];
    char other[DELIVERY_ID_BYTES];
    delivery_id("evt_a", "bwh_c", id);
    delivery_id("evt_ab", "wh_c", other);
    assert_string_not_equal(id, other);
}

static void the_longest_ids_make_one(void **state)
{
    (void)state;
    char event_id[EVENT_ID_BYTES_MAX + 1];
    char webhook_id[WEBHOOK_ID_BYTES_MAX + 1];
    char id[DELIVERY_ID_BYTES];
    memset(event_id, 'e', EVENT_ID_BYTES_MAX);
    event_id[EVENT_ID_BYTES_MAX] = '\0';
    memset(webhook_id, 'w', WEBHOOK_ID_BYTES_MAX);
    webhook_id[WEBHOOK_ID_BYTES_MAX] = '\0';
    delivery_id(event_id, webhook_id, id);
    assert_int_equal(strlen(id), DELIVERY_ID_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_the_published_one),
        cmocka_unit_test(moving_a_letter_from_one_id_to_the_other_makes_another_delivery),
        cmocka_unit_test(the_longest_ids_make_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
