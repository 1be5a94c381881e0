/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/webhook_store.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/encoding.h"
#include "common/base/random.h"
#include "common/store/row.h"

#define MILLIS(column) "floor(extract(epoch FROM " column ") * 1000)::bigint"
#define COLUMNS                                                                                                      \
    "id, name, url, array_to_json(events), state, coalesce(state_reason, ''), headers, timeout_ms, retry_schedule, " \
    "rate_per_second, rate_concurrency, ordering = 'key', version, " MILLIS("created_at") ", " MILLIS(               \
        "updated_at") ", (extract(epoch FROM created_at) * 1000000)::bigint"

enum {
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_URL,
    COLUMN_EVENTS,
    COLUMN_STATE,
    COLUMN_STATE_REASON,
    COLUMN_HEADERS,
    COLUMN_TIMEOUT_MS,
    COLUMN_RETRY_SCHEDULE,
    COLUMN_RATE_PER_SECOND,
    COLUMN_RATE_CONCURRENCY,
    COLUMN_IS_ORDERED,
    COLUMN_VERSION,
    COLUMN_CREATED_MS,
    COLUMN_UPDATED_MS,
    COLUMN_CREATED_MICROS,
};

#define EVENTS_OF(parameter) "ARRAY(SELECT jsonb_array_elements_text(" parameter "::jsonb))"
#define LIVE                 " WHERE id = $1 AND org_id = $2 AND deleted_at IS NULL "

static const char insert_sql[] =
    "INSERT INTO webhooks (id, org_id, name, url, events, state, state_reason, headers, timeout_ms, retry_schedule, "
    "                      rate_per_second, rate_concurrency, ordering) "
    "SELECT $1, $2, $3, $4, " EVENTS_OF(
        "$5") ", $6, nullif($7, ''), $8, $9, $10, nullif($11::integer, 0), "
              "       nullif($12::integer, 0), $13 "
              "WHERE (SELECT count(*) FROM webhooks WHERE org_id = $2 AND deleted_at IS NULL) < $14::bigint "
              "RETURNING " COLUMNS;

static const char update_sql[] = "UPDATE webhooks SET name = $3, url = $4, events = " EVENTS_OF(
    "$5") ", state = $6, state_reason = nullif($7, ''), "
          "       headers = $8, timeout_ms = $9, retry_schedule = $10, rate_per_second = nullif($11::integer, 0), "
          "       rate_concurrency = nullif($12::integer, 0), ordering = $13" LIVE "RETURNING " COLUMNS;

void stored_webhook_init(struct stored_webhook *webhook)
{
    *webhook = (struct stored_webhook){
        .events = json_array(),
        .state = WEBHOOK_ENABLED,
        .headers = json_object(),
        .timeout_ms = WEBHOOK_TIMEOUT_MS_DEFAULT,
        .retry_schedule = json_string("standard"),
    };
}

void stored_webhook_deinit(struct stored_webhook *webhook)
{
    if (webhook == NULL)
        return;
    json_decref(webhook->events);
    json_decref(webhook->headers);
    json_decref(webhook->retry_schedule);
    *webhook = (struct stored_webhook){0};
}

static int read_webhook(struct row row, struct stored_webhook *webhook_out, struct error *error)
{
    *webhook_out = (struct stored_webhook){0};
    row_copy(row, COLUMN_ID, webhook_out->id, sizeof webhook_out->id);
    row_copy(row, COLUMN_NAME, webhook_out->name, sizeof webhook_out->name);
    row_copy(row, COLUMN_URL, webhook_out->url, sizeof webhook_out->url);
    row_copy(row, COLUMN_STATE_REASON, webhook_out->state_reason, sizeof webhook_out->state_reason);
    if (webhook_state_parse(row_text(row, COLUMN_STATE), &webhook_out->state) < 0)
        return error_set(error, EINVAL, "webhook %s has the unknown state %s", webhook_out->id,
                         row_text(row, COLUMN_STATE));
    webhook_out->events = row_json(row, COLUMN_EVENTS);
    webhook_out->headers = row_json(row, COLUMN_HEADERS);
    webhook_out->timeout_ms = row_int64(row, COLUMN_TIMEOUT_MS);
    webhook_out->retry_schedule = row_json(row, COLUMN_RETRY_SCHEDULE);
    webhook_out->rate_per_second = row_int64(row, COLUMN_RATE_PER_SECOND);
    webhook_out->rate_concurrency = row_int64(row, COLUMN_RATE_CONCURRENCY);
    webhook_out->is_ordered = row_bool(row, COLUMN_IS_ORDERED);
    webhook_out->version = row_int64(row, COLUMN_VERSION);
    webhook_out->created_ms = row_int64(row, COLUMN_CREATED_MS);
    webhook_out->updated_ms = row_int64(row, COLUMN_UPDATED_MS);
    webhook_out->created_micros = row_int64(row, COLUMN_CREATED_MICROS);
    return 0;
}

int webhook_store_lock(PGconn *connection, struct error *error)
{
    PGresult *result = database_query(connection, "SELECT bump_config_version()", NULL, 0, NULL, error);
    if (result == NULL)
        return -EIO;
    PQclear(result);
    return 0;
}

/* Runs a statement of one webhook and reads the row it returns. Positive: none_outcome when there was none. */
static int query_one(PGconn *connection, const char *sql, const char *const *values, int value_count, int none_outcome,
                     struct stored_webhook *webhook_out, struct error *error)
{
    PGresult *result = database_query(connection, sql, values, value_count, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = none_outcome;
    if (PQntuples(result) > 0)
        outcome = read_webhook((struct row){result, 0}, webhook_out, error);
    PQclear(result);
    return outcome;
}

/* Writes all columns with one of the two statements above, and takes over what the database made of it. */
static int write_webhook(PGconn *connection, const char *sql, const char *org_id, struct stored_webhook *webhook,
                         const char *webhooks_max, int none_outcome, struct error *error)
{
    char timeout_ms[ROW_NUMBER_BYTES], per_second[ROW_NUMBER_BYTES], concurrency[ROW_NUMBER_BYTES];
    CLEANUP(free_pointer) char *events = json_dumps(webhook->events, JSON_COMPACT);
    CLEANUP(free_pointer) char *headers = json_dumps(webhook->headers, JSON_COMPACT);
    CLEANUP(free_pointer) char *retry_schedule = json_dumps(webhook->retry_schedule, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *values[] = {
        webhook->id,
        org_id,
        webhook->name,
        webhook->url,
        events,
        webhook_state_text(webhook->state),
        webhook->state_reason,
        headers,
        row_number(webhook->timeout_ms, timeout_ms),
        retry_schedule,
        row_number(webhook->rate_per_second, per_second),
        row_number(webhook->rate_concurrency, concurrency),
        webhook->is_ordered ? "key" : "none",
        webhooks_max,
    };
    int value_count = (int)ARRAY_LENGTH(values) - (webhooks_max == NULL);
    struct stored_webhook written;
    int outcome = query_one(connection, sql, values, value_count, none_outcome, &written, error);
    if (outcome != 0)
        return outcome;
    stored_webhook_deinit(webhook);
    *webhook = written;
    return 0;
}

int webhook_store_create(PGconn *connection, const char *org_id, struct stored_webhook *webhook, int64_t webhooks_max,
                         struct error *error)
{
    char webhooks_max_text[ROW_NUMBER_BYTES];
    return write_webhook(connection, insert_sql, org_id, webhook, row_number(webhooks_max, webhooks_max_text),
                         WEBHOOK_LIMIT_REACHED, error);
}

int webhook_store_get(PGconn *connection, const char *org_id, const char *webhook_id,
                      struct stored_webhook *webhook_out, struct error *error)
{
    const char *values[] = {webhook_id, org_id};
    return query_one(connection, "SELECT " COLUMNS " FROM webhooks" LIVE, values, 2, WEBHOOK_ABSENT, webhook_out,
                     error);
}

int webhook_store_list(PGconn *connection, const char *org_id, const struct position *after, int64_t limit,
                       void (*found)(void *owner, const struct stored_webhook *webhook), void *owner,
                       struct error *error)
{
    static const char sql[] = "SELECT " COLUMNS " FROM webhooks "
                              "WHERE org_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3) "
                              "ORDER BY created_at DESC, id DESC LIMIT $4::bigint";
    char time[POSITION_TIME_BYTES], limit_text[ROW_NUMBER_BYTES];
    const char *values[] = {org_id, position_time(after, time), after->id, row_number(limit, limit_text)};
    PGresult *result = database_query(connection, sql, values, 4, NULL, error);
    if (result == NULL)
        return -EIO;
    int outcome = 0;
    for (int i = 0; i < PQntuples(result) && outcome == 0; i++) {
        struct stored_webhook webhook;
        outcome = read_webhook((struct row){result, i}, &webhook, error);
        if (outcome == 0) {
            found(owner, &webhook);
            stored_webhook_deinit(&webhook);
        }
    }
    PQclear(result);
    return outcome;
}

int webhook_store_update(PGconn *connection, const char *org_id, struct stored_webhook *webhook, struct error *error)
{
    return write_webhook(connection, update_sql, org_id, webhook, NULL, WEBHOOK_ABSENT, error);
}

int webhook_store_delete(PGconn *connection, const char *org_id, const char *webhook_id, struct error *error)
{
    const char *values[] = {webhook_id, org_id};
    struct stored_webhook deleted;
    int outcome = query_one(connection, "UPDATE webhooks SET deleted_at = now()" LIVE "RETURNING " COLUMNS, values, 2,
                            WEBHOOK_ABSENT, &deleted, error);
    if (outcome != 0)
        return outcome;
    stored_webhook_deinit(&deleted);
    return database_execute(connection, "DELETE FROM webhook_secrets WHERE webhook_id = $1 AND org_id = $2", values, 2,
                            error);
}

/* ---- secrets -------------------------------------------------------------------------------------------------------
 */

/* The sealed text as a bytea literal: "\x" and hex digits. */
static int seal_secret(const struct seal_keys *keys, const char *binding, const struct secret *secret,
                       char sealed_out[static 2 + HEX_BYTES(SEAL_BLOB_BYTES_MAX)], struct error *error)
{
    uint8_t iv[SEAL_IV_BYTES];
    uint8_t blob[SEAL_BLOB_BYTES_MAX];
    size_t blob_size;
    random_bytes(iv, sizeof iv);
    int result = seal(keys, iv, binding, secret->text, strlen(secret->text), blob, &blob_size, error);
    if (result < 0)
        return error_prefix(error, result, "the secret could not be sealed");
    sealed_out[0] = '\\';
    sealed_out[1] = 'x';
    hex_encode(blob, blob_size, sealed_out + 2);
    return 0;
}

int webhook_store_add_secret(PGconn *connection, const struct seal_keys *keys, const char *org_id,
                             const char *webhook_id, const struct secret *secret, struct error *error)
{
    /* clock_timestamp(): a transaction that waited for the lock began before the one that it waited for */
    static const char sql[] = "INSERT INTO webhook_secrets (id, org_id, webhook_id, sealed, key_id, created_at) "
                              "VALUES ($1, $2, $3, $4, $5, clock_timestamp())";
    char id[RANDOM_ID_BYTES];
    char binding[ORG_ID_BYTES_MAX + WEBHOOK_ID_BYTES_MAX + RANDOM_ID_BYTES + 3];
    char sealed[2 + HEX_BYTES(SEAL_BLOB_BYTES_MAX)];
    random_id("sec_", clock_wall_ms(), id);
    (void)snprintf(binding, sizeof binding, "%s/%s/%s", org_id, webhook_id, id);
    int result = seal_secret(keys, binding, secret, sealed, error);
    if (result < 0)
        return result;
    const char *values[] = {id, org_id, webhook_id, sealed, keys->keys[0].id};
    return database_execute(connection, sql, values, 5, error);
}

int webhook_store_expire_secrets(PGconn *connection, const char *org_id, const char *webhook_id, int64_t overlap_s,
                                 struct error *error)
{
    static const char expire_sql[] =
        "UPDATE webhook_secrets SET expires_at = clock_timestamp() + $3::bigint * interval '1 second' "
        "WHERE webhook_id = $1 AND org_id = $2 "
        "  AND (expires_at IS NULL OR expires_at > clock_timestamp() + $3::bigint * interval '1 second')";
    static const char count_sql[] = "SELECT count(*) FROM webhook_secrets "
                                    "WHERE webhook_id = $1 AND org_id = $2 AND expires_at > clock_timestamp()";
    char overlap[ROW_NUMBER_BYTES];
    const char *values[] = {webhook_id, org_id, row_number(overlap_s, overlap)};
    int outcome = database_execute(connection, expire_sql, values, 3, error);
    if (outcome < 0)
        return outcome;
    PGresult *result = database_query(connection, count_sql, values, 2, NULL, error);
    if (result == NULL)
        return -EIO;
    int64_t live_count = row_int64((struct row){result, 0}, 0);
    PQclear(result);
    return live_count < SIGNATURE_SECRETS_MAX ? 0 : WEBHOOK_SECRETS_FULL;
}
