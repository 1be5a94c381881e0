#pragma once
/*
 * Memory that is always there: out of memory ends the process with one message on stderr, so no
 * caller checks for NULL. Sizes that come from outside are checked against a named limit before
 * they get here. Any thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdlib.h> /* free() */
#include <string.h>

void *alloc_bytes(size_t size);                               /* uninitialised */
void *alloc_zeroed(size_t count, size_t size);                /* count * size, overflow checked */
void *alloc_resized(void *memory, size_t count, size_t size); /* realloc to count * size */
char *alloc_text(const char *text);                           /* copy; NULL stays NULL */
char *alloc_text_n(const char *text, size_t length);          /* copy of length bytes plus a NUL */
void *alloc_copy(const void *memory, size_t size);            /* copy of size bytes */

/* One new object of a type, zeroed. */
#define ALLOC(type) ((type *)alloc_zeroed(1, sizeof(type)))

/* CLEANUP(free_pointer) for any pointer variable. */
static inline void free_pointer(void *pointer_address)
{
    void *pointer;
    memcpy(&pointer, pointer_address, sizeof(pointer)); /* a char ** is not a void **: no aliasing */
    free(pointer);
}
