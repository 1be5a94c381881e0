/* Whose turn it is to be read: partitions with records and room. SPDX-License-Identifier: Apache-2.0 */
#include <utlist.h>

#include "common/kafka/consumer_parts.h"

/* One batch of each that waits now, then the loop's other sources. */
static void on_turns(uv_idle_t *idle)
{
    struct kafka_consumer *consumer = idle->data;
    const struct kafka_queue_ *last = consumer->waiting != NULL ? consumer->waiting->prev : NULL;
    const struct kafka_queue_ *served = NULL;
    while (consumer->waiting != NULL && served != last) {
        struct kafka_partition *partition = consumer->waiting->partition;
        served = partition->queue_;
        reading_remove(partition);
        partition_read(partition);
        reading_add(partition);
    }
    if (consumer->waiting == NULL)
        (void)uv_idle_stop(idle);
}

void reading_add(struct kafka_partition *partition)
{
    struct kafka_consumer *consumer = partition->consumer_;
    struct kafka_queue_ *queue = partition->queue_;
    if (queue == NULL || queue->is_waiting || !partition_can_read(partition))
        return;
    queue->is_waiting = true;
    DL_APPEND(consumer->waiting, queue);
    if (!uv_is_active((uv_handle_t *)consumer->turns))
        (void)uv_idle_start(consumer->turns, on_turns);
}

void reading_remove(struct kafka_partition *partition)
{
    struct kafka_queue_ *queue = partition->queue_;
    if (!queue->is_waiting)
        return;
    queue->is_waiting = false;
    DL_DELETE(partition->consumer_->waiting, queue);
}
