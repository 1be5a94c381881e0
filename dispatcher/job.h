#pragma once
/*
 * A delivery in this process: waiting for its endpoint, on the wire, or becoming durable. Made by the intake, moved by
 * a lane, ended by the settlement. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stdint.h>

#include "common/domain/attempt.h"
#include "common/domain/webhook.h"
#include "common/http/sender.h"
#include "common/kafka/producer.h"

#include "dispatcher/source.h"

enum job_state {
    JOB_NEW,
    JOB_QUEUED,   /* in its endpoint's line */
    JOB_SENDING,  /* the endpoint may see it */
    JOB_SETTLING, /* its records are on their way to Kafka */
};

/* Where the delivery goes on, if anywhere. */
struct next_hop {
    char topic[TOPIC_BYTES_MAX + 1]; /* "": nowhere */
    char reason[64];
    int64_t left_ms, jitter_ms; /* of the retry plan */
};

struct lane;
struct endpoint;

struct job {
    enum job_state state;
    struct source *source;
    struct webhook *webhook;  /* a reference; NULL when it is unknown (cancelled) */
    struct delivery delivery; /* number: of the attempt to make */
    struct job *prev, *next;  /* in the endpoint's line, or in the settlement's unsent list */

    struct lane *lane; /* while queued or sending */
    struct endpoint *endpoint;
    uint64_t queued_at_ms; /* monotonic */
    uint64_t sent_at_ms;   /* monotonic */
    int64_t started_ms;    /* wall clock, also signed */
    struct sender_exchange exchange;
    char *head; /* owned: header lines of the request */

    struct next_hop hop;
    struct delivery next_delivery; /* what the record of the next hop says */
    struct kafka_ack attempt_ack, hop_ack;
    char *unsent_attempt; /* owned: the encoded record, when the producer's queue was full */
    size_t unsent_attempt_size;
    unsigned pending_count; /* records sent and not acknowledged, or not sent yet */
    bool has_hop_to_send, has_failed;
};

/* Opens a part of the source and takes a reference of the webhook (may be NULL). */
struct job *job_new(struct source *source, struct webhook *webhook, const struct delivery *delivery);
void job_set_state(struct job *job, enum job_state state);
/* Ends it; closes its part of the source. */
void job_free(struct job *job, bool is_durable);
