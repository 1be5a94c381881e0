/* SPDX-License-Identifier: Apache-2.0 */
#include "retrier/agenda.h"

#include <assert.h>

#include "common/base/alloc.h"

#define CAPACITY_MIN 64

void agenda_init(struct agenda *agenda)
{
    *agenda = (struct agenda){.capacity = CAPACITY_MIN};
    agenda->entries = alloc_zeroed(agenda->capacity, sizeof(struct agenda_entry *));
}

void agenda_deinit(struct agenda *agenda)
{
    free(agenda->entries);
    *agenda = (struct agenda){.entries = NULL};
}

static void put(struct agenda *agenda, struct agenda_entry *entry, size_t place)
{
    agenda->entries[place] = entry;
    entry->place = place;
}

static void rise(struct agenda *agenda, struct agenda_entry *entry, size_t place)
{
    while (place > 1 && agenda->entries[place / 2]->at_ms > entry->at_ms) {
        put(agenda, agenda->entries[place / 2], place);
        place /= 2;
    }
    put(agenda, entry, place);
}

static void sink(struct agenda *agenda, struct agenda_entry *entry, size_t place)
{
    for (;;) {
        size_t child = 2 * place;
        if (child < agenda->count && agenda->entries[child + 1]->at_ms < agenda->entries[child]->at_ms)
            child++;
        if (child > agenda->count || agenda->entries[child]->at_ms >= entry->at_ms)
            break;
        put(agenda, agenda->entries[child], place);
        place = child;
    }
    put(agenda, entry, place);
}

void agenda_add(struct agenda *agenda, struct agenda_entry *entry, int64_t at_ms)
{
    assert(entry->place == 0);
    if (agenda->count + 1 == agenda->capacity) {
        agenda->capacity *= 2;
        agenda->entries = alloc_resized(agenda->entries, agenda->capacity, sizeof(struct agenda_entry *));
    }
    entry->at_ms = at_ms;
    rise(agenda, entry, ++agenda->count);
}

void agenda_remove(struct agenda *agenda, struct agenda_entry *entry)
{
    size_t place = entry->place;
    assert(place > 0 && agenda->entries[place] == entry);
    struct agenda_entry *last = agenda->entries[agenda->count--];
    entry->place = 0;
    if (last == entry)
        return;
    if (place > 1 && agenda->entries[place / 2]->at_ms > last->at_ms)
        rise(agenda, last, place);
    else
        sink(agenda, last, place);
}

struct agenda_entry *agenda_first(const struct agenda *agenda)
{
    return agenda->count > 0 ? agenda->entries[1] : NULL;
}

bool agenda_has(const struct agenda_entry *entry)
{
    return entry->place > 0;
}
