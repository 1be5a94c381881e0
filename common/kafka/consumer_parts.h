#pragma once
/*
 * What the files of the consumer share: consumer.c (the member and its end), ends.c (how far the logs reach),
 * partition.c (one partition and its queue), reading.c (whose turn it is), rebalance.c (partitions that come and go).
 * Nobody else includes it.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/kafka/consumer.h"

/* The queue of an assigned partition. */
struct kafka_queue_ {
    struct kafka_partition *partition;
    rd_kafka_queue_t *queue;
    struct kafka_wakeup *wakeup;
    rd_kafka_message_t *held[KAFKA_READ_BATCH]; /* read from the queue, not yet taken */
    size_t held_first, held_end;
    rd_kafka_topic_partition_list_t *store; /* this partition, for rd_kafka_offsets_store() */
    bool may_have_more;                     /* the queue was not read until it was empty */
    bool is_stopped;                        /* about to be given back: nothing is read any more */
    bool is_waiting;                        /* for its turn */
    struct kafka_queue_ *prev, *next;       /* in the consumer's waiting list */
    rd_kafka_resp_err_t last_error;         /* logged once in a while */
    uint64_t last_error_ms;
};

#define REBALANCE_STATES(X)                                                       \
    X(NEW, "new")                                                                 \
    X(ASSIGNING, "assigning")   /* the owner could not take the partitions yet */ \
    X(DRAINING, "draining")     /* records under way may still settle */          \
    X(COMMITTING, "committing") /* their offsets are on the way to the broker */  \
    X(DONE, "done")

enum rebalance_state {
#define X(name, text) REBALANCE_##name,
    REBALANCE_STATES(X)
#undef X
};

/* A change of the assignment that librdkafka waits for us to carry out. */
struct rebalance {
    enum rebalance_state state;
    bool is_assignment; /* otherwise a revocation */
    rd_kafka_topic_partition_list_t *partitions;
    uint64_t deadline_ms; /* of the state */
    struct rebalance *prev, *next;
};

#define CONSUMER_STATES(X)                                               \
    X(MEMBER, "member")                                                  \
    X(COMMITTING, "committing") /* the last offsets, before it leaves */ \
    X(LEAVING, "leaving")                                                \
    X(CLOSED, "closed")

enum consumer_state {
#define X(name, text) CONSUMER_##name,
    CONSUMER_STATES(X)
#undef X
};

struct kafka_consumer {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    rd_kafka_queue_t *leaving_queue; /* what the group has to say while we leave it */
    struct kafka_wakeup *wakeup;
    uv_loop_t *loop;
    uv_timer_t *tick;
    uv_idle_t *turns;
    struct kafka_consumer_owner owner;
    unsigned revoke_grace_ms;
    bool offsets_elsewhere;
    enum consumer_state state;
    bool is_reading_stopped;
    bool is_cut_off; /* closed by its deadline, not by the group */
    bool has_joined;
    bool is_freed;                      /* but partitions live on */
    struct kafka_partition *partitions; /* assigned */
    size_t partition_count;             /* alive, orphans too */
    struct kafka_queue_ *waiting;       /* have records and room, in the order of their turns */
    struct rebalance *rebalances;       /* the first is being carried out */
    unsigned commit_count;              /* our own commits that were not answered */
    uint64_t commit_deadline_ms, close_deadline_ms;
    void (*closed)(void *owner);
    void *closed_owner;
    uint64_t looked_at_ms; /* the slow look-ups of a tick */
    uint64_t ends_asked_ms;
    bool is_asking_ends;
    uint64_t rebalance_count;
    char cluster_id[64];
};

/* ends.c */
void ends_look_up(struct kafka_consumer *consumer, uint64_t now_ms); /* sets end_offset of all partitions, in time */
void ends_take_answer(struct kafka_consumer *consumer, rd_kafka_event_t *event);

/* partition.c */
struct kafka_partition *partition_new(struct kafka_consumer *consumer, const char *topic, int32_t id);
void partition_detach(struct kafka_partition *partition); /* gives the queue back, and the consumer's reference */
struct kafka_partition *partition_find(const struct kafka_consumer *consumer, const char *topic, int32_t id);
bool partition_can_read(struct kafka_partition *partition);
void partition_read(struct kafka_partition *partition); /* hands over what there is room for, at most a batch */
size_t partition_under_way_count(const struct kafka_partition *partition);

/* reading.c */
void reading_add(struct kafka_partition *partition); /* a turn, if it can be read */
void reading_remove(struct kafka_partition *partition);

/* rebalance.c */
void rebalance_begin(struct kafka_consumer *consumer, rd_kafka_event_t *event);
void rebalance_advance(struct kafka_consumer *consumer);
void rebalance_abandon_all(struct kafka_consumer *consumer); /* frees what was not carried out */
/* Starts a commit of what is settled, of these partitions (NULL: of all); counted in commit_count until answered. */
void rebalance_commit(struct kafka_consumer *consumer, const rd_kafka_topic_partition_list_t *partitions);
