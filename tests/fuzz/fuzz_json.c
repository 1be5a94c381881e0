/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "common/domain/json_scan.h"

#include "tests/fuzz/fuzz.h"

/* jansson refuses what we leave to who reads the value: numbers that do not fit, NUL in a key, single surrogates. */
static bool is_stricter(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           strncmp(error->text, "invalid Unicode", 15) == 0;
}

/* We refuse what jansson takes only for our own limits. */
static bool is_limit(const struct error *error)
{
    return strstr(error->text, "nested too deeply") != NULL || strstr(error->text, "too many keys") != NULL;
}

/* Two readers agree on what JSON is. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct json_member members[] = {{.name = "id"}, {.name = "a"}, {.name = "\xc3\xa9"}};
    struct error error = {.text = ""};
    bool has_nul = size > 0 && memchr(bytes, '\0', size) != NULL; /* jansson takes it for the end */
    json_error_t other_error;
    int result = json_scan((const char *)bytes, size, members, 3, &error);
    json_t *other =
        json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &other_error);
    if (result >= 0)
        assert(other != NULL || is_stricter(&other_error));
    else
        assert(other == NULL || is_limit(&error) || has_nul);
    if (result >= 0 && other != NULL) {
        assert((result == 0) == json_is_object(other));
        for (size_t i = 0; i < 3; i++) {
            char text[64];
            json_t *value = json_object_get(other, members[i].name);
            assert((members[i].value.kind == JSON_KIND_ABSENT) == (value == NULL));
            assert((members[i].value.kind == JSON_KIND_TEXT) == json_is_string(value));
            if (json_read_text(&members[i].value, text, sizeof(text) - 1) == 0)
                assert(strcmp(text, json_string_value(value)) == 0);
        }
    }
    json_decref(other);
    return 0;
}
