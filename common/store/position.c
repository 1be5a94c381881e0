/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/position.h"

#include <stdio.h>
#include <string.h>

char *position_time(const struct position *position, char time_out[static POSITION_TIME_BYTES])
{
    char millis[CLOCK_TEXT_BYTES];
    clock_format(position->micros / 1000, millis);
    millis[strlen(millis) - 1] = '\0'; /* the Z comes later */
    (void)snprintf(time_out, POSITION_TIME_BYTES, "%s%03uZ", millis, (unsigned)(position->micros % 1000));
    return time_out;
}
