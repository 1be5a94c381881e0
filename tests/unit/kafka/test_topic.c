/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/domain/event_type.h"
#include "common/kafka/topic.h"

#include "tests/unit/unit.h"

static char name[TOPIC_BYTES_MAX + 1];

static void topics_are_named_as_the_design_says(void **state)
{
    (void)state;
    assert_string_equal(topic_name("kt", TOPIC_DIRECT, name), "kt.direct");
    assert_string_equal(topic_name("kt", TOPIC_DUE, name), "kt.due");
    assert_string_equal(topic_name("kt", TOPIC_SLOW, name), "kt.slow");
    assert_string_equal(topic_name("kt", TOPIC_ATTEMPTS, name), "kt.attempts");
    assert_string_equal(topic_name("kt", TOPIC_DEAD, name), "kt.dead");
    assert_string_equal(topic_for_retry("kt", RETRY_TIER_1S, name), "kt.retry.1s");
    assert_string_equal(topic_for_retry("kt", RETRY_TIER_6H, name), "kt.retry.6h");
    assert_string_equal(topic_for_event("kt", "event.created", name), "kt.events.event.created");
}

static void the_event_type_is_read_back_from_the_name(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const char *text = event_type_name((enum event_type)type);
        assert_string_equal(topic_event_type("kt", topic_for_event("kt", text, name)), text);
    }
}

static void other_topics_have_no_event_type(void **state)
{
    static const char *const topics[] = {"kt.due",          "kt.events",        "kt.events.",   "kt.events.word",
                                         "kt.events.A.b",   "ktx.events.a.b",   "k.events.a.b", "",
                                         "kt.retry.events", "kt.eventsxevent.a"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(topics); i++)
        assert_null(topic_event_type("kt", topics[i]));
}

static void the_longest_names_fit(void **state)
{
    char prefix[33], type[EVENT_TYPE_BYTES_MAX + 1];
    (void)state;
    memset(prefix, 'p', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    memset(type, 't', sizeof type - 1);
    type[1] = '.';
    type[sizeof type - 1] = '\0';
    assert_int_equal(strlen(topic_for_event(prefix, type, name)), 32 + strlen(".events.") + EVENT_TYPE_BYTES_MAX);
    assert_string_equal(topic_event_type(prefix, name), type);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_are_named_as_the_design_says),
        cmocka_unit_test(the_event_type_is_read_back_from_the_name),
        cmocka_unit_test(other_topics_have_no_event_type),
        cmocka_unit_test(the_longest_names_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
