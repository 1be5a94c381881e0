#pragma once
/*
 * Compiler attributes and tiny macros that every file may use. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

/* The caller has to look at the result. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* printf-like: format is argument number F, its first value argument number V. */
#define PRINTF_LIKE(F, V) __attribute__((format(printf, F, V)))

/* Calls fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Hands a pointer over: the expression's value is the pointer, the variable is NULL afterwards. */
#define TAKE(pointer)                                 \
    __extension__({                                   \
        __typeof__(pointer) *take_from_ = &(pointer); \
        __typeof__(pointer) taken_ = *take_from_;     \
        *take_from_ = NULL;                           \
        taken_;                                       \
    })

/* The struct that holds `member` at this address. */
#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
