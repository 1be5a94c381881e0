/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attributes.h"
#include "common/base/buffer.h"
#include "common/base/clock.h"
#include "common/base/parse.h"
#include "common/domain/retry_policy.h"
#include "common/domain/retry_tier.h"

#include "tests/unit/unit.h"

/* Replays tests/trace/retry*.trace: what happens stands left of the '>', what must follow right of it. Time is virtual.
 */

struct replay {
    const char *file;
    int line;
    int64_t start_ms; /* wall clock at 0:00:00.000 */
    int64_t now_ms;   /* since then */
    struct retry_schedule schedule;
    unsigned number; /* of the attempt under way or planned */
    int64_t due_ms;
    char follows[256];
};

static void stop(const struct replay *replay, const char *what)
{
    fail_msg("%s:%d: %s", replay->file, replay->line, what);
}

static void says(struct replay *replay, const char *format, ...) PRINTF_LIKE(2, 3);

static void says(struct replay *replay, const char *format, ...)
{
    size_t length = strlen(replay->follows);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(replay->follows + length, sizeof(replay->follows) - length, format, arguments);
    va_end(arguments);
}

/* 90000 → 90s; 7200000 → 2h; the largest unit that divides it. */
static void say_duration(struct replay *replay, int64_t duration_ms)
{
    static const struct {
        const char *unit;
        int64_t size_ms;
    } units[] = {
        {"h",  3600000},
        {"m",  60000  },
        {"s",  1000   },
        {"ms", 1      }
    };

    size_t i = 0;
    while (duration_ms % units[i].size_ms != 0)
        i++;
    says(replay, "%" PRId64 "%s", duration_ms / units[i].size_ms, units[i].unit);
}

static void plan(struct replay *replay, int64_t delay_ms)
{
    int64_t left_ms = retry_plan_round_ms(delay_ms);
    replay->due_ms = replay->now_ms + left_ms;
    replay->number++;
    says(replay, "retry in ");
    say_duration(replay, delay_ms);
    says(replay, ", attempt %u; tiers", replay->number);
    while (left_ms > 0)
        says(replay, " %s", retry_tier_name(retry_plan_next(left_ms, &left_ms)));
}

static void ends(struct replay *replay, const struct attempt_result *result)
{
    struct verdict verdict = retry_decide(&replay->schedule, replay->number, result);
    if (verdict.outcome == OUTCOME_RETRYING) {
        plan(replay, verdict.delay_ms);
        return;
    }
    says(replay, "%s after %u attempt%s", outcome_text(verdict.outcome), replay->number,
         replay->number == 1 ? "" : "s");
    if (verdict.disables_webhook)
        says(replay, "; webhook disabled");
}

/* "200", "503 retry-after 120" */
static void answer(struct replay *replay, const char *text)
{
    const char *retry_after = strstr(text, " retry-after ");
    int code = (int)strtol(text, NULL, 10);
    struct attempt_result result = {.code = code,
                                    .error = code / 100 == 2 ? ERROR_CLASS_NONE : ERROR_CLASS_HTTP_STATUS,
                                    .retry_after_ms = RETRY_AFTER_NONE};
    if (retry_after != NULL)
        result.retry_after_ms =
            retry_after_parse(retry_after + 13, strlen(retry_after + 13), replay->start_ms + replay->now_ms);
    ends(replay, &result);
}

static void happens(struct replay *replay, const char *what)
{
    struct attempt_result result = {.retry_after_ms = RETRY_AFTER_NONE};
    if (strncmp(what, "event ", 6) == 0) {
        replay->number = 1;
        says(replay, "attempt 1");
    } else if (strcmp(what, "due") == 0 && replay->now_ms < replay->due_ms) {
        says(replay, "not for another ");
        say_duration(replay, replay->due_ms - replay->now_ms);
    } else if (strcmp(what, "due") == 0) {
        says(replay, "attempt %u", replay->number);
    } else if (strncmp(what, "answer ", 7) == 0) {
        answer(replay, what + 7);
    } else if (error_class_parse(what, &result.error) == 0) {
        ends(replay, &result);
    } else {
        stop(replay, "nobody knows what happens here");
    }
}

/* "standard", "fast", "delays 5s 2m" */
static void set_policy(struct replay *replay, char *text)
{
    const struct retry_schedule *preset = retry_schedule_preset(text);
    if (preset != NULL) {
        replay->schedule = *preset;
        return;
    }
    replay->schedule = (struct retry_schedule){.count = 0};
    char *at = text;
    for (const char *word = strsep(&at, " "); (word = strsep(&at, " ")) != NULL;) {
        int64_t delay_ms = 0;
        if (parse_duration_ms(word, strlen(word), &delay_ms) < 0)
            stop(replay, "not a delay");
        replay->schedule.delays_s[replay->schedule.count++] = (uint32_t)(delay_ms / 1000);
    }
}

/* "75:35:05.000" */
static int64_t read_time(const struct replay *replay, const char *text)
{
    long long hours, minutes, seconds, milliseconds; /* NOLINT(readability-isolate-declaration) */
    if (sscanf(text, "%lld:%2lld:%2lld.%3lld", &hours, &minutes, &seconds, &milliseconds) != 4)
        stop(replay, "not a time");
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

/* Cuts trailing white space off; returns where the text starts. */
static char *trim(char *text)
{
    while (*text == ' ')
        text++;
    for (size_t length = strlen(text); length > 0 && strchr(" \n", text[length - 1]) != NULL;)
        text[--length] = '\0';
    return text;
}

static void replay_line(struct replay *replay, char *line)
{
    char *expected = strchr(line, '>');
    if (expected != NULL)
        *expected++ = '\0';
    char *rest = trim(line);
    char *first = strsep(&rest, " ");
    if (first[0] == '\0' || first[0] == '#')
        return;
    rest = trim(rest != NULL ? rest : first + strlen(first));
    if (strcmp(first, "policy") == 0) {
        set_policy(replay, rest);
        return;
    }
    if (strcmp(first, "clock") == 0) {
        if (clock_parse(rest, strlen(rest), &replay->start_ms) < 0)
            stop(replay, "not a time");
        return;
    }
    replay->now_ms = read_time(replay, first);
    replay->follows[0] = '\0';
    happens(replay, rest);
    if (expected == NULL || strcmp(trim(expected), replay->follows) != 0)
        stop(replay, replay->follows);
}

static void replay_file(const char *path)
{
    struct replay replay = {.file = path};
    char line[256];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        replay.line++;
        replay_line(&replay, line);
    }
    assert_int_equal(fclose(file), 0);
    assert_true(replay.line > 0);
}

static void every_trace_of_retries_comes_true(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("tests/trace/retry_*.trace", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        print_message("  %s\n", found.gl_pathv[i]);
        replay_file(found.gl_pathv[i]);
    }
    assert_true(found.gl_pathc >= 4);
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_trace_of_retries_comes_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
