/*
 * Partitions that come and go. librdkafka announces a change and waits until we carry it out; the group waits with it,
 * so a revocation may take its time, but not for ever. SPDX-License-Identifier: Apache-2.0
 */
#include <assert.h>
#include <stdio.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/consumer_parts.h"

#define ASSIGN_AGAIN_MS 1000
#define COMMIT_MS       2000
#define CLUSTER_ID_MS   500

static const char *const state_texts[] = {
#define X(name, text) [REBALANCE_##name] = text,
    REBALANCE_STATES(X)
#undef X
};

/* The only writer of the state. */
static void set_state(struct rebalance *rebalance, enum rebalance_state next, uint64_t deadline_ms)
{
    static const bool allowed[REBALANCE_DONE + 1][REBALANCE_DONE + 1] = {
        [REBALANCE_NEW] = {[REBALANCE_ASSIGNING] = true, [REBALANCE_DRAINING] = true, [REBALANCE_DONE] = true},
        [REBALANCE_ASSIGNING] = {[REBALANCE_ASSIGNING] = true,     [REBALANCE_DONE] = true},
        [REBALANCE_DRAINING] = {[REBALANCE_COMMITTING] = true, [REBALANCE_DONE] = true},
        [REBALANCE_COMMITTING] = {[REBALANCE_DONE] = true                           },
    };
    assert(allowed[rebalance->state][next]);
    log_debug("kafka_rebalance", "%s of %d partitions: %s", rebalance->is_assignment ? "assignment" : "revocation",
              rebalance->partitions->cnt, state_texts[next]);
    rebalance->state = next;
    rebalance->deadline_ms = deadline_ms;
}

/* True when there was a failure; it is freed. */
static bool log_refusal(rd_kafka_error_t *failure, const char *what)
{
    if (failure == NULL)
        return false;
    log_event(LOG_WARNING, "kafka_assignment_refused", LOG_FIELDS({"error", rd_kafka_error_name(failure)}),
              "%s: %s; the group will assign again", what, rd_kafka_error_string(failure));
    rd_kafka_error_destroy(failure);
    return true;
}

static struct kafka_partition *partition_of(const struct kafka_consumer *consumer,
                                            const rd_kafka_topic_partition_list_t *list, int i)
{
    return partition_find(consumer, list->elems[i].topic, list->elems[i].partition);
}

/* ---- assignment -------------------------------------------------------------------------------------------------- */

/* The partitions of the announcement as structs; those we have already are left out. */
static size_t make_partitions(struct kafka_consumer *consumer, struct rebalance *rebalance,
                              struct kafka_partition **partitions_out)
{
    const rd_kafka_topic_partition_list_t *list = rebalance->partitions;
    size_t count = 0;
    for (int i = 0; i < list->cnt; i++) {
        struct kafka_partition *partition = partition_of(consumer, list, i);
        if (partition != NULL && rebalance->state == REBALANCE_NEW)
            continue;
        if (partition == NULL)
            partition = partition_new(consumer, list->elems[i].topic, list->elems[i].partition);
        partitions_out[count++] = partition;
    }
    return count;
}

static void assign(struct kafka_consumer *consumer, struct kafka_partition *const *partitions, const int64_t *offsets,
                   size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, partitions[i]->topic, partitions[i]->id)->offset = offsets[i];
    bool is_refused = log_refusal(rd_kafka_incremental_assign(consumer->client, list), "partitions cannot be taken");
    rd_kafka_topic_partition_list_destroy(list);
    for (size_t i = 0; is_refused && i < count; i++)
        partition_detach(partitions[i]);
    consumer->has_joined = true;
}

/* A consumer that leaves takes nothing new, but librdkafka has to hear something. */
static void decline(struct kafka_consumer *consumer, struct rebalance *rebalance)
{
    for (int i = 0; rebalance->state == REBALANCE_ASSIGNING && i < rebalance->partitions->cnt; i++) {
        struct kafka_partition *partition = partition_of(consumer, rebalance->partitions, i);
        if (partition != NULL)
            partition_detach(partition);
    }
    assign(consumer, NULL, NULL, 0);
    set_state(rebalance, REBALANCE_DONE, 0);
}

/* Events without an id get one that depends on the cluster's, so it has to be known before the first record. */
static bool knows_cluster(struct kafka_consumer *consumer)
{
    if (consumer->cluster_id[0] != '\0')
        return true;
    char *cluster_id = rd_kafka_clusterid(consumer->client, CLUSTER_ID_MS); /* at once: it came with the metadata */
    if (cluster_id == NULL)
        return false;
    (void)snprintf(consumer->cluster_id, sizeof consumer->cluster_id, "%s", cluster_id);
    rd_kafka_mem_free(consumer->client, cluster_id);
    return true;
}

/* True when the owner said where to start. */
static bool ask_owner(struct kafka_consumer *consumer, struct kafka_partition *const *partitions, int64_t *offsets_out,
                      size_t count)
{
    const struct kafka_consumer_owner *owner = &consumer->owner;
    for (size_t i = 0; i < count; i++)
        offsets_out[i] = RD_KAFKA_OFFSET_STORED;
    return count == 0 || owner->assigned == NULL || owner->assigned(owner->owner, partitions, offsets_out, count) >= 0;
}

static void step_assignment(struct kafka_consumer *consumer, struct rebalance *rebalance, uint64_t now_ms)
{
    size_t count_max = (size_t)rebalance->partitions->cnt;
    if (consumer->state == CONSUMER_LEAVING) {
        decline(consumer, rebalance);
        return;
    }
    if (rebalance->state == REBALANCE_ASSIGNING && now_ms < rebalance->deadline_ms)
        return;
    struct kafka_partition **partitions = alloc_zeroed(count_max + 1, sizeof(struct kafka_partition *));
    int64_t *offsets = alloc_zeroed(count_max + 1, sizeof *offsets);
    size_t count = make_partitions(consumer, rebalance, partitions);
    if (knows_cluster(consumer) && ask_owner(consumer, partitions, offsets, count)) {
        assign(consumer, partitions, offsets, count);
        set_state(rebalance, REBALANCE_DONE, 0);
    } else {
        set_state(rebalance, REBALANCE_ASSIGNING, now_ms + ASSIGN_AGAIN_MS);
    }
    free(offsets);
    free(partitions);
}

/* ---- revocation -------------------------------------------------------------------------------------------------- */

static void stop_partitions(struct kafka_consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    const struct kafka_consumer_owner *owner = &consumer->owner;
    for (int i = 0; i < list->cnt; i++) {
        struct kafka_partition *partition = partition_of(consumer, list, i);
        if (partition == NULL || partition->queue_->is_stopped)
            continue;
        partition->queue_->is_stopped = true;
        reading_remove(partition);
        if (owner->revoked != NULL)
            owner->revoked(owner->owner, partition);
    }
}

static bool is_anything_under_way(const struct kafka_consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        const struct kafka_partition *partition = partition_of(consumer, list, i);
        if (partition != NULL && partition_under_way_count(partition) > 0)
            return true;
    }
    return false;
}

/* librdkafka commits once more what was stored meanwhile, unless the assignment is lost. */
static void unassign(struct kafka_consumer *consumer, const rd_kafka_topic_partition_list_t *announced)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(announced->cnt);
    for (int i = 0; i < announced->cnt; i++) {
        if (partition_of(consumer, announced, i) != NULL)
            (void)rd_kafka_topic_partition_list_add(list, announced->elems[i].topic, announced->elems[i].partition);
    }
    (void)log_refusal(rd_kafka_incremental_unassign(consumer->client, list), "partitions cannot be given back");
    for (int i = 0; i < list->cnt; i++)
        partition_detach(partition_of(consumer, list, i));
    rd_kafka_topic_partition_list_destroy(list);
}

static void step_revocation(struct kafka_consumer *consumer, struct rebalance *rebalance, uint64_t now_ms)
{
    bool is_lost = rd_kafka_assignment_lost(consumer->client) != 0;
    if (rebalance->state == REBALANCE_NEW) {
        set_state(rebalance, REBALANCE_DRAINING, now_ms + consumer->revoke_grace_ms);
        stop_partitions(consumer, rebalance->partitions);
    }
    bool is_over = now_ms >= rebalance->deadline_ms || consumer->state == CONSUMER_LEAVING;
    if (rebalance->state == REBALANCE_DRAINING && !is_lost) {
        if (!is_over && is_anything_under_way(consumer, rebalance->partitions))
            return;
        set_state(rebalance, REBALANCE_COMMITTING, now_ms + COMMIT_MS);
        rebalance_commit(consumer, rebalance->partitions);
        is_over = false;
    }
    if (!is_lost && !is_over && consumer->commit_count > 0)
        return;
    unassign(consumer, rebalance->partitions);
    set_state(rebalance, REBALANCE_DONE, 0);
}

void rebalance_commit(struct kafka_consumer *consumer, const rd_kafka_topic_partition_list_t *partitions)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    const struct kafka_partition *partition;
    DL_FOREACH(consumer->partitions, partition) {
        int64_t offset = tracker_committable(partition->tracker);
        bool is_meant = partitions == NULL ||
                        rd_kafka_topic_partition_list_find(partitions, partition->topic, partition->id) != NULL;
        if (offset >= 0 && is_meant)
            rd_kafka_topic_partition_list_add(list, partition->topic, partition->id)->offset = offset;
    }
    /* The answer comes as an event on our queue. */
    if (list->cnt > 0 &&
        rd_kafka_commit_queue(consumer->client, list, consumer->queue, NULL, NULL) == RD_KAFKA_RESP_ERR_NO_ERROR)
        consumer->commit_count++;
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- one after the other ----------------------------------------------------------------------------------------- */

static void rebalance_free(struct kafka_consumer *consumer, struct rebalance *rebalance)
{
    DL_DELETE(consumer->rebalances, rebalance);
    rd_kafka_topic_partition_list_destroy(rebalance->partitions);
    free(rebalance);
}

void rebalance_begin(struct kafka_consumer *consumer, rd_kafka_event_t *event)
{
    struct rebalance *rebalance = ALLOC(struct rebalance);
    rebalance->is_assignment = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    rebalance->partitions = rd_kafka_topic_partition_list_copy(rd_kafka_event_topic_partition_list(event));
    DL_APPEND(consumer->rebalances, rebalance);
    consumer->rebalance_count++;
    rebalance_advance(consumer);
}

void rebalance_advance(struct kafka_consumer *consumer)
{
    uint64_t now_ms = clock_monotonic_ms();
    while (consumer->rebalances != NULL) {
        struct rebalance *rebalance = consumer->rebalances;
        if (rebalance->is_assignment)
            step_assignment(consumer, rebalance, now_ms);
        else
            step_revocation(consumer, rebalance, now_ms);
        if (rebalance->state != REBALANCE_DONE)
            return;
        rebalance_free(consumer, rebalance);
    }
}

void rebalance_abandon_all(struct kafka_consumer *consumer)
{
    while (consumer->rebalances != NULL)
        rebalance_free(consumer, consumer->rebalances);
}
