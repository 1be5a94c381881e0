/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/assignment.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

#include "recorder/batch.h"

void assignment_deinit(struct assignment *assignment)
{
    for (size_t i = 0; i < assignment->count; i++)
        free(assignment->places[i].topic);
    free(assignment->places);
    *assignment = (struct assignment){.places = NULL};
}

static void ask(struct assignment *assignment, struct kafka_partition *const *partitions, size_t count)
{
    assignment_deinit(assignment);
    assignment->places = alloc_zeroed(count, sizeof(*assignment->places));
    assignment->count = count;
    for (size_t i = 0; i < count; i++)
        assignment->places[i] =
            (struct offset_place){.topic = alloc_text(partitions[i]->topic), .partition = partitions[i]->id};
    assignment->is_asked = true;
}

static const struct offset_place *find(const struct assignment *assignment, const struct kafka_partition *partition)
{
    for (size_t i = 0; i < assignment->count; i++) {
        const struct offset_place *place = &assignment->places[i];
        if (place->partition == partition->id && strcmp(place->topic, partition->topic) == 0)
            return place;
    }
    return NULL;
}

static bool knows_all(const struct assignment *assignment, struct kafka_partition *const *partitions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (find(assignment, partitions[i]) == NULL)
            return false;
    }
    return true;
}

int assignment_resolve(struct assignment *assignment, struct kafka_partition *const *partitions, int64_t *start_offsets,
                       size_t count)
{
    if (assignment->is_in_job)
        return -EAGAIN;
    if (!assignment->is_answered || !knows_all(assignment, partitions, count)) {
        ask(assignment, partitions, count);
        return -EAGAIN;
    }
    for (size_t i = 0; i < count; i++) {
        const struct offset_place *place = find(assignment, partitions[i]);
        assert(place != NULL);
        struct batch_source *source = ALLOC(struct batch_source);
        source->next_offset = place->next_offset;
        partitions[i]->state = source;
        start_offsets[i] = place->next_offset > 0 ? place->next_offset : RD_KAFKA_OFFSET_BEGINNING;
    }
    assignment_deinit(assignment);
    return 0;
}

void assignment_answered(struct assignment *assignment, bool is_success)
{
    assignment->is_in_job = false;
    assignment->is_answered = is_success;
    assignment->is_asked = !is_success;
}
