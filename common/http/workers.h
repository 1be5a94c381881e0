#pragma once
/*
 * Threads that run handlers which block, while the loop's thread goes on with the sockets. Items travel to them and
 * back through two pipes: the kernel wakes exactly one thread an item and none holds a lock. Internal to the HTTP
 * server; everything here but the work itself is called from the loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/base/error.h"

#define WORKERS_ITEMS_MAX 4096 /* under way at a time; so many fit into a pipe, so that giving never blocks */

struct workers;

/* work is called with each item on one of the threads. */
MUST_CHECK int workers_new(unsigned thread_count, void (*work)(void *item), struct workers **workers_out,
                           struct error *error);
void workers_give(struct workers *workers, void *item);

/* Readable when workers_take() has something. */
int workers_fd(const struct workers *workers);

/* The next item whose work is done, or NULL. */
void *workers_take(struct workers *workers);

/* NULL-safe. Returns when the work of every item given is done; items not taken until then are forgotten. */
void workers_free(struct workers *workers);
