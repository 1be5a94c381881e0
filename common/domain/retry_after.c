/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/domain/retry_policy.h"

#define SECONDS_MAX ((int64_t)1000 * 366 * 86400) /* whoever asks for more gets this */

/* The three dates of RFC 9110 section 5.6.7 behind the name of the day. A letter stands for a digit of the same letter
 * in iso_form (bbb: the name of the month), anything else for itself. */
static const char *const date_forms[] = {
    ", dd bbb YYyy hh:nn:ss GMT",
    ", dd-bbb-yy hh:nn:ss GMT",
    " bbb dd hh:nn:ss YYyy",
};

static const char iso_form[] = "YYyy-bb-ddThh:nn:ssZ";

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* Puts the month's number where iso still says bb. */
static bool fill_month(char *iso, const char name[static 3])
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t month = 0; month < 12; month++) {
        if (memcmp(names + 3 * month, name, 3) != 0)
            continue;
        char *place = strchr(iso, 'b');
        place[0] = (char)('0' + (month + 1) / 10);
        place[1] = (char)('0' + (month + 1) % 10);
        return true;
    }
    return false;
}

static bool fill_form(char *iso, const char *form, const char *value, size_t length)
{
    if (strlen(form) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool is_padded_day = form[i] == 'd' && form[i + 1] == 'd' && value[i] == ' ';
        if (form[i] == 'b') {
            if (!fill_month(iso, value + i))
                return false;
            i += 2;
        } else if (strchr("Yydhns", form[i]) == NULL) {
            if (form[i] != value[i])
                return false;
        } else if (is_digit(value[i]) || is_padded_day) {
            *strchr(iso, form[i]) = (char)(is_padded_day ? '0' : value[i]);
        } else {
            return false;
        }
    }
    return true;
}

/* A year of two digits more than 50 years ahead means the century before (RFC 9110 section 5.6.7). */
static void fill_century(char *iso, int64_t now_ms)
{
    char now[CLOCK_TEXT_BYTES];
    char text[8];
    if (iso[0] != 'Y')
        return;
    long now_year = strtol(clock_format(now_ms, now), NULL, 10);
    long year = now_year / 100 * 100 + (iso[2] - '0') * 10 + (iso[3] - '0');
    if (year > now_year + 50 && year >= 100)
        year -= 100;
    (void)snprintf(text, sizeof(text), "%04ld", year % 10000);
    memcpy(iso, text, 4);
}

static int64_t parse_date(const char *value, size_t length, int64_t now_ms)
{
    size_t day_length = 0;
    while (day_length < length && is_letter(value[day_length]))
        day_length++;
    for (size_t i = 0; i < ARRAY_LENGTH(date_forms) && day_length >= 3; i++) {
        char iso[sizeof(iso_form)];
        int64_t wall_ms;
        memcpy(iso, iso_form, sizeof(iso));
        if (!fill_form(iso, date_forms[i], value + day_length, length - day_length))
            continue;
        fill_century(iso, now_ms);
        if (clock_parse(iso, strlen(iso), &wall_ms) < 0 || wall_ms < now_ms)
            return RETRY_AFTER_NONE;
        return wall_ms - now_ms;
    }
    return RETRY_AFTER_NONE;
}

static int64_t parse_seconds(const char *value, size_t length)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(value[i]))
            return RETRY_AFTER_NONE;
        seconds = seconds * 10 + (value[i] - '0');
        if (seconds > SECONDS_MAX)
            seconds = SECONDS_MAX; /* also keeps the sum from overflowing */
    }
    return seconds * 1000;
}

int64_t retry_after_parse(const char *value, size_t length, int64_t now_ms)
{
    while (length > 0 && (value[0] == ' ' || value[0] == '\t')) {
        value++;
        length--;
    }
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    if (length == 0)
        return RETRY_AFTER_NONE;
    return is_digit(value[0]) ? parse_seconds(value, length) : parse_date(value, length, now_ms);
}
