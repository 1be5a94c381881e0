#pragma once
/*
 * What a person may have meant. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

/* The name nearest to the word by typing mistakes (letters wrong, missing, too many, swapped), or NULL when none is
 * near. Names may be NULL. */
const char *suggest(const char *word, const char *const *names, size_t count);
