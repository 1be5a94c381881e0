/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/problem_document.h"

#include <microhttpd.h>
#include <string.h>

#define TYPE_PREFIX "https://keeptrusts.dev/problems/"

void problem_document_write(struct buffer *out, unsigned status, const char *code, const char *detail,
                            const char *request_id)
{
    const char *title = MHD_get_reason_phrase_for(status);
    buffer_append_format(out, "{\"type\":\"" TYPE_PREFIX "%s\",\"title\":", code);
    buffer_append_json(out, title, strlen(title));
    buffer_append_format(out, ",\"status\":%u,\"detail\":", status);
    buffer_append_json(out, detail, strnlen(detail, PROBLEM_DETAIL_BYTES_MAX));
    buffer_append_format(out, ",\"instance\":\"urn:kt:request:%s\",\"code\":\"%s\"}", request_id, code);
}
