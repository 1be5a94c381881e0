/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/event.h"

#include "tests/fuzz/fuzz.h"

static struct event filled_in(const struct event *parsed)
{
    struct event event = *parsed;
    if (event.id[0] == '\0')
        memcpy(event.id, "evt_new", 8);
    if (event.org_id[0] == '\0')
        memcpy(event.org_id, "org_new", 8);
    if (!event.has_created_at)
        event.created_ms = 1;
    return event;
}

/* What is taken can be completed, says then what it was completed with, and still ends in the bytes that were sent. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct event parsed;
    struct event again;
    struct error error = {.text = ""};
    struct buffer out;
    enum event_flaw flaw = EVENT_SOUND;
    if (event_parse((const char *)bytes, size, &parsed, &flaw, &error) < 0) {
        assert(flaw != EVENT_SOUND && error.text[0] != '\0');
        return 0;
    }
    struct event completed = filled_in(&parsed);
    const uint8_t *rest = (const uint8_t *)memchr(bytes, '{', size) + 1;
    size_t rest_size = size - (size_t)(rest - bytes);
    buffer_init(&out, EVENT_BYTES_MAX);
    event_complete((const char *)bytes, size, &parsed, &completed, &out);
    if (!out.is_overflowed) {
        assert(out.length >= size && memcmp(out.bytes + out.length - rest_size, rest, rest_size) == 0);
        assert(event_parse(out.bytes, out.length, &again, NULL, &error) == 0);
        assert(strcmp(again.id, completed.id) == 0 && strcmp(again.org_id, completed.org_id) == 0);
        assert(strcmp(again.type, completed.type) == 0 && again.created_ms == completed.created_ms);
        assert(strcmp(again.ordering_key, completed.ordering_key) == 0);
    }
    buffer_deinit(&out);
    return 0;
}
