#pragma once
/*
 * A page of a list: ?limit and ?cursor in, {"data", "next_cursor"} out. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/store/position.h"

#include "api/call.h"
#include "api/cursor.h"

#define PAGE_LIMIT_DEFAULT 50
#define PAGE_LIMIT_MAX     200

struct page {
    char list[CURSOR_LIST_BYTES_MAX + 1]; /* see cursor.h */
    struct position after;
    int64_t limit;
    json_t *items;        /* owned */
    struct position last; /* of the last item */
    bool has_more;
};

/* 0 or CALL_REFUSED. The caller asks for limit + 1 rows, and so sees whether there is another page. */
MUST_CHECK int page_init(struct page *page, struct call *call, const char *list);
void page_deinit(struct page *page);

/* Takes the item, or notes that there is more. */
void page_add(struct page *page, json_t *item, int64_t micros, const char *id);
int page_answer(struct page *page, struct call *call); /* returns 0 */
