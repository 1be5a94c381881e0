/* How far the logs of the assigned partitions reach, for lag. SPDX-License-Identifier: Apache-2.0 */
#include <utlist.h>

#include "common/kafka/consumer_parts.h"

#define ASK_EVERY_MS   15000
#define ASK_TIMEOUT_MS 10000

/* As the last fetch saw it. That stands still while a partition is not read, hence the question below. */
static void take_from_fetch(struct kafka_partition *partition)
{
    int64_t low, high;
    if (rd_kafka_get_watermark_offsets(partition->consumer_->client, partition->topic, partition->id, &low, &high) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        high > partition->end_offset)
        partition->end_offset = high;
}

static void ask(struct kafka_consumer *consumer)
{
    char reason[256];
    const struct kafka_partition *partition;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(consumer->client, RD_KAFKA_ADMIN_OP_LISTOFFSETS);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_TIMEOUT_MS, reason, sizeof reason);
    DL_FOREACH(consumer->partitions, partition)
        rd_kafka_topic_partition_list_add(list, partition->topic, partition->id)->offset = RD_KAFKA_OFFSET_SPEC_LATEST;
    rd_kafka_ListOffsets(consumer->client, list, options, consumer->queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_topic_partition_list_destroy(list);
}

void ends_look_up(struct kafka_consumer *consumer, uint64_t now_ms)
{
    struct kafka_partition *partition;
    DL_FOREACH(consumer->partitions, partition)
        take_from_fetch(partition);
    if (consumer->partitions == NULL || consumer->is_asking_ends || now_ms - consumer->ends_asked_ms < ASK_EVERY_MS)
        return;
    consumer->is_asking_ends = true;
    consumer->ends_asked_ms = now_ms;
    ask(consumer);
}

void ends_take_answer(struct kafka_consumer *consumer, rd_kafka_event_t *event)
{
    size_t count = 0;
    consumer->is_asking_ends = false;
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return; /* asked again; meanwhile what fetches say stands */
    const rd_kafka_ListOffsetsResultInfo_t **infos =
        rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *end = rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
        struct kafka_partition *partition = partition_find(consumer, end->topic, end->partition);
        if (partition != NULL && end->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            partition->end_offset = end->offset;
    }
}
