/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "common/base/alloc.h"

#include "producer/batch.h"
#include "tests/unit/unit.h"

/* One letter for each event: a accepted, r refused for its form, n not stored by Kafka, p pending. */
static void fill(struct batch *batch, const char *fates, bool is_single)
{
    char id[] = "evt_0";
    batch_init(batch, strlen(fates), is_single);
    for (size_t i = 0; fates[i] != '\0'; i++) {
        struct batch_event *event = batch_add(batch, i + 1);
        if (fates[i] != 'r') {
            id[4] = (char)('1' + i);
            event->id = alloc_text(id);
        }
        if (fates[i] == 'a')
            batch_accept(batch, event);
        else if (fates[i] == 'r')
            batch_refuse(batch, event, PROBLEM_NOT_JSON, "no \"JSON\"");
        else if (fates[i] == 'n')
            batch_refuse(batch, event, PROBLEM_NOT_STORED, "no topic");
    }
}

static void expect_answer(const char *fates, bool is_single, unsigned status, const char *code, const char *body_part)
{
    struct batch batch;
    struct buffer body;
    enum problem problem;
    fill(&batch, fates, is_single);
    buffer_init(&body, BATCH_ANSWER_BYTES_MAX);
    assert_int_equal(batch_answer(&batch, "req_1", &body, &problem), status);
    json_t *json = json_loads(body.bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    const char *found = json_string_value(json_object_get(json, "code"));
    if (code == NULL)
        assert_null(found);
    else
        assert_string_equal(found, code);
    assert_int_equal(problem == PROBLEM_NONE, code == NULL);
    if (strstr(body.bytes, body_part) == NULL)
        fail_msg("%s: %s is not in %s", fates, body_part, body.bytes);
    json_decref(json);
    buffer_deinit(&body);
    batch_deinit(&batch);
}

static void one_event_gets_a_plain_answer(void **state)
{
    (void)state;
    expect_answer("a", true, 202, NULL, "{\"id\":\"evt_1\",\"status\":\"accepted\"}");
    expect_answer("r", true, 400, "not_json", "no \\\"JSON\\\"");
    expect_answer("n", true, 503, "not_stored", "no topic");
}

static void several_events_are_accepted_when_one_is(void **state)
{
    (void)state;
    expect_answer("a", false, 202, NULL,
                  "{\"accepted\":1,\"refused\":0,\"results\":[{\"line\":1,\"id\":\"evt_1\",\"status\":\"accepted\"}]}");
    expect_answer("arn", false, 202, NULL, "\"accepted\":1,\"refused\":2,");
    expect_answer("ra", false, 202, NULL,
                  "{\"line\":1,\"status\":\"refused\",\"code\":\"not_json\",\"detail\":\"no \\\"JSON\\\"\"}");
}

static void a_batch_without_an_accepted_event_is_an_error(void **state)
{
    (void)state;
    expect_answer("rr", false, 400, "none_accepted", "\"accepted\":0,\"refused\":2,\"results\":[");
    expect_answer("rn", false, 503, "not_stored", "\"results\":[");
}

static void an_unknown_outcome_is_never_called_accepted(void **state)
{
    (void)state;
    expect_answer("aprp", false, 503, "outcome_unknown", "\"accepted\":1,\"refused\":1,\"unknown\":2,");
    expect_answer("ap", false, 503, "outcome_unknown", "{\"line\":2,\"id\":\"evt_2\",\"status\":\"unknown\"}");
    expect_answer("p", true, 503, "outcome_unknown", "\"id\":\"evt_1\",\"status\":\"unknown\"");
}

static void the_longest_answer_fits(void **state)
{
    (void)state;
    struct batch batch;
    struct buffer body;
    enum problem problem;
    char detail[1024];
    memset(detail, 0x1b, sizeof detail - 1);
    detail[sizeof detail - 1] = '\0';
    batch_init(&batch, BATCH_EVENTS_MAX, false);
    for (unsigned i = 0; i < BATCH_EVENTS_MAX; i++) {
        struct batch_event *event = batch_add(&batch, i + 1);
        event->id = alloc_zeroed(EVENT_ID_BYTES_MAX + 1, 1);
        memset(event->id, 'x', EVENT_ID_BYTES_MAX);
        batch_refuse(&batch, event, PROBLEM_UNKNOWN_TYPE, detail);
    }
    buffer_init(&body, BATCH_ANSWER_BYTES_MAX);
    assert_int_equal(batch_answer(&batch, "req_1", &body, &problem), 400);
    assert_false(body.is_overflowed);
    buffer_deinit(&body);
    batch_deinit(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_event_gets_a_plain_answer),
        cmocka_unit_test(several_events_are_accepted_when_one_is),
        cmocka_unit_test(a_batch_without_an_accepted_event_is_an_error),
        cmocka_unit_test(an_unknown_outcome_is_never_called_accepted),
        cmocka_unit_test(the_longest_answer_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
