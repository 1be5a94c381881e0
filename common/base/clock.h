#pragma once
/*
 * The only place that reads clocks. Everything else gets its time as an argument.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"

#define CLOCK_TEXT_BYTES 32 /* "2026-11-23T10:00:00.000Z" and its NUL fit */

int64_t clock_wall_ms(void); /* Unix time in milliseconds; may jump */
int64_t clock_wall_us(void);
uint64_t clock_monotonic_ms(void); /* never goes back; for durations and timers */
uint64_t clock_monotonic_us(void);

/* Unix time as RFC 3339 in UTC with milliseconds (microseconds); returns buffer. Times outside the
 * years 0 to 9999 become the nearest that can be written. */
char *clock_format(int64_t wall_ms, char buffer[static CLOCK_TEXT_BYTES]);
char *clock_format_us(int64_t wall_us, char buffer[static CLOCK_TEXT_BYTES]);

/* RFC 3339 date-time (any offset, 0 to 9 digits of a second) → Unix milliseconds. -EINVAL when it
 * is not one. */
MUST_CHECK int clock_parse(const char *text, size_t length, int64_t *wall_ms_out);
