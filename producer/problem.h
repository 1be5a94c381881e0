#pragma once
/*
 * Why a request or one event of it is not taken, and the head of an RFC 9457 answer that says so. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>

#include "common/base/buffer.h"
#include "common/domain/event.h"

enum problem {
    PROBLEM_NONE, /* so that a problem is a positive outcome */
#define PROBLEM(id, status, code, title) PROBLEM_##id,
#include "producer/problems.def"
#undef PROBLEM
    PROBLEM_COUNT
};

unsigned problem_status(enum problem problem);
const char *problem_code(enum problem problem);
enum problem problem_of_flaw(enum event_flaw flaw); /* never of EVENT_SOUND */

/* The members of the answer without the closing brace, so that others may follow. */
void problem_open(enum problem problem, const char *detail, const char *request_id, struct buffer *out);
