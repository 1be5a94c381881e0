/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/history_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/store/row.h"

#define MILLIS(column) "floor(extract(epoch FROM " column ") * 1000)::bigint"

/* keys selects accepted_at and delivery_id of the deliveries wanted. A delivery's newest attempt speaks for it: of the
 * newest series, the terminal one (slot 0) if there is one, else the last. */
#define DELIVERIES(keys)                                                                                                                                                   \
    "SELECT newest.delivery_id, newest.webhook_id, newest.event_id, newest.event_type, newest.outcome, newest.error, "                                                     \
    "       newest.code, " MILLIS("newest.accepted_at") ", " MILLIS(                                                                                                       \
        "newest.started_at") ", "                                                                                                                                          \
                             "       " MILLIS(                                                                                                                             \
                                 "newest.next_attempt_at") ", newest.origin_topic, newest.origin_partition, newest.origin_offset, "                                        \
                                                           "       every.attempt_count, every.trigger "                                                                    \
                                                           "FROM (" keys ") delivery "                                                                                     \
                                                           "CROSS JOIN LATERAL (SELECT * FROM attempts "                                                                   \
                                                           "    WHERE org_id = $1 AND delivery_id = delivery.delivery_id AND accepted_at = delivery.accepted_at "          \
                                                           "    ORDER BY series DESC, slot = 0 DESC, number DESC, started_at DESC LIMIT 1) newest "                        \
                                                           "CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome NOT IN ('aborted', 'cancelled')) AS attempt_count, " \
                                                           "                           (array_agg(trigger ORDER BY series DESC, number, started_at))[1] AS trigger "       \
                                                           "    FROM attempts "                                                                                            \
                                                           "    WHERE org_id = $1 AND delivery_id = delivery.delivery_id AND accepted_at = delivery.accepted_at) every "   \
                                                           "ORDER BY delivery.accepted_at DESC, delivery.delivery_id DESC"

enum {
    DELIVERY_COLUMN_ID,
    DELIVERY_COLUMN_WEBHOOK_ID,
    DELIVERY_COLUMN_EVENT_ID,
    DELIVERY_COLUMN_EVENT_TYPE,
    DELIVERY_COLUMN_OUTCOME,
    DELIVERY_COLUMN_ERROR,
    DELIVERY_COLUMN_CODE,
    DELIVERY_COLUMN_ACCEPTED_MS,
    DELIVERY_COLUMN_STARTED_MS,
    DELIVERY_COLUMN_NEXT_ATTEMPT_MS,
    DELIVERY_COLUMN_ORIGIN_TOPIC,
    DELIVERY_COLUMN_ORIGIN_PARTITION,
    DELIVERY_COLUMN_ORIGIN_OFFSET,
    DELIVERY_COLUMN_ATTEMPT_COUNT,
    DELIVERY_COLUMN_TRIGGER,
};

/* Reads the index on (webhook_id, accepted_at, delivery_id) backwards and stops at the limit; the first bound on
 * accepted_at is for leaving out whole partitions. */
static const char list_sql[] =
    DELIVERIES("SELECT DISTINCT accepted_at, delivery_id FROM attempts "
               "WHERE org_id = $1 AND webhook_id = $2 AND accepted_at <= $3 AND (accepted_at, delivery_id) < ($3, $4) "
               "ORDER BY accepted_at DESC, delivery_id DESC LIMIT $5::bigint");
static const char get_sql[] =
    DELIVERIES("SELECT accepted_at, delivery_id FROM attempts WHERE org_id = $1 AND delivery_id = $2 LIMIT 1");

static const char attempts_sql[] = "SELECT number, series, outcome, coalesce(error, ''), code, trigger, detail, " MILLIS(
    "started_at") ", "
                  "       " MILLIS(
                      "next_attempt_at") ", dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, remote_address, "
                                         "       request_head, response_head, response_body, response_body_total_bytes "
                                         "FROM attempts WHERE org_id = $1 AND delivery_id = $2 "
                                         "                AND accepted_at = timestamptz 'epoch' + $3::bigint * interval '1 millisecond' "
                                         "ORDER BY series, number, slot = 0, started_at LIMIT $4::bigint";

enum {
    ATTEMPT_COLUMN_NUMBER,
    ATTEMPT_COLUMN_SERIES,
    ATTEMPT_COLUMN_OUTCOME,
    ATTEMPT_COLUMN_ERROR,
    ATTEMPT_COLUMN_CODE,
    ATTEMPT_COLUMN_TRIGGER,
    ATTEMPT_COLUMN_DETAIL,
    ATTEMPT_COLUMN_STARTED_MS,
    ATTEMPT_COLUMN_NEXT_ATTEMPT_MS,
    ATTEMPT_COLUMN_DNS_MS,
    ATTEMPT_COLUMN_CONNECT_MS,
    ATTEMPT_COLUMN_TLS_MS,
    ATTEMPT_COLUMN_FIRST_BYTE_MS,
    ATTEMPT_COLUMN_TOTAL_MS,
    ATTEMPT_COLUMN_REMOTE_ADDRESS,
    ATTEMPT_COLUMN_REQUEST_HEAD,
    ATTEMPT_COLUMN_RESPONSE_HEAD,
    ATTEMPT_COLUMN_RESPONSE_BODY,
    ATTEMPT_COLUMN_RESPONSE_BODY_TOTAL,
};

static int read_delivery(struct row row, struct stored_delivery *delivery_out, struct error *error)
{
    *delivery_out = (struct stored_delivery){
        .code = (int)row_int64(row, DELIVERY_COLUMN_CODE),
        .attempt_count = row_int64(row, DELIVERY_COLUMN_ATTEMPT_COUNT),
        .accepted_ms = row_int64(row, DELIVERY_COLUMN_ACCEPTED_MS),
        .started_ms = row_int64(row, DELIVERY_COLUMN_STARTED_MS),
        .next_attempt_ms = row_int64(row, DELIVERY_COLUMN_NEXT_ATTEMPT_MS),
        .origin.partition = (int32_t)row_int64(row, DELIVERY_COLUMN_ORIGIN_PARTITION),
        .origin.offset = row_int64(row, DELIVERY_COLUMN_ORIGIN_OFFSET),
    };
    row_copy(row, DELIVERY_COLUMN_ID, delivery_out->id, sizeof delivery_out->id);
    row_copy(row, DELIVERY_COLUMN_WEBHOOK_ID, delivery_out->webhook_id, sizeof delivery_out->webhook_id);
    row_copy(row, DELIVERY_COLUMN_EVENT_ID, delivery_out->event_id, sizeof delivery_out->event_id);
    row_copy(row, DELIVERY_COLUMN_EVENT_TYPE, delivery_out->event_type, sizeof delivery_out->event_type);
    row_copy(row, DELIVERY_COLUMN_ERROR, delivery_out->error, sizeof delivery_out->error);
    row_copy(row, DELIVERY_COLUMN_TRIGGER, delivery_out->trigger, sizeof delivery_out->trigger);
    row_copy(row, DELIVERY_COLUMN_ORIGIN_TOPIC, delivery_out->origin.topic, sizeof delivery_out->origin.topic);
    if (outcome_parse(row_text(row, DELIVERY_COLUMN_OUTCOME), &delivery_out->outcome) < 0)
        return error_set(error, EINVAL, "delivery %s has the unknown outcome %s", delivery_out->id,
                         row_text(row, DELIVERY_COLUMN_OUTCOME));
    return 0;
}

int history_store_list(PGconn *connection, const char *org_id, const char *webhook_id, const struct position *after,
                       int64_t limit, void (*found)(void *owner, const struct stored_delivery *delivery), void *owner,
                       struct error *error)
{
    char time[POSITION_TIME_BYTES], limit_text[ROW_NUMBER_BYTES];
    const char *values[] = {org_id, webhook_id, position_time(after, time), after->id, row_number(limit, limit_text)};
    PGresult *result = database_query(connection, list_sql, values, 5, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = 0;
    for (int i = 0; i < PQntuples(result) && outcome == 0; i++) {
        struct stored_delivery delivery;
        outcome = read_delivery((struct row){result, i}, &delivery, error);
        if (outcome == 0)
            found(owner, &delivery);
    }
    PQclear(result);
    return outcome;
}

int history_store_get(PGconn *connection, const char *org_id, const char *delivery_id,
                      struct stored_delivery *delivery_out, struct error *error)
{
    const char *values[] = {org_id, delivery_id};
    PGresult *result = database_query(connection, get_sql, values, 2, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = HISTORY_ABSENT;
    if (PQntuples(result) > 0)
        outcome = read_delivery((struct row){result, 0}, delivery_out, error);
    PQclear(result);
    return outcome;
}

static int read_attempt(struct row row, struct attempt *attempt_out, struct error *error)
{
    *attempt_out = (struct attempt){
        .delivery.number = (unsigned)row_int64(row, ATTEMPT_COLUMN_NUMBER),
        .delivery.series = (unsigned)row_int64(row, ATTEMPT_COLUMN_SERIES),
        .code = (int)row_int64(row, ATTEMPT_COLUMN_CODE),
        .started_ms = row_int64(row, ATTEMPT_COLUMN_STARTED_MS),
        .next_attempt_ms = row_int64(row, ATTEMPT_COLUMN_NEXT_ATTEMPT_MS),
        .timing.dns_ms = (uint32_t)row_int64(row, ATTEMPT_COLUMN_DNS_MS),
        .timing.connect_ms = (uint32_t)row_int64(row, ATTEMPT_COLUMN_CONNECT_MS),
        .timing.tls_ms = (uint32_t)row_int64(row, ATTEMPT_COLUMN_TLS_MS),
        .timing.first_byte_ms = (uint32_t)row_int64(row, ATTEMPT_COLUMN_FIRST_BYTE_MS),
        .timing.total_ms = (uint32_t)row_int64(row, ATTEMPT_COLUMN_TOTAL_MS),
        .response_body_total_bytes = row_int64(row, ATTEMPT_COLUMN_RESPONSE_BODY_TOTAL),
    };
    row_copy(row, ATTEMPT_COLUMN_DETAIL, attempt_out->detail, sizeof attempt_out->detail);
    row_copy(row, ATTEMPT_COLUMN_REMOTE_ADDRESS, attempt_out->remote_address, sizeof attempt_out->remote_address);
    if (outcome_parse(row_text(row, ATTEMPT_COLUMN_OUTCOME), &attempt_out->outcome) < 0 ||
        error_class_parse(row_text(row, ATTEMPT_COLUMN_ERROR), &attempt_out->error) < 0 ||
        trigger_parse(row_text(row, ATTEMPT_COLUMN_TRIGGER), &attempt_out->delivery.trigger) < 0)
        return error_set(error, EINVAL, "attempt %u has an unknown outcome, error or trigger",
                         attempt_out->delivery.number);
    return 0;
}

/* Reads the attempt with its heads and body, which live as long as found() runs. */
static int report_attempt(struct row row, void (*found)(void *owner, const struct attempt *attempt), void *owner,
                          struct error *error)
{
    struct attempt attempt;
    int result = read_attempt(row, &attempt, error);
    if (result < 0)
        return result;
    CLEANUP(free_pointer) char *request_head = row_bytes(row, ATTEMPT_COLUMN_REQUEST_HEAD, &attempt.request_head_size);
    CLEANUP(free_pointer)
    char *response_head = row_bytes(row, ATTEMPT_COLUMN_RESPONSE_HEAD, &attempt.response_head_size);
    CLEANUP(free_pointer)
    char *response_body = row_bytes(row, ATTEMPT_COLUMN_RESPONSE_BODY, &attempt.response_body_size);
    attempt.request_head = request_head;
    attempt.response_head = response_head;
    attempt.response_body = response_body;
    found(owner, &attempt);
    return 0;
}

int history_store_attempts(PGconn *connection, const char *org_id, const struct stored_delivery *delivery,
                           void (*found)(void *owner, const struct attempt *attempt), void *owner, struct error *error)
{
    char accepted_ms[ROW_NUMBER_BYTES], limit[ROW_NUMBER_BYTES];
    const char *values[] = {org_id, delivery->id, row_number(delivery->accepted_ms, accepted_ms),
                            row_number(HISTORY_ATTEMPTS_MAX, limit)};
    PGresult *result = database_query(connection, attempts_sql, values, 4, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = 0;
    for (int i = 0; i < PQntuples(result) && outcome == 0; i++)
        outcome = report_attempt((struct row){result, i}, found, owner, error);
    PQclear(result);
    return outcome;
}
