/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No formatting and no logger here: both may allocate. */
static void *checked(void *memory)
{
    static const char message[] = "out of memory, the process ends\n";
    if (memory == NULL) {
        (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
        abort();
    }
    return memory;
}

/* malloc(0) may answer NULL, which must not look like a failure. */
static size_t at_least_one(size_t size)
{
    return size == 0 ? 1 : size;
}

void *alloc_bytes(size_t size)
{
    return checked(malloc(at_least_one(size)));
}

void *alloc_zeroed(size_t count, size_t size)
{
    return checked(calloc(at_least_one(count), at_least_one(size)));
}

void *alloc_resized(void *memory, size_t count, size_t size)
{
    return checked(reallocarray(memory, at_least_one(count), at_least_one(size)));
}

char *alloc_text(const char *text)
{
    return text == NULL ? NULL : alloc_text_n(text, strlen(text));
}

char *alloc_text_n(const char *text, size_t length)
{
    char *copy = length == SIZE_MAX ? checked(NULL) : alloc_bytes(length + 1);
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void *alloc_copy(const void *memory, size_t size)
{
    void *copy = alloc_bytes(size);
    if (size > 0)
        memcpy(copy, memory, size);
    return copy;
}
