/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/event_type.h"
#include "common/store/event_type_store.h"

#include "api/operations.h"

static json_t *event_type_json(const char *name, const char *text, bool is_custom)
{
    return json_pack("{s:s, s:s, s:b}", "name", name, "description", text, "custom", is_custom);
}

/* All of them fit into one page: a cursor is never needed. */
int event_type_list(struct call *call, struct error *error)
{
    json_t *custom_types, *text;
    const char *name;
    int outcome = event_type_store_list(call->connection, &custom_types, error);
    if (outcome < 0)
        return outcome;
    json_t *types = json_array();
    for (enum event_type type = 0; type < EVENT_TYPE_COUNT; type++)
        json_array_append_new(types, event_type_json(event_type_name(type), event_type_text(type), false));
    json_object_foreach(custom_types, name, text)
        json_array_append_new(types, event_type_json(name, json_string_value(text), true));
    json_decref(custom_types);
    return call_answer(call, 200, json_pack("{s:o, s:n}", "data", types, "next_cursor"));
}
