/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/source.h"

#include <assert.h>

#include "common/base/alloc.h"

struct source *source_new(struct kafka_partition *partition, rd_kafka_message_t *message, uint64_t ticket)
{
    struct source *source = ALLOC(struct source);
    source->partition = partition;
    source->message = message;
    source->ticket = ticket;
    source->open_count = 1;
    return source;
}

void source_open(struct source *source)
{
    source->open_count++;
}

void source_close(struct source *source, bool is_durable)
{
    assert(source->open_count > 0);
    source->is_lost |= !is_durable;
    if (--source->open_count > 0)
        return;
    if (source->is_lost)
        kafka_partition_forget(source->partition, source->ticket);
    else
        kafka_partition_settle(source->partition, source->ticket);
    rd_kafka_message_destroy(source->message);
    free(source);
}
