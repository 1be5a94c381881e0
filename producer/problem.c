/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/problem.h"

#include <assert.h>
#include <string.h>

#define TYPE_PREFIX "https://keeptrusts.dev/problems/"

static const struct {
    unsigned status;
    const char *code, *title;
} problems[] = {

#define PROBLEM(id, status, code, title) [PROBLEM_##id] = {status, code, title},
#include "producer/problems.def"
#undef PROBLEM
};

_Static_assert((int)PROBLEM_TOO_LARGE == (int)EVENT_TOO_LARGE && (int)PROBLEM_NOT_JSON == (int)EVENT_NOT_JSON &&
                   (int)PROBLEM_NOT_AN_OBJECT == (int)EVENT_NOT_AN_OBJECT &&
                   (int)PROBLEM_BAD_FIELD == (int)EVENT_BAD_FIELD,
               "problems.def and enum event_flaw");

unsigned problem_status(enum problem problem)
{
    return problems[problem].status;
}

const char *problem_code(enum problem problem)
{
    return problems[problem].code;
}

enum problem problem_of_flaw(enum event_flaw flaw)
{
    assert(flaw != EVENT_SOUND);
    return (enum problem)flaw;
}

void problem_open(enum problem problem, const char *detail, const char *request_id, struct buffer *out)
{
    buffer_append_format(out, "{\"type\":\"" TYPE_PREFIX "%s\",\"title\":\"%s\",\"status\":%u,\"detail\":",
                         problems[problem].code, problems[problem].title, problems[problem].status);
    buffer_append_json(out, detail, strlen(detail));
    buffer_append_text(out, ",\"instance\":");
    CLEANUP(buffer_deinit) struct buffer instance;
    buffer_init(&instance, 512);
    buffer_append_format(&instance, "urn:kt:request:%s", request_id);
    buffer_append_json(out, instance.bytes != NULL ? instance.bytes : "", instance.length);
    buffer_append_format(out, ",\"code\":\"%s\"", problems[problem].code);
}
