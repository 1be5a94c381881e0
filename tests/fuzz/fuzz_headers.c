/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/record.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/kafka/stand_ins.h"

/* Each line is a header: name=value. The names point into the lines. */
static struct stand_in_message *message_of(char *lines, size_t size)
{
    struct stand_in_message *message =
        stand_in_bare("kt.retry.5s", "{\"type\":\"a.b\",\"org_id\":\"org_1\",\"data\":{}}");
    size_t start = 0;
    for (int count = 0; start < size && count < STAND_IN_HEADERS_MAX; count++) {
        char *line = lines + start;
        char *newline = memchr(line, '\n', size - start);
        size_t length = newline != NULL ? (size_t)(newline - line) : size - start;
        char *equals = memchr(line, '=', length);
        start += length + 1;
        if (equals == NULL)
            continue;
        *equals = '\0';
        stand_in_add_header(message, line, equals + 1, length - (size_t)(equals + 1 - line));
    }
    return message;
}

static void same_record(const struct record *first, const struct record *second)
{
    assert(first->header_count == second->header_count);
    for (size_t i = 0; i < first->header_count; i++) {
        assert(first->headers[i].value_size == second->headers[i].value_size);
        assert(memcmp(first->headers[i].value, second->headers[i].value, first->headers[i].value_size) == 0);
    }
}

/* A delivery that is read is written, and read again as the same. */
static void check_delivery(const struct stand_in_message *message)
{
    struct delivery delivery, again;
    struct record record, second;
    struct record_scratch scratch, second_scratch;
    struct record_route route = {.topic = "kt.due", .reason = "x"};
    struct error error = {.text = ""};
    if (delivery_from_message(&message->message, &delivery, &route.left_ms, &route.jitter_ms, &error) < 0) {
        assert(error.text[0] != '\0');
        return;
    }
    assert(delivery.number >= 1 && route.left_ms >= 0 && route.jitter_ms >= 0);
    record_from_delivery(&route, &delivery, "{}", 2, &scratch, &record);
    struct stand_in_message *written = stand_in_message(&record);
    struct record_route second_route = route;
    assert(delivery_from_message(&written->message, &again, &second_route.left_ms, &second_route.jitter_ms, NULL) == 0);
    record_from_delivery(&second_route, &again, "{}", 2, &second_scratch, &second);
    same_record(&record, &second);
    stand_in_free(written);
}

static void check_event(const struct stand_in_message *message)
{
    struct event event;
    enum event_flaw flaw;
    struct error error = {.text = ""};
    int code = event_from_message(&message->message, "cluster", "a.b", &event, &flaw, &error);
    assert((code == 0) == (flaw == EVENT_SOUND));
    assert((code == 0) == (error.text[0] == '\0'));
    if (code == 0)
        assert(event_id_is_valid(event.id, strlen(event.id)) && event_id_is_valid(event.org_id, strlen(event.org_id)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *lines = fuzz_text(bytes, size);
    struct record dead;
    struct record_scratch scratch;
    struct stand_in_message *message = message_of(lines, size);
    check_delivery(message);
    check_event(message);
    record_from_unreadable("kt.dead", &message->message, "bad_headers", "why", &scratch, &dead);
    assert(dead.header_count <= RECORD_HEADERS_MAX);
    stand_in_free(message);
    free(lines);
    return 0;
}
