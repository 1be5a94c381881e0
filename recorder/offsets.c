/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/offsets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/store/database.h"
#include "common/store/row.h"

#define LIST_BYTES_MAX ((size_t)8 * 1024 * 1024)

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

/* Array parameters, one for each column: {"a","b"} or {1,2}. */
enum list {
    TOPICS,
    PARTITIONS,
    EXPECTED,
    NEXT,
    LIST_COUNT
};

struct lists {
    struct buffer items[LIST_COUNT];
};

static void lists_init(struct lists *lists)
{
    for (size_t i = 0; i < LIST_COUNT; i++) {
        buffer_init(&lists->items[i], LIST_BYTES_MAX);
        buffer_append_char(&lists->items[i], '{');
    }
}

static void lists_deinit(struct lists *lists)
{
    for (size_t i = 0; i < LIST_COUNT; i++)
        buffer_deinit(&lists->items[i]);
}

static void separate(struct buffer *items)
{
    if (items->length > 1)
        buffer_append_char(items, ',');
}

/* Topic names hold nothing that needs escaping (letters, digits, dot, underscore, dash). */
static void append_topic(struct lists *lists, const char *topic)
{
    separate(&lists->items[TOPICS]);
    buffer_append_format(&lists->items[TOPICS], "\"%s\"", topic);
}

static void append_number(struct lists *lists, enum list list, int64_t number)
{
    separate(&lists->items[list]);
    buffer_append_format(&lists->items[list], "%lld", (long long)number);
}

static const char *lists_value(struct lists *lists, enum list list)
{
    buffer_append_char(&lists->items[list], '}');
    return lists->items[list].bytes;
}

static int query_places(PGconn *connection, const char *const values[3], struct offset_place *places, size_t count,
                        struct error *error)
{
    int made = database_execute(connection,
                                "INSERT INTO kafka_offsets (consumer_group, topic, topic_partition, next_offset) "
                                "SELECT $1, topic, topic_partition, 0 FROM unnest($2::text[], $3::integer[]) "
                                "AS place (topic, topic_partition) ON CONFLICT DO NOTHING",
                                values, 3, error);
    if (made < 0)
        return made;
    CLEANUP(clear_result)
    PGresult *result =
        database_query(connection,
                       "SELECT next_offset FROM unnest($2::text[], $3::integer[]) WITH ORDINALITY "
                       "AS place (topic, topic_partition, position) JOIN kafka_offsets USING (topic, topic_partition) "
                       "WHERE consumer_group = $1 ORDER BY position",
                       values, 3, NULL, error);
    if (result == NULL)
        return -EIO;
    if ((size_t)PQntuples(result) != count)
        return error_set(error, EIO, "kafka_offsets has %d of %zu partitions", PQntuples(result), count);
    for (size_t i = 0; i < count; i++)
        places[i].next_offset = row_int64((struct row){result, (int)i}, 0);
    return 0;
}

int offsets_read(PGconn *connection, const char *group, struct offset_place *places, size_t count, struct error *error)
{
    if (count == 0)
        return 0;
    CLEANUP(lists_deinit) struct lists lists;
    lists_init(&lists);
    for (size_t i = 0; i < count; i++) {
        append_topic(&lists, places[i].topic);
        append_number(&lists, PARTITIONS, places[i].partition);
    }
    const char *const values[] = {group, lists_value(&lists, TOPICS), lists_value(&lists, PARTITIONS)};
    int result = query_places(connection, values, places, count, error);
    return result < 0 ? error_prefix(error, result, "reading offsets") : 0;
}

static bool is_moved(const struct batch_step *step, const PGresult *moved)
{
    for (int row = 0; row < PQntuples(moved); row++) {
        if (row_int64((struct row){moved, row}, 1) == step->partition->id &&
            strcmp(PQgetvalue(moved, row, 0), step->partition->topic) == 0)
            return true;
    }
    return false;
}

int offsets_move(PGconn *connection, const char *group, struct batch *batch, struct error *error)
{
    if (batch->step_count == 0)
        return 0;
    CLEANUP(lists_deinit) struct lists lists;
    lists_init(&lists);
    for (size_t i = 0; i < batch->step_count; i++) {
        append_topic(&lists, batch->steps[i].partition->topic);
        append_number(&lists, PARTITIONS, batch->steps[i].partition->id);
        append_number(&lists, EXPECTED, batch->steps[i].expected_offset);
        append_number(&lists, NEXT, batch->steps[i].next_offset);
    }
    const char *const values[] = {group, lists_value(&lists, TOPICS), lists_value(&lists, PARTITIONS),
                                  lists_value(&lists, EXPECTED), lists_value(&lists, NEXT)};
    CLEANUP(clear_result)
    PGresult *moved =
        database_query(connection,
                       "UPDATE kafka_offsets AS known SET next_offset = step.next_offset, updated_at = now() "
                       "FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[]) "
                       "AS step (topic, topic_partition, expected_offset, next_offset) WHERE known.consumer_group = $1 "
                       "AND known.topic = step.topic AND known.topic_partition = step.topic_partition "
                       "AND known.next_offset = step.expected_offset RETURNING known.topic, known.topic_partition",
                       values, 5, NULL, error);
    if (moved == NULL)
        return error_prefix(error, -EIO, "moving offsets");
    if ((size_t)PQntuples(moved) == batch->step_count)
        return 0;
    for (size_t i = 0; i < batch->step_count; i++)
        batch->steps[i].is_lost = !is_moved(&batch->steps[i], moved);
    return OFFSETS_LOST;
}

int offsets_find(PGconn *connection, const char *group, struct batch *batch, struct error *error)
{
    struct offset_place *places = alloc_zeroed(batch->step_count, sizeof(*places));
    for (size_t i = 0; i < batch->step_count; i++) {
        const struct kafka_partition *partition = batch->steps[i].partition;
        places[i] = (struct offset_place){.topic = partition->topic, .partition = partition->id};
    }
    int result = offsets_read(connection, group, places, batch->step_count, error);
    for (size_t i = 0; i < batch->step_count && result == 0; i++)
        batch->steps[i].found_offset = places[i].next_offset;
    free(places);
    return result;
}
