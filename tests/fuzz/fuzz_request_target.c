/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/parse.h"
#include "common/http/request_target.h"

#include "tests/fuzz/fuzz.h"

/* A path that is accepted is UTF-8 without control bytes and leads nowhere but down. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *target = fuzz_text(bytes, size);
    char *path = NULL;
    const char *fault = NULL;
    if (request_target_parse(target, &path, &fault) == 0) {
        assert(path[0] == '/' && parse_is_utf8(path, strlen(path)));
        assert(strstr(path, "/../") == NULL && strstr(path, "/./") == NULL);
        for (const char *at = path; *at != '\0'; at++)
            assert((unsigned char)*at >= 0x20 && *at != 0x7f);
    } else {
        assert(path == NULL && fault != NULL);
    }
    free(path);
    free(target);
    return 0;
}
