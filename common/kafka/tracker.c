/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/tracker.h"

#include <assert.h>

#include "common/base/alloc.h"

#define ENTRIES_MIN 64

struct entry {
    int64_t offset;
    int64_t added_ms;
    size_t bytes;
    bool is_settled;
};

/* A ring whose capacity is a power of two: the entry of a ticket stands at ticket modulo capacity. The first entry of
 * the window is never settled: a settled prefix leaves at once. */
struct tracker {
    struct entry *entries;
    size_t capacity;
    uint64_t first, next;  /* the window's tickets: first … next - 1 */
    uint64_t restarted_at; /* tickets below are stale */
    size_t bytes;
    size_t unsettled_count;
    int64_t last_offset;
    int64_t committable;
};

static struct entry *entry_at(const struct tracker *tracker, uint64_t ticket)
{
    return &tracker->entries[ticket & (tracker->capacity - 1)];
}

struct tracker *tracker_new(void)
{
    struct tracker *tracker = ALLOC(struct tracker);
    tracker->capacity = ENTRIES_MIN;
    tracker->entries = alloc_zeroed(tracker->capacity, sizeof *tracker->entries);
    tracker->first = tracker->next = tracker->restarted_at = 1;
    tracker->last_offset = -1;
    tracker->committable = -1;
    return tracker;
}

void tracker_free(struct tracker *tracker)
{
    if (tracker == NULL)
        return;
    free(tracker->entries);
    free(tracker);
}

void tracker_restart(struct tracker *tracker)
{
    tracker->first = tracker->restarted_at = tracker->next;
    tracker->bytes = 0;
    tracker->unsettled_count = 0;
    tracker->last_offset = -1;
    tracker->committable = -1;
}

bool tracker_is_stale(const struct tracker *tracker, uint64_t ticket)
{
    return ticket < tracker->restarted_at;
}

size_t tracker_count(const struct tracker *tracker)
{
    return (size_t)(tracker->next - tracker->first);
}

bool tracker_is_full(const struct tracker *tracker)
{
    size_t count = tracker_count(tracker);
    if (count == 0)
        return false;
    return count >= TRACKER_ENTRIES_MAX || tracker->bytes >= TRACKER_BYTES_MAX ||
           tracker->last_offset - entry_at(tracker, tracker->first)->offset >= TRACKER_SPAN_MAX;
}

static void grow(struct tracker *tracker)
{
    struct tracker larger = *tracker;
    larger.capacity = tracker->capacity * 2;
    larger.entries = alloc_zeroed(larger.capacity, sizeof *larger.entries);
    for (uint64_t ticket = tracker->first; ticket < tracker->next; ticket++)
        *entry_at(&larger, ticket) = *entry_at(tracker, ticket);
    free(tracker->entries);
    *tracker = larger;
}

uint64_t tracker_add(struct tracker *tracker, int64_t offset, size_t bytes, int64_t now_ms)
{
    assert(!tracker_is_full(tracker));
    assert(offset > tracker->last_offset);
    if (tracker_count(tracker) == tracker->capacity)
        grow(tracker);
    uint64_t ticket = tracker->next++;
    *entry_at(tracker, ticket) = (struct entry){.offset = offset, .added_ms = now_ms, .bytes = bytes};
    tracker->bytes += bytes;
    tracker->unsettled_count++;
    tracker->last_offset = offset;
    return ticket;
}

bool tracker_settle(struct tracker *tracker, uint64_t ticket)
{
    assert(ticket >= tracker->first && ticket < tracker->next);
    assert(!entry_at(tracker, ticket)->is_settled);
    entry_at(tracker, ticket)->is_settled = true;
    tracker->unsettled_count--;
    if (ticket != tracker->first)
        return false;
    while (tracker->first < tracker->next && entry_at(tracker, tracker->first)->is_settled) {
        const struct entry *entry = entry_at(tracker, tracker->first++);
        tracker->bytes -= entry->bytes;
        tracker->committable = entry->offset + 1;
    }
    return true;
}

int64_t tracker_committable(const struct tracker *tracker)
{
    return tracker->committable;
}

int64_t tracker_next_offset(const struct tracker *tracker)
{
    return tracker_count(tracker) > 0 ? entry_at(tracker, tracker->first)->offset : tracker->committable;
}

int64_t tracker_last_offset(const struct tracker *tracker)
{
    return tracker->last_offset;
}

size_t tracker_unsettled_count(const struct tracker *tracker)
{
    return tracker->unsettled_count;
}

int64_t tracker_oldest_ms(const struct tracker *tracker)
{
    return tracker_count(tracker) > 0 ? entry_at(tracker, tracker->first)->added_ms : 0;
}
