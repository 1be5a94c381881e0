/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "common/base/inert.h"

#include "cli/raw_json.h"
#include "tests/fuzz/fuzz.h"

/* No byte that a terminal obeys is left but the line breaks of the text itself. */
static void check_harmless(const struct buffer *shown)
{
    for (size_t i = 0; i < shown->length; i++) {
        unsigned char byte = (unsigned char)shown->bytes[i];
        assert(byte != 0x7f && (byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t'));
        assert(i + 1 == shown->length || byte != 0xc2 || (unsigned char)shown->bytes[i + 1] >= 0xa0);
    }
}

/* JSON made harmless for a terminal says the same, and a member is cut out of it as it stands there. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text(bytes, size);
    struct raw_json member = raw_json_member(text, size, "payload");
    bool has_nul = strlen(text) < size; /* jansson takes it for the end */
    json_t *json = has_nul ? NULL : json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    assert(raw_json_length(text, size) <= size);
    assert(member.text == NULL || (member.text >= text && member.text + member.length <= text + size));
    if (json != NULL) {
        struct buffer shown;
        buffer_init(&shown, 8 * size + 16);
        inert_append_json(&shown, text, size);
        assert(!shown.is_overflowed);
        check_harmless(&shown);
        json_t *again = json_loadb(shown.bytes, shown.length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        assert(again != NULL && json_equal(json, again));
        if (member.text != NULL) {
            json_t *value = json_loadb(member.text, member.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            assert(value != NULL);
            json_decref(value);
        }
        json_decref(again);
        buffer_deinit(&shown);
    }
    json_decref(json);
    free(text);
    return 0;
}
