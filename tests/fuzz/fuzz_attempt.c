/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/attempt.h"

#include "tests/fuzz/fuzz.h"

/* What is read writes again, fits, and reads back to the same record. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct attempt attempt;
    struct attempt again;
    struct buffer first;
    struct buffer second;
    struct error error = {.text = ""};
    if (attempt_decode((const char *)bytes, size, &attempt, &error) < 0) {
        assert(error.text[0] != '\0');
        return 0;
    }
    assert(attempt.response_body_size <= ATTEMPT_BODY_BYTES_MAX && attempt.delivery.number >= 1);
    buffer_init(&first, ATTEMPT_RECORD_BYTES_MAX);
    buffer_init(&second, ATTEMPT_RECORD_BYTES_MAX);
    attempt_encode(&attempt, &first);
    assert(!first.is_overflowed);
    assert(attempt_decode(first.bytes, first.length, &again, NULL) == 0);
    attempt_encode(&again, &second);
    assert(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
    buffer_deinit(&first);
    buffer_deinit(&second);
    attempt_deinit(&attempt);
    attempt_deinit(&again);
    return 0;
}
