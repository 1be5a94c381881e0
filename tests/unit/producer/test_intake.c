/* The intake with its neighbours played here: Kafka, the HTTP server and the tokens. SPDX-License-Identifier:
 * Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"

#include "producer/intake.h"
#include "tests/unit/unit.h"

#define SENT_MAX 16

/* What the neighbours do and have seen. */
static struct {
    bool is_connected, has_tokens;
    const char *content_type;
    const char *bearer;
    size_t queue_size; /* sends that the producer takes */
    struct kafka_ack *sent[SENT_MAX];
    size_t sent_count;
    unsigned answer_count, status;
    char body[4096];
    char header[128]; /* the first extra one */
} world;

static struct token writer = {.org_id = "org_1", .scopes = TOKEN_EVENTS_WRITE};
static struct token reader = {.org_id = "org_1", .scopes = TOKEN_WEBHOOKS_READ};

bool kafka_producer_is_connected(struct kafka_producer *producer)
{
    (void)producer;
    return world.is_connected;
}

int kafka_producer_send(struct kafka_producer *producer, const struct record *record, struct kafka_ack *ack,
                        struct error *error)
{
    (void)producer;
    assert_string_equal(record->topic, "kt.events.config.deployed");
    if (world.sent_count == world.queue_size)
        return error_set(error, ENOBUFS, "full");
    world.sent[world.sent_count++] = ack;
    return 0;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    (void)request;
    return strcmp(name, "Content-Type") == 0 ? world.content_type : NULL;
}

const char *http_request_bearer(const struct http_request *request)
{
    (void)request;
    return world.bearer;
}

void http_respond(struct http_request *request, unsigned status, const char *content_type, const char *body,
                  size_t length, const char *const *extra_headers)
{
    (void)request;
    assert_string_equal(content_type, status == 202 ? "application/json" : "application/problem+json");
    world.answer_count++;
    world.status = status;
    assert_true(length < sizeof world.body);
    memcpy(world.body, body, length);
    world.body[length] = '\0';
    (void)snprintf(world.header, sizeof world.header, "%s", extra_headers[0] == NULL ? "" : extra_headers[0]);
}

bool token_cache_is_loaded(const struct token_cache *cache)
{
    (void)cache;
    return world.has_tokens;
}

const struct token *token_cache_find(const struct token_cache *cache, const char *text, int64_t now_ms)
{
    (void)cache;
    (void)now_ms;
    return strcmp(text, "writer") == 0 ? &writer : strcmp(text, "reader") == 0 ? &reader : NULL;
}

/* ---- the intake between them ------------------------------------------------------------------------------------- */

struct fixture {
    uv_loop_t loop;
    struct publisher publisher;
    struct settings_list extra_types;
    struct intake *intake;
    struct http_request request;
};

#define IN_FLIGHT_BYTES_MAX 4096

static int set_up(void **state)
{
    struct fixture *fixture = ALLOC(struct fixture);
    memset(&world, 0, sizeof world);
    world.is_connected = world.has_tokens = true;
    world.content_type = "application/x-ndjson";
    world.bearer = "writer";
    world.queue_size = SENT_MAX;
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    publisher_init(&fixture->publisher, NULL, "kt");
    const struct intake_settings settings = {.publisher = &fixture->publisher,
                                             .extra_types = &fixture->extra_types,
                                             .ack_timeout_ms = 10000,
                                             .in_flight_bytes_max = IN_FLIGHT_BYTES_MAX};
    fixture->intake = intake_new(&settings, &fixture->loop);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    intake_free(fixture->intake);
    publisher_deinit(&fixture->publisher);
    (void)uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    free(fixture);
    return 0;
}

static void post(struct fixture *fixture, const char *body)
{
    fixture->request = (struct http_request){.body = body, .body_length = strlen(body), .request_id = "req_1"};
    intake_handle(fixture->intake, &fixture->request);
}

static void acknowledge(size_t index, rd_kafka_resp_err_t result)
{
    world.sent[index]->done(world.sent[index], result);
}

static void expect_answer(unsigned status, const char *body_part)
{
    assert_int_equal(world.answer_count, 1);
    assert_int_equal(world.status, status);
    if (strstr(world.body, body_part) == NULL)
        fail_msg("%s is not in %s", body_part, world.body);
}

#define EVENT "{\"type\":\"config.deployed\",\"id\":\"evt_1\",\"data\":{}}"

static void the_answer_waits_for_every_acknowledgement(void **state)
{
    struct fixture *fixture = *state;
    post(fixture, EVENT "\n" EVENT "\nbad\n");
    assert_int_equal(world.sent_count, 2);
    acknowledge(1, RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(world.answer_count, 0);
    assert_int_equal(intake_waiting_count(fixture->intake), 1);
    acknowledge(0, RD_KAFKA_RESP_ERR_NO_ERROR);
    expect_answer(202, "\"accepted\":2,\"refused\":1");
    assert_int_equal(intake_waiting_count(fixture->intake), 0);
    assert_int_equal(intake_in_flight_bytes(fixture->intake), 0);
}

static void a_single_event_is_answered_with_its_id(void **state)
{
    struct fixture *fixture = *state;
    world.content_type = "application/json; charset=utf-8";
    post(fixture, EVENT);
    acknowledge(0, RD_KAFKA_RESP_ERR_NO_ERROR);
    expect_answer(202, "{\"id\":\"evt_1\",\"status\":\"accepted\"}");
}

static void when_time_is_up_the_outcome_is_unknown_and_the_bytes_stay_counted(void **state)
{
    struct fixture *fixture = *state;
    post(fixture, EVENT "\n" EVENT);
    acknowledge(0, RD_KAFKA_RESP_ERR_NO_ERROR);
    intake_answer_all(fixture->intake);
    expect_answer(503, "{\"line\":2,\"id\":\"evt_1\",\"status\":\"unknown\"}");
    assert_string_equal(world.header, "Retry-After: 5");
    assert_true(intake_in_flight_bytes(fixture->intake) > 0);
    acknowledge(1, RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(world.answer_count, 1);
    assert_int_equal(intake_in_flight_bytes(fixture->intake), 0);
}

static void what_kafka_refuses_is_not_accepted(void **state)
{
    struct fixture *fixture = *state;
    world.content_type = "application/json";
    post(fixture, EVENT);
    acknowledge(0, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    expect_answer(503, "\"code\":\"not_stored\"");
}

static void a_full_queue_is_told_for_each_event(void **state)
{
    struct fixture *fixture = *state;
    world.queue_size = 1;
    post(fixture, EVENT "\n" EVENT);
    acknowledge(0, RD_KAFKA_RESP_ERR_NO_ERROR);
    expect_answer(202, "\"line\":2,\"id\":\"evt_1\",\"status\":\"refused\",\"code\":\"busy\"");
}

static void more_than_may_be_under_way_is_refused_as_a_whole(void **state)
{
    struct fixture *fixture = *state;
    char body[IN_FLIGHT_BYTES_MAX];
    memset(body, ' ', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    memcpy(body, EVENT, strlen(EVENT));
    post(fixture, body);
    expect_answer(503, "\"code\":\"busy\"");
    assert_string_equal(world.header, "Retry-After: 1");
    assert_int_equal(world.sent_count, 0);
}

static void without_kafka_nothing_is_sent(void **state)
{
    struct fixture *fixture = *state;
    world.is_connected = false;
    post(fixture, EVENT);
    expect_answer(503, "\"code\":\"kafka_unavailable\"");
    assert_int_equal(world.sent_count, 0);
}

static void a_token_that_may_write_events_is_needed(void **state)
{
    struct fixture *fixture = *state;

    static const struct {
        const char *bearer;
        unsigned status;
    } cases[] = {
        {NULL,      401},
        {"unknown", 401},
        {"reader",  403}
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        world.answer_count = 0;
        world.bearer = cases[i].bearer;
        post(fixture, EVENT);
        expect_answer(cases[i].status, "\"code\":");
    }
    assert_int_equal(world.sent_count, 0);
}

static void before_the_tokens_are_loaded_nobody_is_called_unknown(void **state)
{
    struct fixture *fixture = *state;
    world.has_tokens = false;
    post(fixture, EVENT);
    expect_answer(503, "\"code\":\"tokens_unavailable\"");
}

static void bodies_of_other_types_are_not_read(void **state)
{
    struct fixture *fixture = *state;
    static const char *const types[] = {NULL, "text/plain", "application/jsonx", "application/x-www-form-urlencoded"};
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        world.answer_count = 0;
        world.content_type = types[i];
        post(fixture, EVENT);
        expect_answer(415, "\"code\":\"unsupported_media_type\"");
    }
}

static void an_empty_body_holds_no_event(void **state)
{
    struct fixture *fixture = *state;
    post(fixture, "\n \r\n");
    expect_answer(400, "\"code\":\"no_events\"");
}

static void a_stopping_process_takes_nothing_new(void **state)
{
    struct fixture *fixture = *state;
    intake_refuse_new(fixture->intake);
    post(fixture, EVENT);
    expect_answer(503, "\"code\":\"shutting_down\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_answer_waits_for_every_acknowledgement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_single_event_is_answered_with_its_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(when_time_is_up_the_outcome_is_unknown_and_the_bytes_stay_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_kafka_refuses_is_not_accepted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_queue_is_told_for_each_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_may_be_under_way_is_refused_as_a_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_kafka_nothing_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_that_may_write_events_is_needed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(before_the_tokens_are_loaded_nobody_is_called_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bodies_of_other_types_are_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_body_holds_no_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stopping_process_takes_nothing_new, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
