#pragma once
/*
 * Where the next page of a list starts, as an opaque text that clients hand back. Names its list, so that a cursor of
 * another one is refused. It gives no rights: what a page shows is decided by the token alone. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/store/position.h"

#define CURSOR_LIST_BYTES_MAX 96
#define CURSOR_TEXT_BYTES     320

/* list: the list's name and what it is filtered by, e.g. "deliveries:wh_…"; at most CURSOR_LIST_BYTES_MAX bytes. */
void cursor_encode(const char *list, const struct position *position, char text_out[static CURSOR_TEXT_BYTES]);
/* -EINVAL: no cursor of this list. */
MUST_CHECK int cursor_decode(const char *list, const char *text, struct position *position_out);
