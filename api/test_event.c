/* SPDX-License-Identifier: Apache-2.0 */
#include "api/test_event.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "common/domain/event_type.h"

#include "api/render.h"

static const struct {
    const char *prefix; /* of the id */
    const char *data;
} examples[] = {

#define EVENT_TYPE(id, name, id_prefix, text) [EVENT_TYPE_##id].prefix = (id_prefix),
#include "common/domain/event_types.def"
#undef EVENT_TYPE
#define EXAMPLE(id, json) [EVENT_TYPE_##id].data = (json),
#include "api/examples.def"
#undef EXAMPLE
};

/* Times become real ones, and the id one of this event. */
static void bring_to_life(json_t *data, const char *prefix, const struct test_event *event)
{
    const char *name, *random = strchr(event->id, '_');
    json_t *value;
    void *next;
    json_object_foreach_safe(data, next, name, value)
    {
        size_t length = strlen(name);
        if (length > 3 && strcmp(name + length - 3, "_at") == 0)
            json_object_set_new(data, name, render_time(event->created_ms + json_integer_value(value) * 1000));
    }
    if (prefix[0] != '\0')
        json_object_set_new(data, "id", json_sprintf("%s%s", prefix, random != NULL ? random + 1 : event->id));
}

static json_t *example_data(const struct test_event *event)
{
    for (enum event_type type = 0; type < EVENT_TYPE_COUNT; type++) {
        if (strcmp(event_type_name(type), event->example_type) != 0)
            continue;
        json_t *data = json_loads(examples[type].data, 0, NULL);
        assert(data != NULL); /* examples.def is not JSON */
        bring_to_life(data, examples[type].prefix, event);
        return data;
    }
    return json_object();
}

char *test_event_json(const struct test_event *event)
{
    json_t *json = json_pack("{s:s, s:s, s:o, s:s, s:{s:s, s:s, s:s, s:o}}", "id", event->id, "type", EVENT_TYPE_TEST,
                             "created_at", render_time(event->created_ms), "org_id", event->org_id, "data", "message",
                             "This is a test delivery from Keeptrusts.", "webhook_id", event->webhook_id,
                             "example_type", event->example_type, "example", example_data(event));
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12)); /* 0.0037 as it was written */
    json_decref(json);
    return text;
}
