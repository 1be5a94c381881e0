/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/retry_policy.h"
#include "common/domain/retry_tier.h"

#include "tests/fuzz/fuzz.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* Whatever the header says, the next attempt is not earlier than planned, and two days away at most. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const int64_t now_ms = 1795428000000;
    const struct retry_schedule *standard = retry_schedule_preset("standard");
    struct attempt_result result = {.error = ERROR_CLASS_HTTP_STATUS, .code = 503};
    char *text = fuzz_text(bytes, size); /* so that a byte read behind the end is noticed */
    result.retry_after_ms = retry_after_parse(text, size, now_ms);
    free(text);
    assert(result.retry_after_ms == RETRY_AFTER_NONE || result.retry_after_ms >= 0);
    for (unsigned number = 1; number <= standard->count; number++) {
        struct verdict verdict = retry_decide(standard, number, &result);
        int64_t planned_ms = (int64_t)standard->delays_s[number - 1] * 1000;
        int64_t max_ms = 2 * planned_ms > DAY_MS ? 2 * planned_ms : DAY_MS;
        assert(verdict.outcome == OUTCOME_RETRYING);
        assert(verdict.delay_ms >= planned_ms && verdict.delay_ms <= max_ms);
        assert(retry_plan_round_ms(verdict.delay_ms) >= verdict.delay_ms);
    }
    return 0;
}
