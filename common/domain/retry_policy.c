/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/retry_policy.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name;
    struct retry_schedule schedule;
} presets[] = {
    {"standard", {.delays_s = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400}, .count = 9}},
    {"fast",     {.delays_s = {1, 5, 30, 120, 600}, .count = 5}                                   },
};

const struct retry_schedule *retry_schedule_preset(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(presets); i++) {
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i].schedule;
    }
    return NULL;
}

const char *retry_schedule_name(const struct retry_schedule *schedule)
{
    for (size_t i = 0; i < ARRAY_LENGTH(presets); i++) {
        const struct retry_schedule *preset = &presets[i].schedule;
        if (preset->count == schedule->count &&
            memcmp(preset->delays_s, schedule->delays_s, preset->count * sizeof(preset->delays_s[0])) == 0)
            return presets[i].name;
    }
    return NULL;
}

/* What the endpoint asks for counts when it comes with a 429 or 503, and only to wait longer. */
static int64_t with_retry_after(int64_t planned_ms, const struct attempt_result *result)
{
    bool is_asked = (result->code == 429 || result->code == 503) && result->retry_after_ms > planned_ms;
    int64_t max_ms = 2 * planned_ms > RETRY_AFTER_MS_MAX ? 2 * planned_ms : RETRY_AFTER_MS_MAX;
    if (!is_asked)
        return planned_ms;
    return result->retry_after_ms < max_ms ? result->retry_after_ms : max_ms;
}

struct verdict retry_decide(const struct retry_schedule *schedule, unsigned number, const struct attempt_result *result)
{
    assert(number >= 1 && schedule->count <= RETRY_DELAYS_MAX);
    if (result->error == ERROR_CLASS_NONE)
        return (struct verdict){.outcome = OUTCOME_DELIVERED};
    if (result->error == ERROR_CLASS_BLOCKED_ADDRESS)
        return (struct verdict){.outcome = OUTCOME_REJECTED};
    if (result->code == 410)
        return (struct verdict){.outcome = OUTCOME_EXHAUSTED, .disables_webhook = true};
    if (number > schedule->count)
        return (struct verdict){.outcome = OUTCOME_EXHAUSTED};
    int64_t planned_ms = (int64_t)schedule->delays_s[number - 1] * 1000;
    return (struct verdict){.outcome = OUTCOME_RETRYING, .delay_ms = with_retry_after(planned_ms, result)};
}

int64_t retry_jitter_ms(int64_t delay_ms, uint64_t random)
{
    int64_t max_ms = delay_ms / 10;
    if (max_ms <= 0)
        return 0;
    if (max_ms > RETRY_JITTER_MS_MAX)
        max_ms = RETRY_JITTER_MS_MAX;
    return (int64_t)(random % (uint64_t)(max_ms + 1)); /* the bias is below 2^-47 */
}
