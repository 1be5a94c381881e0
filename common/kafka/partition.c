/* One partition of a consumer: its queue, its records under way. SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/consumer_parts.h"

#define RECORD_OVERHEAD_BYTES 256 /* librdkafka's own, for the tracker's bound */
#define SAME_ERROR_EVERY_MS   60000
#define SEEK_MS               1000

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void on_queue_ready(void *owner)
{
    struct kafka_partition *partition = owner;
    partition->queue_->may_have_more = true;
    reading_add(partition);
}

/* The queue has to be cut off before the partition is assigned, or its records go to the main queue. */
static struct kafka_queue_ *queue_new(struct kafka_partition *partition)
{
    struct kafka_consumer *consumer = partition->consumer_;
    struct kafka_queue_ *queue = ALLOC(struct kafka_queue_);
    queue->queue = rd_kafka_queue_get_partition(consumer->client, partition->topic, partition->id);
    rd_kafka_queue_forward(queue->queue, NULL);
    queue->partition = partition;
    queue->wakeup = kafka_wakeup_new(consumer->loop, queue->queue, on_queue_ready, partition);
    queue->store = rd_kafka_topic_partition_list_new(1);
    (void)rd_kafka_topic_partition_list_add(queue->store, partition->topic, partition->id);
    return queue;
}

static void drop_held(struct kafka_queue_ *queue)
{
    while (queue->held_first < queue->held_end)
        rd_kafka_message_destroy(queue->held[queue->held_first++]);
}

static void queue_free(struct kafka_queue_ *queue)
{
    drop_held(queue);
    kafka_wakeup_free(queue->wakeup);
    rd_kafka_queue_destroy(queue->queue);
    rd_kafka_topic_partition_list_destroy(queue->store); /* or rd_kafka_destroy() would wait for it */
    free(queue);
}

struct kafka_partition *partition_new(struct kafka_consumer *consumer, const char *topic, int32_t id)
{
    struct kafka_partition *partition = ALLOC(struct kafka_partition);
    partition->topic = alloc_text(topic);
    partition->id = id;
    partition->tracker = tracker_new();
    partition->end_offset = -1;
    partition->consumer_ = consumer;
    partition->reference_count_ = 1;
    partition->queue_ = queue_new(partition);
    consumer->partition_count++;
    DL_APPEND(consumer->partitions, partition);
    return partition;
}

static void unref(struct kafka_partition *partition)
{
    struct kafka_consumer *consumer = partition->consumer_;
    assert(partition->reference_count_ > 0);
    if (--partition->reference_count_ > 0)
        return;
    if (consumer->owner.dropped != NULL)
        consumer->owner.dropped(consumer->owner.owner, partition);
    tracker_free(partition->tracker);
    free(partition->topic);
    free(partition);
    if (--consumer->partition_count == 0 && consumer->is_freed)
        free(consumer);
}

void partition_detach(struct kafka_partition *partition)
{
    reading_remove(partition);
    partition->is_revoked = true;
    DL_DELETE(partition->consumer_->partitions, partition);
    queue_free(TAKE(partition->queue_));
    unref(partition);
}

struct kafka_partition *partition_find(const struct kafka_consumer *consumer, const char *topic, int32_t id)
{
    struct kafka_partition *partition;
    DL_FOREACH(consumer->partitions, partition) {
        if (partition->id == id && strcmp(partition->topic, topic) == 0)
            return partition;
    }
    return NULL;
}

size_t partition_under_way_count(const struct kafka_partition *partition)
{
    return partition->reference_count_ - (partition->is_revoked ? 0U : 1U);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool has_room(struct kafka_partition *partition)
{
    const struct kafka_consumer *consumer = partition->consumer_;
    return !partition->queue_->is_stopped && !consumer->is_reading_stopped && !tracker_is_full(partition->tracker) &&
           consumer->owner.has_room(consumer->owner.owner, partition);
}

bool partition_can_read(struct kafka_partition *partition)
{
    const struct kafka_queue_ *queue = partition->queue_;
    return (queue->may_have_more || queue->held_first < queue->held_end) && has_room(partition);
}

static void fill(struct kafka_queue_ *queue)
{
    ssize_t count = rd_kafka_consume_batch_queue(queue->queue, 0, queue->held, KAFKA_READ_BATCH);
    queue->held_first = 0;
    queue->held_end = count > 0 ? (size_t)count : 0;
    queue->may_have_more = queue->held_end == KAFKA_READ_BATCH; /* else it was empty, and its event tells of the next */
}

static void log_problem(struct kafka_partition *partition, const rd_kafka_message_t *message)
{
    struct kafka_queue_ *queue = partition->queue_;
    uint64_t now_ms = clock_monotonic_ms();
    if (queue->last_error == message->err && now_ms - queue->last_error_ms < SAME_ERROR_EVERY_MS)
        return;
    queue->last_error = message->err;
    queue->last_error_ms = now_ms;
    log_event(LOG_WARNING, "kafka_partition_error",
              LOG_FIELDS({"topic", partition->topic}, {"error", rd_kafka_err2name(message->err)}),
              "partition %d cannot be read now: %s; the client goes on trying", partition->id,
              rd_kafka_message_errstr(message));
}

/* Offsets that do not grow: the topic was deleted and created again, or its log was cut off. */
static void restart_after_rewind(struct kafka_partition *partition, int64_t offset)
{
    log_event(LOG_ERROR, "kafka_log_rewound", LOG_FIELDS({"topic", partition->topic}),
              "partition %d went back from offset %lld to %lld: its log was cut off or the topic made anew; reading on",
              partition->id, (long long)tracker_last_offset(partition->tracker), (long long)offset);
    tracker_restart(partition->tracker);
}

static void hand_over(struct kafka_partition *partition, rd_kafka_message_t *message, int64_t now_ms)
{
    const struct kafka_consumer_owner *owner = &partition->consumer_->owner;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        log_problem(partition, message);
        rd_kafka_message_destroy(message);
        return;
    }
    if (message->offset <= tracker_last_offset(partition->tracker))
        restart_after_rewind(partition, message->offset);
    uint64_t ticket = tracker_add(partition->tracker, message->offset,
                                  message->len + message->key_len + RECORD_OVERHEAD_BYTES, now_ms);
    partition->reference_count_++;
    if (partition->end_offset <= message->offset)
        partition->end_offset = message->offset + 1;
    owner->take(owner->owner, partition, message, ticket);
}

void partition_read(struct kafka_partition *partition)
{
    struct kafka_queue_ *queue = partition->queue_;
    int64_t now_ms = clock_wall_ms();
    if (queue->held_first == queue->held_end && has_room(partition))
        fill(queue);
    while (queue->held_first < queue->held_end && has_room(partition))
        hand_over(partition, queue->held[queue->held_first++], now_ms);
}

/* ---- settling ---------------------------------------------------------------------------------------------------- */

static void store_offset(struct kafka_partition *partition)
{
    rd_kafka_topic_partition_list_t *store = partition->queue_->store;
    store->elems[0].offset = tracker_committable(partition->tracker);
    /* _STATE: just unassigned, and the next owner reads from the offset that was committed. */
    rd_kafka_resp_err_t result = rd_kafka_offsets_store(partition->consumer_->client, store);
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR && result != RD_KAFKA_RESP_ERR__STATE)
        log_debug("kafka_offset_not_stored", "%s/%d: %s", partition->topic, partition->id, rd_kafka_err2str(result));
}

void kafka_partition_settle(struct kafka_partition *partition, uint64_t ticket)
{
    if (!tracker_is_stale(partition->tracker, ticket) && tracker_settle(partition->tracker, ticket) &&
        !partition->is_revoked) {
        store_offset(partition);
        reading_add(partition); /* it may have been full */
    }
    unref(partition);
}

void kafka_partition_forget(struct kafka_partition *partition, uint64_t ticket)
{
    (void)ticket; /* stays unsettled, and with it the offset */
    unref(partition);
}

void kafka_partition_wake(struct kafka_partition *partition)
{
    reading_add(partition);
}

int kafka_partition_seek(struct kafka_partition *partition, int64_t offset, struct error *error)
{
    if (partition->is_revoked)
        return error_set(error, EINVAL, "%s/%d is no longer assigned", partition->topic, partition->id);
    struct kafka_queue_ *queue = partition->queue_;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, partition->topic, partition->id)->offset = offset;
    rd_kafka_error_t *failure = rd_kafka_seek_partitions(partition->consumer_->client, list, SEEK_MS);
    rd_kafka_resp_err_t result = failure != NULL ? rd_kafka_error_code(failure) : list->elems[0].err;
    rd_kafka_error_destroy(failure);
    rd_kafka_topic_partition_list_destroy(list);
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, EIO, "cannot read %s/%d again from offset %lld: %s", partition->topic, partition->id,
                         (long long)offset, rd_kafka_err2str(result));
    drop_held(queue);
    tracker_restart(partition->tracker);
    queue->may_have_more = true;
    reading_add(partition);
    return 0;
}
