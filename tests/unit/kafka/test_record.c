/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/domain/retry_policy.h"
#include "common/kafka/record.h"

#include "tests/unit/kafka/stand_ins.h"
#include "tests/unit/unit.h"

#define ENVELOPE                                                                                                \
    "{\"id\":\"evt_1\",\"type\":\"escalation.created\",\"created_at\":\"2026-11-23T10:00:00.000Z\",\"org_id\":" \
    "\"org_1\",\"ordering_key\":\"esc_9\",\"data\":{}}"

static const struct delivery sample = {
    .webhook_id = "wh_1",
    .event_id = "evt_1",
    .event_type = "escalation.created",
    .org_id = "org_1",
    .ordering_key = "käse",
    .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    .origin = {.topic = "kt.events.escalation.created", .partition = 11, .offset = 1234567890123},
    .accepted_ms = 1700000000123,
    .number = 3,
    .series = 2,
    .trigger = TRIGGER_REPLAY,
    .due_ms = 1700000005123,
};

static struct stand_in_message *message_of(const struct delivery *delivery)
{
    struct record record;
    struct record_scratch scratch;
    const struct record_route route = {.topic = "kt.retry.5s", .reason = "timeout", .left_ms = 30000, .jitter_ms = 77};
    record_from_delivery(&route, delivery, "{}", 2, &scratch, &record);
    return stand_in_message(&record);
}

/* ---- deliveries ---- */

static void a_delivery_survives_its_record(void **state)
{
    struct delivery delivery;
    struct error error = {.text = ""};
    int64_t left_ms, jitter_ms;
    (void)state;
    struct stand_in_message *message = message_of(&sample);
    assert_int_equal(delivery_from_message(&message->message, &delivery, &left_ms, &jitter_ms, &error), 0);
    assert_string_equal(error.text, "");
    assert_string_equal(delivery.webhook_id, sample.webhook_id);
    assert_string_equal(delivery.event_id, sample.event_id);
    assert_string_equal(delivery.event_type, sample.event_type);
    assert_string_equal(delivery.org_id, sample.org_id);
    assert_string_equal(delivery.ordering_key, sample.ordering_key);
    assert_string_equal(delivery.traceparent, sample.traceparent);
    assert_string_equal(delivery.origin.topic, sample.origin.topic);
    assert_int_equal(delivery.origin.partition, sample.origin.partition);
    assert_int_equal(delivery.origin.offset, sample.origin.offset);
    assert_int_equal(delivery.accepted_ms, sample.accepted_ms);
    assert_int_equal(delivery.number, sample.number);
    assert_int_equal(delivery.series, sample.series);
    assert_int_equal(delivery.trigger, sample.trigger);
    assert_int_equal(delivery.due_ms, sample.due_ms);
    assert_int_equal(left_ms, 30000);
    assert_int_equal(jitter_ms, 77);
    char id[DELIVERY_ID_BYTES];
    delivery_id(sample.event_id, sample.webhook_id, id);
    assert_string_equal(delivery.id, id);
    stand_in_free(message);
}

static void an_internal_record_is_keyed_by_webhook_and_keeps_the_value(void **state)
{
    struct record record;
    struct record_scratch scratch;
    (void)state;
    const struct record_route route = {.topic = "kt.due"};
    record_from_delivery(&route, &sample, "{ }", 3, &scratch, &record);
    assert_int_equal(record.key_size, 4);
    assert_memory_equal(record.key, "wh_1", 4);
    assert_memory_equal(record.value, "{ }", 3);
    struct stand_in_message *message = stand_in_message(&record);
    size_t size;
    assert_null(message_header(&message->message, "kt-reason", &size));
    assert_null(message_header(&message->message, "kt-left-ms", &size));
    assert_null(message_header(&message->message, "kt-jitter-ms", &size));
    stand_in_free(message);
}

static void without_an_origin_the_record_is_the_origin(void **state)
{
    struct delivery delivery = sample;
    struct error error = {.text = ""};
    (void)state;
    delivery.origin.topic[0] = '\0';
    struct stand_in_message *message = message_of(&delivery);
    assert_int_equal(delivery_from_message(&message->message, &delivery, NULL, NULL, &error), 0);
    assert_string_equal(delivery.origin.topic, "kt.retry.5s");
    assert_int_equal(delivery.origin.partition, 3);
    assert_int_equal(delivery.origin.offset, 42);
    stand_in_free(message);
}

static void expect_refusal(struct stand_in_message *message, const char *text)
{
    struct delivery delivery = {.webhook_id = "untouched"};
    struct error error = {.text = ""};
    assert_int_equal(delivery_from_message(&message->message, &delivery, NULL, NULL, &error), -EINVAL);
    if (strstr(error.text, text) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, text);
    assert_string_equal(delivery.webhook_id, "untouched");
    stand_in_free(message);
}

static void each_missing_header_is_named(void **state)
{
    static const char *const required[] = {"kt-webhook", "kt-id",       "kt-org",    "kt-type",
                                           "kt-trigger", "kt-first-ms", "kt-due-ms", "kt-attempt"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(required); i++) {
        struct stand_in_message *message = message_of(&sample);
        char text[64];
        (void)snprintf(text, sizeof text, "header %s is missing", required[i]);
        stand_in_set_header(message, required[i], NULL);
        expect_refusal(message, text);
    }
}

static void each_bad_header_is_refused_with_what_is_wrong(void **state)
{
    static const struct {
        const char *name, *value, *text;
    } cases[] = {
        {"kt-attempt",      "two",                        "header kt-attempt is not a whole number"       },
        {"kt-attempt",      "0",                          "header kt-attempt is 0"                        },
        {"kt-attempt",      "-1",                         "header kt-attempt is -1"                       },
        {"kt-attempt",      "2147483648",                 "header kt-attempt is 2147483648"               },
        {"kt-attempt",      "1 ",                         "header kt-attempt is not a whole number"       },
        {"kt-series",       "x",                          "header kt-series"                              },
        {"kt-first-ms",     "9223372036854775808",        "header kt-first-ms is not a whole number"      },
        {"kt-due-ms",       "1e3",                        "header kt-due-ms is not a whole number"        },
        {"kt-left-ms",      "604800001",                  "header kt-left-ms is 604800001"                },
        {"kt-jitter-ms",    "60001",                      "header kt-jitter-ms is 60001"                  },
        {"kt-trigger",      "because",                    "header kt-trigger is none of"                  },
        {"kt-trigger",      "a trigger that is too long", "header kt-trigger is none of"                  },
        {"kt-type",         "Not A Type",                 "header kt-type is not an event type"           },
        {"kt-webhook",      "wh 1",                       "header kt-webhook may hold only"               },
        {"kt-webhook",      "",                           "header kt-webhook is missing"                  },
        {"kt-origin",       "kt.events.a.b",              "header kt-origin is not topic/partition/offset"},
        {"kt-origin",       "kt.events.a.b/1",            "header kt-origin is not topic/partition/offset"},
        {"kt-origin",       "kt.events.a.b/-1/5",         "header kt-origin is not topic/partition/offset"},
        {"kt-origin",       "kt.events.a.b/2147483648/5", "header kt-origin is not topic/partition/offset"},
        {"kt-origin",       "/1/5",                       "header kt-origin is not topic/partition/offset"},
        {"kt-origin",       "a/b/1/5",                    "header kt-origin is not topic/partition/offset"},
        {"kt-ordering-key", "\xff",                       "header kt-ordering-key is not UTF-8"           },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct stand_in_message *message = message_of(&sample);
        stand_in_set_header(message, cases[i].name, cases[i].value);
        expect_refusal(message, cases[i].text);
    }
}

static void the_last_of_several_headers_counts(void **state)
{
    struct delivery delivery;
    struct error error = {.text = ""};
    (void)state;
    struct stand_in_message *message = message_of(&sample);
    stand_in_add_header(message, "kt-attempt", "9", 1);
    assert_int_equal(delivery_from_message(&message->message, &delivery, NULL, NULL, &error), 0);
    assert_int_equal(delivery.number, 9);
    stand_in_free(message);
}

static void hostile_headers_are_refused(void **state)
{
    char *large = alloc_zeroed(1, 1024 * 1024);
    (void)state;
    memset(large, 'a', 1024 * 1024 - 1);
    struct stand_in_message *message = message_of(&sample);
    stand_in_set_header(message, "kt-org", large);
    expect_refusal(message, "header kt-org has 1048575 bytes, at most 64 are allowed");
    message = message_of(&sample);
    stand_in_set_header(message, "kt-ordering-key", large);
    expect_refusal(message, "header kt-ordering-key has 1048575 bytes, at most 255 are allowed");
    message = message_of(&sample);
    stand_in_add_header(message, "kt-id", NULL, 0);
    expect_refusal(message, "header kt-id is missing");
    message = message_of(&sample);
    for (int i = 0; i < RECORD_HEADERS_READ_MAX; i++)
        stand_in_add_header(message, "x", "y", 1);
    expect_refusal(message, "headers, at most 256 are allowed");
    free(large);
}

static void a_header_with_a_nul_inside_is_refused(void **state)
{
    (void)state;
    struct stand_in_message *message = message_of(&sample);
    stand_in_add_header(message, "kt-webhook", "wh_1\0x", 6);
    expect_refusal(message, "header kt-webhook may hold only");
}

static void a_delivery_without_a_value_is_refused(void **state)
{
    (void)state;
    struct stand_in_message *message = message_of(&sample);
    message->message.len = 0;
    expect_refusal(message, "the record has no value");
}

static void a_traceparent_out_of_form_is_dropped(void **state)
{
    struct delivery delivery;
    struct error error = {.text = ""};
    (void)state;
    struct stand_in_message *message = message_of(&sample);
    stand_in_set_header(message, "traceparent", "00-short-01");
    assert_int_equal(delivery_from_message(&message->message, &delivery, NULL, NULL, &error), 0);
    assert_string_equal(delivery.traceparent, "");
    stand_in_free(message);
}

/* ---- events ---- */

static struct event event;
static enum event_flaw flaw;
static struct error failure;

static int read_event(struct stand_in_message *message, const char *event_type)
{
    failure.text[0] = '\0';
    int code = event_from_message(&message->message, "cluster", event_type, &event, &flaw, &failure);
    stand_in_free(message);
    return code;
}

static void an_event_survives_its_record(void **state)
{
    struct record record;
    struct record_scratch scratch;
    const struct event sent = {.id = "evt_7",
                               .type = "budget.threshold_reached",
                               .org_id = "org_1",
                               .ordering_key = "key",
                               .created_ms = 1763892000000};
    (void)state;
    record_from_event("kt", &sent, NULL, "not looked at", 13, &scratch, &record);
    assert_string_equal(record.topic, "kt.events.budget.threshold_reached");
    assert_memory_equal(record.key, "key", 3);
    assert_int_equal(read_event(stand_in_message(&record), sent.type), 0);
    assert_string_equal(event.id, sent.id);
    assert_string_equal(event.type, sent.type);
    assert_string_equal(event.org_id, sent.org_id);
    assert_string_equal(event.ordering_key, sent.ordering_key);
    assert_int_equal(event.created_ms, sent.created_ms);
}

static void an_event_without_ordering_key_is_keyed_by_organization(void **state)
{
    struct record record;
    struct record_scratch scratch;
    const struct event sent = {.id = "evt_7", .type = "config.deployed", .org_id = "org_1"};
    (void)state;
    record_from_event("kt", &sent, NULL, "{}", 2, &scratch, &record);
    assert_int_equal(record.key_size, 5);
    assert_memory_equal(record.key, "org_1", 5);
}

static void a_record_without_our_headers_is_parsed(void **state)
{
    (void)state;
    assert_int_equal(read_event(stand_in_bare("kt.events.escalation.created", ENVELOPE), "escalation.created"), 0);
    assert_string_equal(event.id, "evt_1");
    assert_string_equal(event.org_id, "org_1");
    assert_string_equal(event.ordering_key, "esc_9");
}

static void an_event_without_id_gets_one_from_where_it_stands(void **state)
{
    static const char envelope[] = "{\"type\":\"escalation.created\",\"org_id\":\"org_1\",\"data\":{}}";
    char id[EVENT_ID_BYTES_MAX + 1];
    (void)state;
    assert_int_equal(read_event(stand_in_bare("kt.events.escalation.created", envelope), "escalation.created"), 0);
    event_id_from_origin("cluster", "kt.events.escalation.created", 3, 42, id);
    assert_string_equal(event.id, id);
}

static void expect_flaw(struct stand_in_message *message, enum event_flaw expected, const char *text)
{
    assert_int_equal(read_event(message, "escalation.created"), -EINVAL);
    assert_int_equal(flaw, expected);
    if (strstr(failure.text, text) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", failure.text, text);
}

static void unreadable_events_are_refused_with_flaw_and_text(void **state)
{
    static const char topic[] = "kt.events.escalation.created";
    (void)state;
    expect_flaw(stand_in_bare(topic, NULL), EVENT_NOT_JSON, "no value");
    expect_flaw(stand_in_bare(topic, "nonsense"), EVENT_NOT_JSON, "");
    expect_flaw(stand_in_bare(topic, "[]"), EVENT_NOT_AN_OBJECT, "");
    expect_flaw(stand_in_bare(topic, "{\"type\":\"config.deployed\",\"org_id\":\"o\",\"data\":{}}"), EVENT_BAD_FIELD,
                "the type is config.deployed, but the topic is that of escalation.created");
    expect_flaw(stand_in_bare(topic, "{\"type\":\"escalation.created\",\"data\":{}}"), EVENT_BAD_FIELD, "org_id");
    struct stand_in_message *message = stand_in_bare(topic, "{}");
    stand_in_set_header(message, "kt-id", "evt 1");
    stand_in_set_header(message, "kt-org", "org_1");
    expect_flaw(message, EVENT_BAD_FIELD, "header kt-id");
    message = stand_in_bare(topic, "{}");
    message->message.len = EVENT_BYTES_MAX + 1; /* not looked at */
    expect_flaw(message, EVENT_TOO_LARGE, "at most");
}

/* ---- dead records ---- */

static void an_unreadable_record_keeps_key_value_and_headers(void **state)
{
    struct record record;
    struct record_scratch scratch;
    (void)state;
    struct stand_in_message *message = message_of(&sample);
    stand_in_set_header(message, "kt-reason", "an older reason");
    record_from_unreadable("kt.dead", &message->message, "bad_headers", "header x", &scratch, &record);
    assert_string_equal(record.topic, "kt.dead");
    assert_memory_equal(record.key, "wh_1", 4);
    assert_int_equal(record.value_size, 2);
    struct stand_in_message *dead = stand_in_message(&record);
    size_t size;
    assert_memory_equal(message_header(&dead->message, "kt-reason", &size), "bad_headers", 11);
    assert_memory_equal(message_header(&dead->message, "kt-detail", &size), "header x", 8);
    assert_memory_equal(message_header(&dead->message, "kt-origin", &size), "kt.retry.5s/3/42", 16);
    assert_memory_equal(message_header(&dead->message, "kt-attempt", &size), "3", 1);
    stand_in_free(dead);
    stand_in_free(message);
}

static void a_dead_record_fits_whatever_the_original_was(void **state)
{
    struct record record;
    struct record_scratch scratch;
    char *large = alloc_zeroed(1, 60000);
    (void)state;
    memset(large, 'h', 59999);
    struct stand_in_message *message = message_of(&sample);
    for (int i = 0; i < 100; i++)
        stand_in_add_header(message, "large", large, 59999);
    message->message.len = 4 * 1024 * 1024; /* not looked at */
    message->message.key_len = 2 * 1024 * 1024;
    record_from_unreadable("kt.dead", &message->message, "too_large", "", &scratch, &record);
    size_t bytes = record.key_size + record.value_size;
    for (size_t i = 0; i < record.header_count; i++)
        bytes += strlen(record.headers[i].name) + record.headers[i].value_size;
    assert_in_range(bytes, 1, 900 * 1024);
    assert_in_range(record.header_count, 3, RECORD_HEADERS_MAX);
    stand_in_free(message);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delivery_survives_its_record),
        cmocka_unit_test(an_internal_record_is_keyed_by_webhook_and_keeps_the_value),
        cmocka_unit_test(without_an_origin_the_record_is_the_origin),
        cmocka_unit_test(each_missing_header_is_named),
        cmocka_unit_test(each_bad_header_is_refused_with_what_is_wrong),
        cmocka_unit_test(the_last_of_several_headers_counts),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(a_header_with_a_nul_inside_is_refused),
        cmocka_unit_test(a_delivery_without_a_value_is_refused),
        cmocka_unit_test(a_traceparent_out_of_form_is_dropped),
        cmocka_unit_test(an_event_survives_its_record),
        cmocka_unit_test(an_event_without_ordering_key_is_keyed_by_organization),
        cmocka_unit_test(a_record_without_our_headers_is_parsed),
        cmocka_unit_test(an_event_without_id_gets_one_from_where_it_stands),
        cmocka_unit_test(unreadable_events_are_refused_with_flaw_and_text),
        cmocka_unit_test(an_unreadable_record_keeps_key_value_and_headers),
        cmocka_unit_test(a_dead_record_fits_whatever_the_original_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
