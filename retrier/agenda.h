#pragma once
/*
 * What to look at when: a heap of moments, the earliest first. Entries are embedded in what waits, and are in at most
 * one agenda. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agenda_entry {
    int64_t at_ms;
    size_t place; /* in the heap, 0: in none */
};

struct agenda {
    struct agenda_entry **entries; /* from 1 */
    size_t count, capacity;
};

void agenda_init(struct agenda *agenda);
void agenda_deinit(struct agenda *agenda); /* entries belong to the caller */

void agenda_add(struct agenda *agenda, struct agenda_entry *entry, int64_t at_ms);
void agenda_remove(struct agenda *agenda, struct agenda_entry *entry); /* it has to be in */
struct agenda_entry *agenda_first(const struct agenda *agenda);        /* NULL when empty */
bool agenda_has(const struct agenda_entry *entry);
