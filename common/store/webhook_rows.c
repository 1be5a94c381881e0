/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/webhook_rows.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/parse.h"
#include "common/domain/header_policy.h"
#include "common/store/database.h"

/* Both in the order of bytes, so that secrets are found by walking along. */
#define WEBHOOKS_SQL                                                                                                   \
    "SELECT id, version, org_id, state, to_jsonb(events), url, headers, timeout_ms, retry_schedule, rate_per_second, " \
    "rate_concurrency, ordering FROM webhooks WHERE deleted_at IS NULL ORDER BY id COLLATE \"C\""
#define SECRETS_SQL                                                                                                              \
    "SELECT webhook_id, id, sealed, floor(extract(epoch FROM expires_at) * 1000)::bigint, coalesce(expires_at <= now(), false) " \
    "FROM webhook_secrets ORDER BY webhook_id COLLATE \"C\", created_at DESC, id DESC"

enum webhook_column {
    ID,
    VERSION,
    ORG_ID,
    STATE,
    EVENTS,
    URL,
    HEADERS,
    TIMEOUT_MS,
    SCHEDULE,
    RATE,
    CONCURRENCY,
    ORDERING
};

enum secret_column {
    SECRET_WEBHOOK_ID,
    SECRET_ID,
    SECRET_SEALED,
    SECRET_EXPIRES_MS,
    SECRET_IS_EXPIRED
};

struct cell { /* where a value stands */
    const PGresult *result;
    int row;
};

static const char *text_at(struct cell cell, int column)
{
    return PQgetvalue(cell.result, cell.row, column);
}

/* NULL is 0. */
static int number_at(struct cell cell, int column, int64_t *number_out, struct error *error)
{
    if (PQgetisnull(cell.result, cell.row, column)) {
        *number_out = 0;
        return 0;
    }
    const char *text = text_at(cell, column);
    if (parse_int64(text, strlen(text), number_out) < 0)
        return error_set(error, EINVAL, "%s is not a number", PQfname(cell.result, column));
    return 0;
}

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

static void release_json(json_t **json)
{
    json_decref(*json);
}

static void release_webhook(struct webhook **webhook)
{
    webhook_unref(*webhook);
}

static json_t *json_at(struct cell cell, int column)
{
    return json_loads(text_at(cell, column), JSON_DECODE_ANY, NULL);
}

static int read_patterns(struct webhook *webhook, struct cell cell, struct error *error)
{
    CLEANUP(release_json) json_t *list = json_at(cell, EVENTS);
    size_t count = json_array_size(list);
    if (count == 0 || count > WEBHOOK_PATTERNS_MAX)
        return error_set(error, EINVAL, "events has %zu entries; 1 to %d are possible", count, WEBHOOK_PATTERNS_MAX);
    webhook->patterns = alloc_zeroed(count, sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        const char *pattern = json_string_value(json_array_get(list, i));
        if (pattern == NULL || !event_pattern_is_valid(pattern, strlen(pattern)))
            return error_set(error, EINVAL, "events holds something that is no event type or pattern");
        webhook->patterns[webhook->pattern_count++] = alloc_text(pattern);
    }
    return 0;
}

static int read_headers(struct webhook *webhook, struct cell cell, struct error *error)
{
    CLEANUP(release_json) json_t *headers = json_at(cell, HEADERS);
    size_t count = json_object_size(headers);
    if (count > HEADERS_MAX)
        return error_set(error, EINVAL, "headers has %zu entries; %d are possible", count, HEADERS_MAX);
    webhook->headers = alloc_zeroed(count + 1, sizeof(struct webhook_header));
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(headers, name, value) {
        if (!json_is_string(value))
            return error_set(error, EINVAL, "header %.64s is not a text", name);
        int result = header_check(name, json_string_value(value), error);
        if (result < 0)
            return result;
        webhook->headers[webhook->header_count++] =
            (struct webhook_header){alloc_text(name), alloc_text(json_string_value(value))};
    }
    return 0;
}

static int read_schedule(struct webhook *webhook, struct cell cell, struct error *error)
{
    CLEANUP(release_json) json_t *schedule = json_at(cell, SCHEDULE);
    if (json_is_string(schedule)) {
        const struct retry_schedule *preset = retry_schedule_preset(json_string_value(schedule));
        if (preset == NULL)
            return error_set(error, EINVAL, "retry_schedule is no known preset");
        webhook->schedule = *preset;
        return 0;
    }
    size_t count = json_array_size(schedule);
    if (count > RETRY_DELAYS_MAX)
        return error_set(error, EINVAL, "retry_schedule has %zu delays; %d are possible", count, RETRY_DELAYS_MAX);
    for (size_t i = 0; i < count; i++) {
        json_int_t delay_s = json_integer_value(json_array_get(schedule, i));
        if (delay_s < 1 || delay_s > RETRY_DELAY_S_MAX)
            return error_set(error, EINVAL, "retry_schedule has a delay that is not 1 to %d seconds",
                             RETRY_DELAY_S_MAX);
        webhook->schedule.delays_s[i] = (uint32_t)delay_s;
    }
    webhook->schedule.count = count;
    return 0;
}

static int read_limits(struct webhook *webhook, struct cell cell, struct error *error)
{
    int64_t timeout_ms = 0;
    int result = number_at(cell, TIMEOUT_MS, &timeout_ms, error);
    if (result == 0)
        result = number_at(cell, RATE, &webhook->rate_per_second, error);
    if (result == 0)
        result = number_at(cell, CONCURRENCY, &webhook->concurrency, error);
    if (result < 0)
        return result;
    if (timeout_ms < WEBHOOK_TIMEOUT_MS_MIN || timeout_ms > WEBHOOK_TIMEOUT_MS_MAX)
        return error_set(error, EINVAL, "timeout_ms is %lld", (long long)timeout_ms);
    webhook->timeout_ms = (uint32_t)timeout_ms;
    webhook->is_ordered = strcmp(text_at(cell, ORDERING), "key") == 0;
    return 0;
}

/* Without these, nobody can say which events the webhook would miss. */
static int read_identity(struct webhook *webhook, struct cell cell, struct error *error)
{
    (void)snprintf(webhook->id, sizeof(webhook->id), "%s", text_at(cell, ID));
    (void)snprintf(webhook->org_id, sizeof(webhook->org_id), "%s", text_at(cell, ORG_ID));
    int result = number_at(cell, VERSION, &webhook->version, error);
    if (result == 0 && webhook_state_parse(text_at(cell, STATE), &webhook->state) < 0)
        result = error_set(error, EINVAL, "state is unknown");
    return result < 0 ? result : read_patterns(webhook, cell, error);
}

static int read_settings(struct webhook *webhook, const struct url_policy *policy, struct cell cell,
                         struct error *error)
{
    int result = url_check(policy, text_at(cell, URL), &webhook->url, error);
    if (result < 0)
        return error_prefix(error, result, "url");
    result = read_headers(webhook, cell, error);
    if (result == 0)
        result = read_schedule(webhook, cell, error);
    return result < 0 ? result : read_limits(webhook, cell, error);
}

static int open_secret(const struct webhook *webhook, const struct seal_keys *keys, struct cell cell,
                       struct secret *secret_out, struct error *error)
{
    char binding[ORG_ID_BYTES_MAX + WEBHOOK_ID_BYTES_MAX + 72];
    (void)snprintf(binding, sizeof(binding), "%s/%s/%s", webhook->org_id, webhook->id, text_at(cell, SECRET_ID));
    size_t sealed_size = 0;
    unsigned char *sealed = PQunescapeBytea((const unsigned char *)text_at(cell, SECRET_SEALED), &sealed_size);
    if (sealed == NULL)
        return error_set(error, EINVAL, "is not bytes");
    uint8_t plain[SEAL_PLAIN_BYTES_MAX + 1];
    size_t plain_size = 0;
    int result = unseal(keys, binding, sealed, sealed_size, plain, &plain_size, error);
    PQfreemem(sealed);
    if (result == 0) {
        plain[plain_size] = '\0';
        result = secret_parse((const char *)plain, secret_out, error);
    }
    OPENSSL_cleanse(plain, sizeof(plain));
    return result;
}

/* Newest first: an expired one only when it is the newest. */
static int add_secret(struct webhook *webhook, const struct seal_keys *keys, struct cell cell, struct error *error)
{
    bool is_expired = text_at(cell, SECRET_IS_EXPIRED)[0] == 't';
    if (webhook->secret_count == SIGNATURE_SECRETS_MAX || (is_expired && webhook->secret_count > 0))
        return 0;
    struct webhook_secret *secret = &webhook->secrets[webhook->secret_count];
    int result = number_at(cell, SECRET_EXPIRES_MS, &secret->expires_ms, error);
    if (result == 0)
        result = open_secret(webhook, keys, cell, &secret->secret, error);
    if (result < 0)
        return error_prefix(error, result, "secret %s", text_at(cell, SECRET_ID));
    webhook->secret_count++;
    return 0;
}

/* row: of the first secret not yet passed; moves behind this webhook's. */
static int read_secrets(struct webhook *webhook, const struct seal_keys *keys, const PGresult *secrets, int *row,
                        struct error *error)
{
    int result = 0;
    for (; *row < PQntuples(secrets); (*row)++) {
        struct cell cell = {secrets, *row};
        int order = strcmp(text_at(cell, SECRET_WEBHOOK_ID), webhook->id);
        if (order > 0)
            break;
        if (order == 0 && result == 0)
            result = add_secret(webhook, keys, cell, error);
    }
    if (result == 0 && webhook->secret_count == 0)
        result = error_set(error, ENOKEY, "has no signing secret");
    return result;
}

static void refuse(struct webhook_rows *rows, const struct webhook *webhook, const struct error *error)
{
    if ((rows->refusal_count & (rows->refusal_count - 1)) == 0) { /* a power of two: full */
        size_t capacity = rows->refusal_count == 0 ? 1 : 2 * rows->refusal_count;
        rows->refusals = alloc_resized(rows->refusals, capacity, sizeof(*rows->refusals));
    }
    struct webhook_refusal *refusal = &rows->refusals[rows->refusal_count++];
    *refusal = (struct webhook_refusal){.version = webhook->version};
    (void)snprintf(refusal->webhook_id, sizeof(refusal->webhook_id), "%s", webhook->id);
    (void)snprintf(refusal->reason, sizeof(refusal->reason), "%.255s", error->text);
}

/* So that its deliveries wait instead of going out half configured. A disabled one stays disabled. */
static void hold(struct webhook *webhook)
{
    if (webhook->state == WEBHOOK_ENABLED)
        webhook->state = WEBHOOK_PAUSED;
}

struct load { /* what one load works with */
    const struct seal_keys *keys;
    const struct url_policy *policy;
    PGresult *webhooks;
    PGresult *secrets;
    int secret_row;
};

static void add_webhook(struct load *load, int row, struct webhook_rows *rows)
{
    struct cell cell = {load->webhooks, row};
    CLEANUP(release_webhook) struct webhook *webhook = webhook_new();
    struct error error = {.text = ""};
    if (read_identity(webhook, cell, &error) < 0) {
        refuse(rows, webhook, &error);
        return;
    }
    if (read_settings(webhook, load->policy, cell, &error) < 0 ||
        read_secrets(webhook, load->keys, load->secrets, &load->secret_row, &error) < 0) {
        refuse(rows, webhook, &error);
        hold(webhook);
    }
    webhook_table_add(rows->table, TAKE(webhook));
}

static int read_version(PGconn *connection, int64_t *version_out, struct error *error)
{
    CLEANUP(clear_result)
    PGresult *result = database_query(connection, "SELECT version FROM config_version", NULL, 0, NULL, error);
    if (result == NULL)
        return -EIO;
    if (PQntuples(result) != 1)
        return error_set(error, EINVAL, "config_version has no row");
    return number_at((struct cell){result, 0}, 0, version_out, error);
}

static int load_rows(PGconn *connection, struct load *load, int64_t version, struct webhook_rows *rows_out,
                     struct error *error)
{
    load->webhooks = database_query(connection, WEBHOOKS_SQL, NULL, 0, NULL, error);
    if (load->webhooks == NULL)
        return -EIO;
    load->secrets = database_query(connection, SECRETS_SQL, NULL, 0, NULL, error);
    if (load->secrets == NULL)
        return -EIO;
    struct webhook_rows rows = {.table = webhook_table_new(version)};
    for (int row = 0; row < PQntuples(load->webhooks); row++)
        add_webhook(load, row, &rows);
    *rows_out = rows;
    return 0;
}

int webhook_rows_load(PGconn *connection, const struct seal_keys *keys, const struct url_policy *policy,
                      int64_t known_version, struct webhook_rows *rows_out, struct error *error)
{
    int result = database_execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0, error);
    if (result < 0)
        return result;
    int64_t version = WEBHOOK_ROWS_NONE;
    result = read_version(connection, &version, error);
    if (result < 0)
        return result;
    bool is_unchanged = version == known_version;
    if (!is_unchanged) {
        struct load load = {.keys = keys, .policy = policy};
        result = load_rows(connection, &load, version, rows_out, error);
        PQclear(load.webhooks);
        PQclear(load.secrets);
        if (result < 0)
            return result;
    }
    PQclear(PQexec(connection, "COMMIT")); /* nothing was written: a failure shows at the next statement */
    return is_unchanged ? WEBHOOK_ROWS_UNCHANGED : 0;
}

void webhook_rows_deinit(struct webhook_rows *rows)
{
    webhook_table_free(rows->table);
    free(rows->refusals);
    *rows = (struct webhook_rows){.table = NULL};
}
