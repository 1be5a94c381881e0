#pragma once
/*
 * A member of a consumer group on the loop: one queue per partition, cut from the main queue before the assignment; a
 * partition that has no room is simply not read. Offsets are stored as records settle and committed every second, on
 * revocation and at the end. One thread.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/kafka/client.h"
#include "common/kafka/tracker.h"

#define KAFKA_READ_BATCH 64 /* records read from one partition before the next has its turn */

struct kafka_consumer;

/* An assigned partition. Counted: each record taken holds a reference until it is settled, so one that was revoked
 * lives on, orphaned, and a late completion cannot touch the new owner's. */
struct kafka_partition {
    char *topic;
    int32_t id;
    struct tracker *tracker;
    void *state;        /* the owner's, set in assigned(), freed in dropped() */
    int64_t end_offset; /* of the log as last seen, -1 unknown: for lag */
    bool is_revoked;    /* given back: settling no longer stores offsets */
    struct kafka_consumer *consumer_;
    struct kafka_queue_ *queue_; /* NULL when given back */
    unsigned reference_count_;   /* 1 while assigned, plus 1 for each record taken */
    struct kafka_partition *prev, *next;
};

struct kafka_consumer_owner {
    void *owner;
    /* New partitions. May set start_offsets[i] (default: RD_KAFKA_OFFSET_STORED = the committed one, or the beginning).
     * May block shortly. Negative: the assignment is tried again in a second. May be NULL. */
    int (*assigned)(void *owner, struct kafka_partition *const *partitions, int64_t *start_offsets, size_t count);
    /* Room for another record of this partition now? Asked before each. When it becomes true again the owner calls
     * kafka_partition_wake(). The tracker's own bounds are checked besides. */
    bool (*has_room)(void *owner, struct kafka_partition *partition);
    /* One record. The owner destroys the message. ticket goes to kafka_partition_settle() when it is durable elsewhere.
     */
    void (*take)(void *owner, struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket);
    /* No more of this partition will be read: drop what has not started (it is read again elsewhere; never settle it),
     * finish what has. May be NULL. The consumer waits up to revoke_grace_ms for unsettled ones;
     * kafka_partition_forget() lets go of a dropped one. */
    void (*revoked)(void *owner, struct kafka_partition *partition);
    /* Last reference gone: free partition->state. May be NULL. */
    void (*dropped)(void *owner, struct kafka_partition *partition);
};

struct kafka_consumer_settings {
    const struct kafka_settings *kafka;
    const char *client_id;
    const char *group;         /* after the prefix: "dispatcher" is wrong, "kt-dispatcher" whole */
    const char *const *topics; /* names, or "^" patterns that match a whole name */
    size_t topic_count;
    unsigned revoke_grace_ms; /* 5000 for the dispatcher */
    bool offsets_elsewhere;   /* the recorder: starts where assigned() says; settle only reports to Kafka */
    unsigned queue_kbytes;    /* read ahead of each partition at most, 0: 4096 */
    unsigned queue_records;   /* and about so many records, 0: 2000 */
};

MUST_CHECK int kafka_consumer_new(const struct kafka_consumer_settings *settings,
                                  const struct kafka_consumer_owner *owner, uv_loop_t *loop,
                                  struct kafka_consumer **consumer_out, struct error *error);

/* The record of the ticket is durable elsewhere. The partition may be gone afterwards. */
void kafka_partition_settle(struct kafka_partition *partition, uint64_t ticket);
/* The record will be read again, here or elsewhere: lets go of the partition, its offset stays behind. */
void kafka_partition_forget(struct kafka_partition *partition, uint64_t ticket);
void kafka_partition_wake(struct kafka_partition *partition); /* has_room() may have become true */
/* Reads again from an offset (recorder, after a lost compare-and-set); drops what is queued. Tickets given before may
 * still be settled or forgotten, which then only lets go of the partition. May block for a second. */
MUST_CHECK int kafka_partition_seek(struct kafka_partition *partition, int64_t offset, struct error *error);

/* Stops reading everything (drain); running records may settle. */
void kafka_consumer_stop_reading(struct kafka_consumer *consumer);
/* Commits what is settled, leaves the group and calls closed(owner) on the loop, at the latest after timeout_ms. */
void kafka_consumer_close(struct kafka_consumer *consumer, unsigned timeout_ms, void (*closed)(void *owner),
                          void *owner);
/* NULL-safe; after closed, or at once. Partitions with records under way live on until these are let go. */
void kafka_consumer_free(struct kafka_consumer *consumer);

bool kafka_consumer_has_joined(const struct kafka_consumer *consumer); /* an assignment arrived, an empty one too */
/* A group member that the group will not have back: stop, exit with 1. */
bool kafka_consumer_is_fatal(const struct kafka_consumer *consumer);
/* Records taken and neither settled nor forgotten, of the partitions assigned. */
size_t kafka_consumer_unsettled_count(const struct kafka_consumer *consumer);
void kafka_consumer_each_partition(struct kafka_consumer *consumer,
                                   void (*fn)(void *owner, struct kafka_partition *partition), void *owner);
const char *kafka_consumer_cluster_id(const struct kafka_consumer *consumer); /* "" until known */
uint64_t kafka_consumer_rebalance_count(const struct kafka_consumer *consumer);
