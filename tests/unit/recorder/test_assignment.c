/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "recorder/assignment.h"
#include "recorder/batch.h"
#include "tests/unit/unit.h"

static char topic[] = "topic";
static struct kafka_partition partitions[2];
static struct kafka_partition *const both[] = {&partitions[0], &partitions[1]};
static int64_t offsets[2];

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        partitions[i] = (struct kafka_partition){.id = i, .topic = topic};
        offsets[i] = -7;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(partitions[0].state);
    free(partitions[1].state);
    return 0;
}

/* What the job does. */
static void answer(struct assignment *assignment, int64_t first, int64_t second)
{
    assert_true(assignment->is_asked);
    assignment->is_asked = false;
    assignment->is_in_job = true;
    assignment->places[0].next_offset = first;
    if (assignment->count > 1)
        assignment->places[1].next_offset = second;
}

static void the_first_assignment_asks_and_the_next_one_knows(void **state)
{
    (void)state;
    struct assignment assignment = {.places = NULL};
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 2), -EAGAIN);
    assert_int_equal(assignment.count, 2);
    answer(&assignment, 41, 0);
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 2), -EAGAIN); /* still in the job */
    assignment_answered(&assignment, true);
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 2), 0);
    assert_int_equal(offsets[0], 41);
    assert_int_equal(offsets[1], RD_KAFKA_OFFSET_BEGINNING); /* never read before */
    assert_int_equal(((const struct batch_source *)partitions[0].state)->next_offset, 41);
    assert_int_equal(((const struct batch_source *)partitions[1].state)->next_offset, 0);
    assert_int_equal(assignment.count, 0); /* an answer is used once */
}

static void an_answer_to_another_question_is_asked_again(void **state)
{
    (void)state;
    struct assignment assignment = {.places = NULL};
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 1), -EAGAIN);
    answer(&assignment, 41, 0);
    assignment_answered(&assignment, true);
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 2), -EAGAIN);
    assert_true(assignment.is_asked);
    assert_int_equal(assignment.count, 2);
    assert_null(partitions[0].state);
    assignment_deinit(&assignment);
}

static void a_failed_question_is_asked_again(void **state)
{
    (void)state;
    struct assignment assignment = {.places = NULL};
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 2), -EAGAIN);
    answer(&assignment, 41, 42);
    assignment_answered(&assignment, false);
    assert_true(assignment.is_asked);
    assert_int_equal(assignment_resolve(&assignment, both, offsets, 2), -EAGAIN);
    assert_int_equal(offsets[0], -7);
    assignment_deinit(&assignment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_assignment_asks_and_the_next_one_knows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_to_another_question_is_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_question_is_asked_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
