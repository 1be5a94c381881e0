/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

#define ROW_BYTES_MAX (2 * (size_t)ATTEMPT_RECORD_BYTES_MAX)

void batch_init(struct batch *batch, size_t rows_max)
{
    *batch = (struct batch){.capacity = rows_max};
    batch->rows = alloc_zeroed(rows_max, sizeof(*batch->rows));
    batch->disablings = alloc_zeroed(rows_max, sizeof(*batch->disablings));
    batch->steps = alloc_zeroed(rows_max, sizeof(*batch->steps));
    for (size_t i = 0; i < HISTORY_TABLE_COUNT; i++)
        buffer_init(&batch->bytes[i], BATCH_BYTES_MAX + ROW_BYTES_MAX);
}

void batch_deinit(struct batch *batch)
{
    assert(batch->count == 0);
    for (size_t i = 0; i < HISTORY_TABLE_COUNT; i++)
        buffer_deinit(&batch->bytes[i]);
    free(batch->rows);
    free(batch->disablings);
    free(batch->steps);
}

/* The only writer of a row's state after batch_add(). */
static void set_state(struct batch_row *row, enum batch_row_state next)
{
    static const bool allowed[4][4] = {
        [BATCH_ROW_PASSED] = {[BATCH_ROW_WAITING] = true, [BATCH_ROW_DYING] = true, [BATCH_ROW_GONE] = true},
        [BATCH_ROW_WAITING] = {[BATCH_ROW_DYING] = true,                          [BATCH_ROW_GONE] = true                          },
        [BATCH_ROW_DYING] = {[BATCH_ROW_PASSED] = true,                          [BATCH_ROW_GONE] = true},
    };
    assert(allowed[row->state][next]);
    row->state = next;
}

bool batch_is_full(const struct batch *batch)
{
    return batch->count == batch->capacity || batch->bytes[HISTORY_ATTEMPTS].length >= BATCH_BYTES_MAX ||
           batch->bytes[HISTORY_EVENTS].length >= BATCH_BYTES_MAX;
}

struct batch_row *batch_add(struct batch *batch, struct kafka_partition *partition, rd_kafka_message_t *message,
                            uint64_t ticket, uint64_t monotonic_now_ms)
{
    assert(!batch_is_full(batch));
    if (batch->count == 0)
        batch->started_ms = monotonic_now_ms;
    struct batch_row *row = &batch->rows[batch->count++];
    *row = (struct batch_row){.partition = partition, .ticket = ticket, .message = message, .state = BATCH_ROW_PASSED};
    return row;
}

void batch_write_attempt(struct batch *batch, struct batch_row *row, const struct attempt *attempt)
{
    struct buffer *bytes = &batch->bytes[HISTORY_ATTEMPTS];
    row->table = HISTORY_ATTEMPTS;
    row->day = history_day(attempt->delivery.accepted_ms);
    row->start = bytes->length;
    history_add_attempt(bytes, attempt);
    row->end = bytes->length;
    set_state(row, BATCH_ROW_WAITING);
    if (!attempt->disables_webhook)
        return;
    struct batch_disabling *disabling = &batch->disablings[batch->disabling_count++];
    *disabling = (struct batch_disabling){.row = (size_t)(row - batch->rows), .observed_ms = attempt->started_ms};
    memcpy(disabling->org_id, attempt->delivery.org_id, sizeof(disabling->org_id));
    memcpy(disabling->webhook_id, attempt->delivery.webhook_id, sizeof(disabling->webhook_id));
}

void batch_write_event(struct batch *batch, struct batch_row *row, const struct history_event *event)
{
    struct buffer *bytes = &batch->bytes[HISTORY_EVENTS];
    row->table = HISTORY_EVENTS;
    row->day = history_day(event->accepted_ms);
    row->start = bytes->length;
    history_add_event(bytes, event);
    row->end = bytes->length;
    set_state(row, BATCH_ROW_WAITING);
}

void batch_row_dies(struct batch *batch, struct batch_row *row)
{
    set_state(row, BATCH_ROW_DYING);
    batch->dying_count++;
}

void batch_row_died(struct batch *batch, struct batch_row *row)
{
    batch->dying_count--;
    if (row->state == BATCH_ROW_DYING)
        set_state(row, BATCH_ROW_PASSED);
}

/* Records come in runs of one partition, so the last step found is mostly the next one too. */
static struct batch_step *find_step(struct batch *batch, struct kafka_partition *partition, struct batch_step *last)
{
    if (last != NULL && last->partition == partition)
        return last;
    for (size_t i = 0; i < batch->step_count; i++) {
        if (batch->steps[i].partition == partition)
            return &batch->steps[i];
    }
    const struct batch_source *source = partition->state;
    struct batch_step *step = &batch->steps[batch->step_count++];
    *step = (struct batch_step){.partition = partition, .expected_offset = source->next_offset};
    return step;
}

void batch_plan(struct batch *batch)
{
    batch->step_count = 0;
    struct batch_step *step = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_row *row = &batch->rows[i];
        if (row->state == BATCH_ROW_GONE)
            continue;
        step = find_step(batch, row->partition, step);
        step->next_offset = row->message->offset + 1; /* a partition's records are in order */
    }
}

void batch_settle(struct batch *batch)
{
    for (size_t i = 0; i < batch->step_count; i++) {
        struct batch_source *source = batch->steps[i].partition->state;
        source->next_offset = batch->steps[i].next_offset;
    }
    batch->step_count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_row *row = &batch->rows[i];
        if (row->state == BATCH_ROW_GONE)
            continue;
        kafka_partition_settle(TAKE(row->partition), row->ticket);
        set_state(row, BATCH_ROW_GONE);
    }
}

static void forget_row(struct batch_row *row)
{
    kafka_partition_forget(TAKE(row->partition), row->ticket);
    set_state(row, BATCH_ROW_GONE);
}

void batch_forget(struct batch *batch, const struct kafka_partition *partition)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_row *row = &batch->rows[i];
        if (row->state != BATCH_ROW_GONE && (partition == NULL || row->partition == partition))
            forget_row(row);
    }
}

void batch_forget_revoked(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_row *row = &batch->rows[i];
        if (row->state != BATCH_ROW_GONE && row->partition->is_revoked)
            forget_row(row);
    }
}

void batch_clear(struct batch *batch)
{
    assert(batch->dying_count == 0);
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_row *row = &batch->rows[i];
        assert(row->state == BATCH_ROW_GONE);
        rd_kafka_message_destroy(row->message);
        free(row->refusal);
    }
    for (size_t i = 0; i < HISTORY_TABLE_COUNT; i++)
        buffer_clear(&batch->bytes[i]);
    batch->count = 0;
    batch->disabling_count = 0;
    batch->step_count = 0;
}

int64_t batch_oldest_ms(const struct batch *batch)
{
    int64_t oldest_ms = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->rows[i].state == BATCH_ROW_GONE)
            continue;
        rd_kafka_timestamp_type_t type;
        int64_t time_ms = rd_kafka_message_timestamp(batch->rows[i].message, &type);
        if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && (oldest_ms == 0 || time_ms < oldest_ms))
            oldest_ms = time_ms;
    }
    return oldest_ms;
}
