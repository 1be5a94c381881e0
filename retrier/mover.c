/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/mover.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/kafka/record.h"
#include "common/kafka/topic.h"

#include "retrier/agenda.h"
#include "retrier/hop.h"
#include "retrier/metrics.h"

#define NO_ROOM_MS         20   /* until a record is offered again to a full producer */
#define SEND_AGAIN_MS      1000 /* and to a Kafka that refused it */
#define LOOK_EVERY_MS      1000 /* the wall clock may jump, the loop's does not */
#define REASON_BYTES       128
#define RECORD_HEADS_BYTES 1024 /* headers and our own, for the bound on bytes */

#define MOVE_STATES(X)                                                        \
    X(NEW, "new")                                                             \
    X(WAITING, "waiting") /* first of its partition, its time has not come */ \
    X(HELD, "held")       /* in memory: jitter, or to be sent again */        \
    X(SENDING, "sending") /* not acknowledged yet */                          \
    X(GONE, "gone")

enum move_state {
#define X(name, text) MOVE_##name,
    MOVE_STATES(X)
#undef X
};

/* A record on its way from a tier to its next topic. */
struct move {
    enum move_state state;
    struct mover *mover;
    struct kafka_partition *partition;
    rd_kafka_message_t *message;
    uint64_t ticket;
    struct hop_plan plan;
    struct agenda_entry entry; /* WAITING, HELD */
    struct kafka_ack ack;      /* SENDING */
    struct move *prev, *next;  /* among all of the mover, in the order read */
};

struct mover {
    struct kafka_producer *producer;
    char prefix[TOPIC_BYTES_MAX + 1];
    struct mover_limits limits;
    void (*has_room_again)(void *owner);
    void *owner;
    struct agenda agenda;
    uv_loop_t *loop;
    uv_timer_t *timer;
    struct move *moves;
    size_t held_count, in_flight_count;
    size_t bytes; /* of held and sending ones */
    bool was_full;
};

static void on_timer(uv_timer_t *timer);

/* ---- room -------------------------------------------------------------------------------------------------------- */

static bool is_full(const struct mover *mover)
{
    return mover->held_count >= mover->limits.held_max || mover->in_flight_count >= mover->limits.in_flight_max ||
           mover->bytes >= mover->limits.bytes_max;
}

bool mover_has_room(struct mover *mover, const struct kafka_partition *partition)
{
    const struct head *head = partition->state;
    if (head->waiting != NULL)
        return false;
    if (is_full(mover))
        mover->was_full = true;
    return !mover->was_full;
}

static void tell_room(struct mover *mover)
{
    if (!mover->was_full || is_full(mover))
        return;
    mover->was_full = false;
    mover->has_room_again(mover->owner);
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

/* Headers are not counted in the message's own sizes. */
static size_t bytes_of(const struct move *move, enum move_state state)
{
    bool is_counted = state == MOVE_HELD || state == MOVE_SENDING;
    return is_counted ? move->message->len + move->message->key_len + RECORD_HEADS_BYTES : 0;
}

/* The only writer of the state; what the mover counts follows from it. */
static void set_state(struct move *move, enum move_state next)
{
    static const bool allowed[MOVE_GONE + 1][MOVE_GONE + 1] = {
        [MOVE_NEW] = {[MOVE_WAITING] = true,  [MOVE_HELD] = true, [MOVE_SENDING] = true},
        [MOVE_WAITING] = {[MOVE_WAITING] = true,                      [MOVE_HELD] = true,                    [MOVE_SENDING] = true, [MOVE_GONE] = true},
        [MOVE_HELD] = {[MOVE_HELD] = true, [MOVE_SENDING] = true,[MOVE_GONE] = true},
        [MOVE_SENDING] = {[MOVE_HELD] = true,     [MOVE_GONE] = true },
    };
    struct mover *mover = move->mover;
    struct head *head = move->partition->state;
    assert(allowed[move->state][next]);
    mover->bytes = mover->bytes + bytes_of(move, next) - bytes_of(move, move->state);
    mover->held_count = mover->held_count + (next == MOVE_HELD) - (move->state == MOVE_HELD);
    mover->in_flight_count = mover->in_flight_count + (next == MOVE_SENDING) - (move->state == MOVE_SENDING);
    if (move->state == MOVE_WAITING)
        head->waiting = NULL;
    if (next == MOVE_WAITING)
        head->waiting = move;
    move->state = next;
}

static void set_timer(struct mover *mover)
{
    const struct agenda_entry *first = agenda_first(&mover->agenda);
    if (first == NULL) {
        (void)uv_timer_stop(mover->timer);
        return;
    }
    int64_t wait_ms = first->at_ms - clock_wall_ms();
    wait_ms = wait_ms < 0 ? 0 : wait_ms > LOOK_EVERY_MS ? LOOK_EVERY_MS : wait_ms;
    uv_update_time(mover->loop);
    (void)uv_timer_start(mover->timer, on_timer, (uint64_t)wait_ms, 0);
}

static void put_off(struct move *move, enum move_state state, int64_t at_ms)
{
    set_state(move, state);
    agenda_add(&move->mover->agenda, &move->entry, at_ms);
    if (agenda_first(&move->mover->agenda) == &move->entry)
        set_timer(move->mover);
}

static struct move *take_from_agenda(struct mover *mover, struct agenda_entry *entry)
{
    agenda_remove(&mover->agenda, entry);
    return CONTAINER_OF(entry, struct move, entry);
}

/* Settled: its next topic has it. Otherwise it is read again, here or elsewhere. */
static void end(struct move *move, bool is_settled)
{
    rd_kafka_message_t *message = move->message;
    set_state(move, MOVE_GONE);
    DL_DELETE(move->mover->moves, move);
    if (is_settled)
        kafka_partition_settle(move->partition, move->ticket);
    else
        kafka_partition_forget(move->partition, move->ticket);
    rd_kafka_message_destroy(message);
    free(move);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static void on_acked(struct kafka_ack *ack, rd_kafka_resp_err_t result)
{
    struct move *move = CONTAINER_OF(ack, struct move, ack);
    struct mover *mover = move->mover;
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        end(move, true);
    } else if (move->partition->is_revoked) {
        end(move, false);
    } else {
        count(RETRY_SEND_FAILED);
        log_event(LOG_WARNING, "record_not_moved",
                  LOG_FIELDS({"topic", move->partition->topic}, {"error", rd_kafka_err2name(result)}),
                  "offset %lld was not taken by its next topic; it is sent again", (long long)move->message->offset);
        put_off(move, MOVE_HELD, clock_wall_ms() + SEND_AGAIN_MS);
    }
    tell_room(mover);
}

/* What a record of the next topic borrows from. */
struct parts {
    char topic[TOPIC_BYTES_MAX + 1];
    char reason[REASON_BYTES];
    struct delivery delivery;
    struct record_scratch scratch;
};

/* A longer one is nobody's of ours, and cut. */
static void copy_reason(const rd_kafka_message_t *message, char reason_out[static REASON_BYTES])
{
    size_t size = 0;
    const char *text = message_header(message, "kt-reason", &size);
    size = size < REASON_BYTES ? size : REASON_BYTES - 1;
    if (text != NULL)
        memcpy(reason_out, text, size);
    reason_out[text != NULL ? size : 0] = '\0';
}

static void bury(const struct move *move, const char *reason, const char *detail, struct parts *parts,
                 struct record *record_out)
{
    log_event(LOG_WARNING, "record_unreadable",
              LOG_FIELDS({"topic", move->partition->topic}, {"reason", reason}, {"error", detail}),
              "the record of partition %d at offset %lld goes to the dead topic", move->partition->id,
              (long long)move->message->offset);
    record_from_unreadable(topic_name(move->mover->prefix, TOPIC_DEAD, parts->topic), move->message, reason, detail,
                           &parts->scratch, record_out);
}

/* What send_on() did when it did not fail. */
enum sent {
    SENT_ON,
    SENT_TO_DEAD
};

static int send_record(struct move *move, const struct record *record, struct error *error)
{
    int code = kafka_producer_send(move->mover->producer, record, &move->ack, error);
    if (code == 0)
        set_state(move, MOVE_SENDING);
    return code;
}

/* A record for which there is no way on. */
static int send_buried(struct move *move, const char *reason, const char *detail, struct error *error)
{
    struct parts parts;
    struct record record;
    bury(move, reason, detail, &parts, &record);
    int code = send_record(move, &record, error);
    return code < 0 ? code : SENT_TO_DEAD;
}

static int send_on(struct move *move, const struct hop *hop, struct error *error)
{
    struct parts parts;
    struct record record;
    const rd_kafka_message_t *message = move->message;
    if (delivery_from_message(message, &parts.delivery, NULL, NULL, error) < 0) {
        struct error unreadable = *error;
        return send_buried(move, "bad_headers", unreadable.text, error);
    }
    copy_reason(message, parts.reason);
    struct record_route route = {.topic = topic_name(move->mover->prefix, TOPIC_DUE, parts.topic),
                                 .reason = parts.reason};
    if (hop->kind == HOP_TIER) {
        route.topic = topic_for_retry(move->mover->prefix, hop->tier, parts.topic);
        route.left_ms = hop->left_ms;
        route.jitter_ms = move->plan.jitter_ms;
    }
    record_from_delivery(&route, &parts.delivery, message->payload, message->len, &parts.scratch, &record);
    int code = send_record(move, &record, error);
    if (code == -EMSGSIZE)
        return send_buried(move, "too_large", "with its headers it is more than a topic takes", error);
    return code < 0 ? code : SENT_ON;
}

static void count_moved(const struct move *move, const struct hop *hop, int64_t now_ms)
{
    if (hop->kind == HOP_TIER) {
        count(metric_of_tier(RETRY_FORWARDED_1S, hop->tier));
        return;
    }
    count(RETRY_DUE);
    observe_ms(RETRY_START_DELAY_SECONDS, now_ms - hop_ripe_ms(&move->plan) - move->plan.jitter_ms);
}

static void move_on(struct move *move, const struct hop *hop, int64_t now_ms)
{
    struct error error = {0};
    int code = send_on(move, hop, &error);
    if (code == SENT_ON) {
        count_moved(move, hop, now_ms);
    } else if (code == SENT_TO_DEAD) {
        count(RETRY_UNREADABLE);
    } else if (code == -ENOBUFS) {
        put_off(move, MOVE_HELD, now_ms + NO_ROOM_MS);
    } else {
        count(RETRY_SEND_FAILED);
        log_event(LOG_ERROR, "record_refused", LOG_FIELDS({"topic", move->partition->topic}),
                  "offset %lld cannot be sent on: %s; tried again in %d ms", (long long)move->message->offset,
                  error.text, SEND_AGAIN_MS);
        put_off(move, MOVE_HELD, now_ms + SEND_AGAIN_MS);
    }
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* The wall clock may have gone back: a record that others have passed never waits at the front again. */
static void proceed(struct move *move, int64_t now_ms)
{
    struct hop hop = hop_decide(&move->plan, now_ms);
    bool is_first = move->state == MOVE_NEW || move->state == MOVE_WAITING;
    if (hop.kind == HOP_WAIT)
        put_off(move, is_first ? MOVE_WAITING : MOVE_HELD, hop.at_ms);
    else if (hop.kind == HOP_HOLD)
        put_off(move, MOVE_HELD, hop.at_ms);
    else
        move_on(move, &hop, now_ms);
}

static void on_timer(uv_timer_t *timer)
{
    struct mover *mover = timer->data;
    int64_t now_ms = clock_wall_ms();
    struct agenda_entry *first;
    while ((first = agenda_first(&mover->agenda)) != NULL && first->at_ms <= now_ms) {
        struct move *move = take_from_agenda(mover, first);
        struct kafka_partition *partition = move->partition;
        bool was_waiting = move->state == MOVE_WAITING;
        proceed(move, now_ms);
        if (was_waiting)
            kafka_partition_wake(partition); /* the next may come */
    }
    set_timer(mover);
    tell_room(mover);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

struct mover *mover_new(uv_loop_t *loop, struct kafka_producer *producer, const char *topic_prefix,
                        const struct mover_limits *limits, void (*has_room_again)(void *owner), void *owner)
{
    struct mover *mover = ALLOC(struct mover);
    mover->loop = loop;
    mover->producer = producer;
    (void)snprintf(mover->prefix, sizeof mover->prefix, "%s", topic_prefix);
    mover->limits = *limits;
    mover->has_room_again = has_room_again;
    mover->owner = owner;
    mover->timer = ALLOC(uv_timer_t);
    agenda_init(&mover->agenda);
    (void)uv_timer_init(loop, mover->timer);
    mover->timer->data = mover;
    return mover;
}

static void on_closed(uv_handle_t *timer)
{
    free(timer);
}

void mover_free(struct mover *mover)
{
    if (mover == NULL)
        return;
    while (mover->moves != NULL) {
        if (agenda_has(&mover->moves->entry))
            agenda_remove(&mover->agenda, &mover->moves->entry);
        end(mover->moves, false);
    }
    agenda_deinit(&mover->agenda);
    uv_close((uv_handle_t *)mover->timer, on_closed);
    free(mover);
}

/* A record that cannot be read has no plan: it goes to the dead topic at once. */
static struct hop_plan plan_of(const struct kafka_partition *partition, const rd_kafka_message_t *message,
                               int64_t now_ms)
{
    const struct head *head = partition->state;
    struct hop_plan plan = {.tier = head->tier};
    struct delivery delivery;
    rd_kafka_timestamp_type_t type;
    if (delivery_from_message(message, &delivery, &plan.left_ms, &plan.jitter_ms, NULL) < 0)
        return (struct hop_plan){.tier = RETRY_TIER_1S};
    plan.start_ms = hop_start_ms(rd_kafka_message_timestamp(message, &type), now_ms);
    return plan;
}

void mover_take(struct mover *mover, struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket)
{
    int64_t now_ms = clock_wall_ms();
    struct move *move = ALLOC(struct move);
    move->mover = mover;
    move->partition = partition;
    move->message = message;
    move->ticket = ticket;
    move->plan = plan_of(partition, message, now_ms);
    move->ack.done = on_acked;
    DL_APPEND(mover->moves, move);
    proceed(move, now_ms);
}

void mover_give_back(struct mover *mover, const struct kafka_partition *partition)
{
    struct move *move, *next;
    int64_t now_ms = clock_wall_ms();
    DL_FOREACH_SAFE(mover->moves, move, next) {
        bool is_meant = partition == NULL || move->partition == partition;
        if (!is_meant || !agenda_has(&move->entry))
            continue;
        agenda_remove(&mover->agenda, &move->entry);
        if (move->state == MOVE_WAITING) {
            end(move, false);
        } else {
            hop_give_up_jitter(&move->plan, now_ms);
            proceed(move, now_ms);
        }
    }
}

size_t mover_held_count(const struct mover *mover)
{
    return mover->held_count;
}

size_t mover_in_flight_count(const struct mover *mover)
{
    return mover->in_flight_count;
}

int64_t mover_overdue_ms(const struct mover *mover, enum retry_tier tier, int64_t now_ms)
{
    const struct move *move;
    int64_t overdue_ms = 0;
    DL_FOREACH(mover->moves, move) {
        int64_t late_ms = now_ms - hop_ripe_ms(&move->plan) - (move->plan.left_ms > 0 ? 0 : move->plan.jitter_ms);
        if (move->plan.tier == tier && late_ms > overdue_ms)
            overdue_ms = late_ms;
    }
    return overdue_ms;
}
