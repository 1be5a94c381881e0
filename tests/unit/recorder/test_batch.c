/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "recorder/batch.h"
#include "tests/unit/recorder/stand_ins.h"
#include "tests/unit/unit.h"

#define ROWS_MAX 8

static struct batch batch;
static struct batch_source sources[2];
static char topic[] = "t";
static struct kafka_partition partitions[2];

static int set_up(void **state)
{
    (void)state;
    stand_ins = (struct stand_ins){.event = NULL};
    for (int i = 0; i < 2; i++) {
        sources[i] = (struct batch_source){.next_offset = 100 * (i + 1)};
        partitions[i] = (struct kafka_partition){.id = i, .topic = topic, .state = &sources[i]};
    }
    batch_init(&batch, ROWS_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    batch_forget(&batch, NULL);
    batch_clear(&batch);
    batch_deinit(&batch);
    return 0;
}

/* A record with a row; the ticket is its offset. */
static struct batch_row *add(int partition, int64_t offset)
{
    rd_kafka_message_t *message = stand_in_message(offset, 5000 - offset, "{}");
    struct batch_row *row = batch_add(&batch, &partitions[partition], message, (uint64_t)offset, 1);
    const struct event envelope = {.id = "evt_1", .org_id = "org_a"};
    const struct history_event event = {.envelope = &envelope, .type = "a.b", .topic = "t", .offset = offset};
    batch_write_event(&batch, row, &event);
    return row;
}

static void each_partition_takes_one_step_over_all_its_records(void **state)
{
    (void)state;
    add(0, 100);
    add(1, 203);
    add(0, 105); /* gaps are harmless */
    batch_plan(&batch);
    assert_int_equal(batch.step_count, 2);
    assert_int_equal(batch.steps[0].expected_offset, 100);
    assert_int_equal(batch.steps[0].next_offset, 106);
    assert_int_equal(batch.steps[1].expected_offset, 200);
    assert_int_equal(batch.steps[1].next_offset, 204);
}

static void a_commit_settles_everything_and_moves_the_sources(void **state)
{
    (void)state;
    add(0, 100);
    add(1, 203);
    batch_plan(&batch);
    batch_settle(&batch);
    assert_int_equal(stand_ins.settled_count, 2);
    assert_int_equal(stand_ins.settled_tickets, 303);
    assert_int_equal(sources[0].next_offset, 101);
    assert_int_equal(sources[1].next_offset, 204);
    batch_clear(&batch);
    assert_int_equal(stand_ins.destroyed_count, 2);
    assert_int_equal(batch.count, 0);
}

static void a_forgotten_partition_takes_no_step(void **state)
{
    (void)state;
    add(0, 100);
    add(1, 203);
    batch_forget(&batch, &partitions[0]);
    assert_int_equal(stand_ins.forgotten_count, 1);
    batch_plan(&batch);
    assert_int_equal(batch.step_count, 1);
    assert_ptr_equal(batch.steps[0].partition, &partitions[1]);
    batch_settle(&batch);
    assert_int_equal(stand_ins.settled_count, 1);
    assert_int_equal(sources[0].next_offset, 100);
}

static void revoked_partitions_are_found_and_forgotten(void **state)
{
    (void)state;
    add(0, 100);
    add(1, 203);
    partitions[1].is_revoked = true;
    batch_forget_revoked(&batch);
    batch_forget_revoked(&batch);
    assert_int_equal(stand_ins.forgotten_count, 1);
}

static void a_dying_row_is_passed_once_its_letter_arrived(void **state)
{
    (void)state;
    struct batch_row *row = add(0, 100);
    batch_row_dies(&batch, row);
    assert_int_equal(batch.dying_count, 1);
    batch_row_died(&batch, row);
    assert_int_equal(batch.dying_count, 0);
    assert_int_equal(row->state, BATCH_ROW_PASSED);
    batch_plan(&batch);
    assert_int_equal(batch.steps[0].next_offset, 101); /* the offset moves all the same */
}

static void a_letter_may_arrive_after_its_partition_has_gone(void **state)
{
    (void)state;
    struct batch_row *row = add(0, 100);
    batch_row_dies(&batch, row);
    batch_forget(&batch, &partitions[0]);
    assert_int_equal(batch.dying_count, 1);
    batch_row_died(&batch, row);
    assert_int_equal(batch.dying_count, 0);
    assert_int_equal(row->state, BATCH_ROW_GONE);
}

static void it_is_full_at_its_last_row(void **state)
{
    (void)state;
    for (int64_t i = 0; i < ROWS_MAX; i++) {
        assert_false(batch_is_full(&batch));
        add(0, 100 + i);
    }
    assert_true(batch_is_full(&batch));
}

static void its_age_is_that_of_the_oldest_record_still_ours(void **state)
{
    (void)state;
    assert_int_equal(batch_oldest_ms(&batch), 0);
    add(0, 100);
    add(1, 203);
    assert_int_equal(batch_oldest_ms(&batch), 5000 - 203);
    batch_forget(&batch, &partitions[1]);
    assert_int_equal(batch_oldest_ms(&batch), 5000 - 100);
}

static void an_attempt_that_met_410_asks_for_its_webhook_to_be_disabled(void **state)
{
    (void)state;
    struct batch_row *row = batch_add(&batch, &partitions[0], stand_in_message(100, 1, "{}"), 1, 1);
    const struct attempt attempt = {.delivery.webhook_id = "wh_1", .disables_webhook = true, .started_ms = 77};
    batch_write_attempt(&batch, row, &attempt);
    assert_int_equal(batch.disabling_count, 1);
    assert_string_equal(batch.disablings[0].webhook_id, "wh_1");
    assert_int_equal(batch.disablings[0].observed_ms, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_partition_takes_one_step_over_all_its_records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_settles_everything_and_moves_the_sources, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forgotten_partition_takes_no_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(revoked_partitions_are_found_and_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dying_row_is_passed_once_its_letter_arrived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_letter_may_arrive_after_its_partition_has_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_full_at_its_last_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_age_is_that_of_the_oldest_record_still_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_that_met_410_asks_for_its_webhook_to_be_disabled, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
