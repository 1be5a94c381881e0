#pragma once
/*
 * Records that cannot become a row, on their way to kt.dead, where people look. A letter is kept and sent again until
 * it is acknowledged; only then does the offset of its record move. One thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/kafka/producer.h"

#define DEAD_LETTER_DETAIL_BYTES 256

struct dead_letters;

struct dead_letters_owner {
    void *owner;
    /* The letter is safe. Called once for each dead_letters_send(), never from inside it; with is_safe false when the
     * process ends before. */
    void (*done)(void *owner, void *subject, bool is_safe);
};

struct dead_letters *dead_letters_new(struct kafka_producer *producer, const char *topic,
                                      const struct dead_letters_owner *owner);
/* message is borrowed until done(owner, subject, …). reason is a constant, stable and in snake_case. */
void dead_letters_send(struct dead_letters *letters, const rd_kafka_message_t *message, const char *reason,
                       const char *detail, void *subject);
/* Sends again what could not be sent. Every second or so. */
void dead_letters_retry(struct dead_letters *letters);
size_t dead_letters_count(const struct dead_letters *letters); /* open ones */
/* NULL-safe; after the producer. Open letters are given up. */
void dead_letters_free(struct dead_letters *letters);
