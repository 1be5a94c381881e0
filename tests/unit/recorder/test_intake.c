/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "recorder/intake.h"
#include "tests/unit/recorder/stand_ins.h"
#include "tests/unit/unit.h"

#define TODAY 20781
#define NOON  (TODAY * HISTORY_DAY_MS + HISTORY_DAY_MS / 2)

static struct batch batch;
static struct kafka_partition attempts = {.topic = (char[]){"kt.attempts"}};
static struct kafka_partition events = {.topic = (char[]){"kt.events.event.created"}};
static const struct intake intake = {
    .topic_prefix = "kt",
    .attempts_topic = "kt.attempts",
    .cluster_id = "c",
    .first_day = TODAY - 35,
    .last_day = TODAY + 1,
};

static int set_up(void **state)
{
    (void)state;
    stand_ins = (struct stand_ins){.event = NULL};
    batch_init(&batch, 4);
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

static int take(struct kafka_partition *partition, int64_t time_ms, const char *value, struct error *error)
{
    struct batch_row *row = batch_add(&batch, partition, stand_in_message(1, time_ms, value), 1, 1);
    return intake_record(&intake, &batch, row, error);
}

static int take_attempt(int64_t accepted_ms, struct error *error)
{
    const struct attempt attempt = {
        .delivery = {.id = "dlv_nuhtualqiiogfm27stl4a2jiiu",
                     .webhook_id = "wh_1",
                     .event_id = "evt_1",
                     .event_type = "event.created",
                     .org_id = "org_a",
                     .number = 1,
                     .accepted_ms = accepted_ms,
                     .origin = {.topic = "kt.events.event.created"}},
        .outcome = OUTCOME_DELIVERED,
        .code = 200,
        .started_ms = accepted_ms,
    };
    struct buffer record;
    buffer_init(&record, ATTEMPT_RECORD_BYTES_MAX);
    attempt_encode(&attempt, &record);
    int outcome = take(&attempts, NOON, record.bytes, error);
    buffer_deinit(&record);
    return outcome;
}

static void an_attempt_becomes_a_row_of_its_events_day(void **state)
{
    (void)state;
    struct error error = {.text = ""};
    assert_int_equal(take_attempt(NOON - 3 * HISTORY_DAY_MS, &error), 0);
    assert_string_equal(error.text, "");
    assert_int_equal(batch.rows[0].state, BATCH_ROW_WAITING);
    assert_int_equal(batch.rows[0].table, HISTORY_ATTEMPTS);
    assert_int_equal(batch.rows[0].day, TODAY - 3);
}

static void an_attempt_that_cannot_be_decoded_is_unreadable(void **state)
{
    (void)state;
    struct error error = {.text = ""};
    assert_int_equal(take(&attempts, NOON, "not json", &error), INTAKE_UNREADABLE);
    assert_int_equal(take(&attempts, NOON, "{}", &error), INTAKE_UNREADABLE);
    assert_true(error.text[0] != '\0');
    assert_int_equal(batch.rows[0].state, BATCH_ROW_PASSED);
    assert_int_equal(batch.bytes[HISTORY_ATTEMPTS].length, 0);
}

static void a_day_outside_retention_is_refused(void **state)
{
    (void)state;
    struct error error = {.text = ""};
    assert_int_equal(take_attempt(NOON - 35 * HISTORY_DAY_MS, &error), 0);
    assert_int_equal(take_attempt(NOON - 36 * HISTORY_DAY_MS, &error), INTAKE_OUTSIDE);
    assert_non_null(strstr(error.text, "older"));
    assert_int_equal(take_attempt(NOON + HISTORY_DAY_MS, &error), 0);
    assert_int_equal(take_attempt(NOON + 2 * HISTORY_DAY_MS, &error), INTAKE_OUTSIDE);
    assert_non_null(strstr(error.text, "future"));
}

static void an_event_becomes_a_row_of_its_kafka_time(void **state)
{
    (void)state;
    const struct event envelope = {.id = "evt_1", .org_id = "org_a", .created_ms = 5};
    stand_ins.event = &envelope;
    struct error error = {.text = ""};
    assert_int_equal(take(&events, NOON - HISTORY_DAY_MS, "{}", &error), 0);
    assert_int_equal(batch.rows[0].table, HISTORY_EVENTS);
    assert_int_equal(batch.rows[0].day, TODAY - 1);
    assert_int_equal(take(&events, NOON - 50 * HISTORY_DAY_MS, "{}", &error), INTAKE_OUTSIDE);
}

static void an_event_that_cannot_be_read_is_skipped(void **state)
{
    (void)state;
    struct error error = {.text = ""};
    assert_int_equal(take(&events, NOON, "x", &error), INTAKE_SKIPPED);
    assert_int_equal(batch.rows[0].state, BATCH_ROW_PASSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_attempt_becomes_a_row_of_its_events_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_that_cannot_be_decoded_is_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_day_outside_retention_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_becomes_a_row_of_its_kafka_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_cannot_be_read_is_skipped, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
