/* SPDX-License-Identifier: Apache-2.0 */
#include "api/page.h"

#include <stdio.h>
#include <string.h>

#include "common/base/parse.h"

int page_init(struct page *page, struct call *call, const char *list)
{
    *page = (struct page){.after = POSITION_START, .limit = PAGE_LIMIT_DEFAULT};
    (void)snprintf(page->list, sizeof page->list, "%s", list);
    const char *limit = http_request_query(call->request, "limit");
    const char *cursor = http_request_query(call->request, "cursor");
    if (limit != NULL &&
        (parse_int64(limit, strlen(limit), &page->limit) < 0 || page->limit < 1 || page->limit > PAGE_LIMIT_MAX))
        return call_refuse(call, PROBLEM_INVALID_PARAMETER, "limit has to be a number from 1 to %d", PAGE_LIMIT_MAX);
    if (cursor != NULL && cursor_decode(list, cursor, &page->after) < 0)
        return call_refuse(call, PROBLEM_INVALID_PARAMETER, "cursor has to be a next_cursor that this list gave");
    page->items = json_array();
    return 0;
}

void page_deinit(struct page *page)
{
    json_decref(page->items);
    page->items = NULL;
}

void page_add(struct page *page, json_t *item, int64_t micros, const char *id)
{
    if (json_array_size(page->items) == (size_t)page->limit) {
        page->has_more = true;
        json_decref(item);
        return;
    }
    json_array_append_new(page->items, item);
    page->last.micros = micros;
    (void)snprintf(page->last.id, sizeof page->last.id, "%s", id);
}

int page_answer(struct page *page, struct call *call)
{
    char cursor[CURSOR_TEXT_BYTES];
    if (page->has_more)
        cursor_encode(page->list, &page->last, cursor);
    return call_answer(call, 200,
                       json_pack("{s:O, s:s?}", "data", page->items, "next_cursor", page->has_more ? cursor : NULL));
}
