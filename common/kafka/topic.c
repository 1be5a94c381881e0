/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/topic.h"

#include <stdio.h>
#include <string.h>

#include "common/domain/event_type.h"

static const char *const texts[] = {
#define X(id, name, retention_days) [TOPIC_##id] = name,
    TOPICS(X)
#undef X
};

/* Settings and event types are checked where they come in, so that every name fits. */
static char *join(char name_out[static TOPIC_BYTES_MAX + 1], const char *prefix, const char *middle, const char *last)
{
    (void)snprintf(name_out, TOPIC_BYTES_MAX + 1, "%s.%s%s", prefix, middle, last);
    return name_out;
}

char *topic_name(const char *prefix, enum topic topic, char name_out[static TOPIC_BYTES_MAX + 1])
{
    return join(name_out, prefix, "", texts[topic]);
}

char *topic_for_event(const char *prefix, const char *event_type, char name_out[static TOPIC_BYTES_MAX + 1])
{
    return join(name_out, prefix, "events.", event_type);
}

char *topic_for_retry(const char *prefix, enum retry_tier tier, char name_out[static TOPIC_BYTES_MAX + 1])
{
    return join(name_out, prefix, "retry.", retry_tier_name(tier));
}

const char *topic_event_type(const char *prefix, const char *topic)
{
    static const char middle[] = ".events.";
    size_t prefix_size = strlen(prefix);
    if (strncmp(topic, prefix, prefix_size) != 0 || strncmp(topic + prefix_size, middle, sizeof middle - 1) != 0)
        return NULL;
    const char *event_type = topic + prefix_size + sizeof middle - 1;
    return event_type_is_valid(event_type, strlen(event_type)) ? event_type : NULL;
}
