/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/dead_letters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/log.h"

struct letter {
    struct kafka_ack ack;
    struct dead_letters *letters;
    const rd_kafka_message_t *message; /* borrowed */
    const char *reason;
    char detail[DEAD_LETTER_DETAIL_BYTES];
    void *subject;
    bool is_waiting;       /* to be sent (again), not on its way */
    bool is_without_value; /* the record with its headers is too large: what it was, and where it stands, has to do */
    struct letter *prev, *next;
};

struct dead_letters {
    struct kafka_producer *producer;
    const char *topic;
    struct dead_letters_owner owner;
    struct letter *open; /* all of them */
    size_t count;
};

struct dead_letters *dead_letters_new(struct kafka_producer *producer, const char *topic,
                                      const struct dead_letters_owner *owner)
{
    struct dead_letters *letters = ALLOC(struct dead_letters);
    letters->producer = producer;
    letters->topic = topic;
    letters->owner = *owner;
    return letters;
}

static void end_letter(struct letter *letter, bool is_safe)
{
    struct dead_letters *letters = letter->letters;
    void *subject = letter->subject;
    DL_DELETE(letters->open, letter);
    letters->count--;
    free(letter);
    letters->owner.done(letters->owner.owner, subject, is_safe);
}

static void acknowledged(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    struct letter *letter = CONTAINER_OF(ack, struct letter, ack);
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        end_letter(letter, true);
        return;
    }
    if (result == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        letter->is_without_value = true;
    letter->is_waiting = true; /* for the next dead_letters_retry() */
}

static void send_letter(struct letter *letter)
{
    struct record_scratch scratch;
    struct record record;
    record_from_unreadable(letter->letters->topic, letter->message, letter->reason, letter->detail, &scratch, &record);
    if (letter->is_without_value)
        record.value_size = 0;
    letter->is_waiting = false;
    struct error error;
    int result = kafka_producer_send(letter->letters->producer, &record, &letter->ack, &error);
    if (result == 0)
        return;
    letter->is_waiting = true;
    if (result == -ENOBUFS)
        return;
    if (!letter->is_without_value)
        log_warning("dead_letter_refused", "a record cannot go to %s: %s; next try without its value",
                    letter->letters->topic, error.text);
    letter->is_without_value = true;
}

void dead_letters_send(struct dead_letters *letters, const rd_kafka_message_t *message, const char *reason,
                       const char *detail, void *subject)
{
    struct letter *letter = ALLOC(struct letter);
    letter->ack.done = acknowledged;
    letter->letters = letters;
    letter->message = message;
    letter->reason = reason;
    (void)snprintf(letter->detail, sizeof(letter->detail), "%.255s", detail);
    letter->subject = subject;
    DL_APPEND(letters->open, letter);
    letters->count++;
    send_letter(letter);
}

void dead_letters_retry(struct dead_letters *letters)
{
    struct letter *letter = NULL;
    DL_FOREACH(letters->open, letter) {
        if (letter->is_waiting)
            send_letter(letter);
    }
}

size_t dead_letters_count(const struct dead_letters *letters)
{
    return letters->count;
}

void dead_letters_free(struct dead_letters *letters)
{
    if (letters == NULL)
        return;
    struct letter *letter = NULL, *next = NULL;
    DL_FOREACH_SAFE(letters->open, letter, next) {
        end_letter(letter, false);
    }
    free(letters);
}
