/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/recorder/stand_ins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/kafka/topic.h"

struct stand_ins stand_ins;

rd_kafka_message_t *stand_in_message(int64_t offset, int64_t time_ms, const char *value)
{
    rd_kafka_message_t *message = ALLOC(rd_kafka_message_t);
    message->offset = offset;
    message->payload = alloc_text(value);
    message->len = strlen(value);
    message->_private = alloc_copy(&time_ms, sizeof(time_ms));
    return message;
}

void rd_kafka_message_destroy(rd_kafka_message_t *message)
{
    stand_ins.destroyed_count++;
    free(message->payload);
    free(message->_private);
    free(message);
}

int64_t rd_kafka_message_timestamp(const rd_kafka_message_t *message, rd_kafka_timestamp_type_t *type)
{
    *type = RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
    int64_t time_ms = 0;
    memcpy(&time_ms, message->_private, sizeof(time_ms));
    return time_ms;
}

void kafka_partition_settle(struct kafka_partition *partition, uint64_t ticket)
{
    (void)partition;
    stand_ins.settled_count++;
    stand_ins.settled_tickets += ticket;
}

void kafka_partition_forget(struct kafka_partition *partition, uint64_t ticket)
{
    (void)partition;
    (void)ticket;
    stand_ins.forgotten_count++;
}

int event_from_message(const rd_kafka_message_t *message, const char *cluster_id, const char *event_type,
                       struct event *event_out, enum event_flaw *flaw_out, struct error *error)
{
    (void)message;
    (void)cluster_id;
    (void)event_type;
    if (stand_ins.event == NULL) {
        *flaw_out = EVENT_NOT_JSON;
        return error_set(error, EINVAL, "not JSON");
    }
    *event_out = *stand_ins.event;
    return 0;
}

const char *topic_event_type(const char *prefix, const char *topic)
{
    (void)prefix;
    return strncmp(topic, "kt.events.", 10) == 0 ? topic + 10 : NULL;
}
