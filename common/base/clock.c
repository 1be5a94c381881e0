/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/clock.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define US_PER_SECOND   1000000
#define SECONDS_PER_DAY 86400
#define SECONDS_MIN     INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define SECONDS_MAX     INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct civil {
    int64_t year, month, day, hour, minute, second;
};

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    int status = clock_gettime(id, &now);
    assert(status == 0);
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

uint64_t clock_monotonic_ms(void)
{
    return (uint64_t)read_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t clock_monotonic_us(void)
{
    return (uint64_t)read_us(CLOCK_MONOTONIC);
}

/* Rounds towards the past, so that times before 1970 keep their digits in order. */
static int64_t floor_divide(int64_t value, int64_t by)
{
    int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Years start in March here,
 * so that the leap day is the last; 400 years (an era) have 146097 days. Source: H. Hinnant,
 * "chrono-compatible low-level date algorithms". */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, struct civil *civil)
{
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    civil->day = day_of_year - (153 * month + 2) / 5 + 1;
    civil->month = month < 10 ? month + 3 : month - 9;
    civil->year = year_of_era + era * 400 + (civil->month <= 2 ? 1 : 0);
}

/* Writes value with so many digits, leading zeros included. */
static char *put_digits(char *text, int64_t value, int digit_count)
{
    for (int i = digit_count - 1; i >= 0; i--) {
        text[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return text + digit_count;
}

static char *put_pair(char *text, int64_t value, char after)
{
    text = put_digits(text, value, 2);
    *text = after;
    return text + 1;
}

static void format_civil(int64_t seconds, int64_t fraction, int fraction_digits, char *text)
{
    struct civil civil;
    int64_t days = floor_divide(seconds, SECONDS_PER_DAY);
    int64_t second_of_day = seconds - days * SECONDS_PER_DAY;
    date_of_days(days, &civil);
    text = put_digits(text, civil.year, 4);
    *text++ = '-';
    text = put_pair(text, civil.month, '-');
    text = put_pair(text, civil.day, 'T');
    text = put_pair(text, second_of_day / 3600, ':');
    text = put_pair(text, second_of_day / 60 % 60, ':');
    text = put_pair(text, second_of_day % 60, '.');
    text = put_digits(text, fraction, fraction_digits);
    *text++ = 'Z';
    *text = '\0';
}

/* per_second is the unit: 1000 for milliseconds. */
static char *format_time(int64_t value, int64_t per_second, int fraction_digits, char *text)
{
    int64_t seconds = floor_divide(value, per_second);
    int64_t fraction = value - seconds * per_second;
    if (seconds < SECONDS_MIN) {
        seconds = SECONDS_MIN;
        fraction = 0;
    } else if (seconds > SECONDS_MAX) {
        seconds = SECONDS_MAX;
        fraction = per_second - 1;
    }
    format_civil(seconds, fraction, fraction_digits, text);
    return text;
}

char *clock_format(int64_t wall_ms, char buffer[static CLOCK_TEXT_BYTES])
{
    return format_time(wall_ms, 1000, 3, buffer);
}

char *clock_format_us(int64_t wall_us, char buffer[static CLOCK_TEXT_BYTES])
{
    return format_time(wall_us, US_PER_SECOND, 6, buffer);
}

/* What is left to read of a time; every take_…() moves on only when it answers true. */
struct reader {
    const char *at, *end;
};

static bool take_char(struct reader *reader, char wanted)
{
    if (reader->at == reader->end || *reader->at != wanted)
        return false;
    reader->at++;
    return true;
}

static bool take_digits(struct reader *reader, int digit_count, int64_t max, int64_t *out)
{
    int64_t value = 0;
    if (reader->end - reader->at < digit_count)
        return false;
    for (int i = 0; i < digit_count; i++) {
        if (!isdigit((unsigned char)reader->at[i]))
            return false;
        value = value * 10 + (reader->at[i] - '0');
    }
    if (value > max)
        return false;
    reader->at += digit_count;
    *out = value;
    return true;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool take_date(struct reader *reader, struct civil *civil)
{
    return take_digits(reader, 4, 9999, &civil->year) && take_char(reader, '-') &&
           take_digits(reader, 2, 12, &civil->month) && civil->month >= 1 && take_char(reader, '-') &&
           take_digits(reader, 2, 31, &civil->day) && civil->day >= 1 &&
           civil->day <= days_in_month(civil->year, civil->month);
}

/* Second 60 is a leap second; it counts as the first of the next minute, as in Unix time. */
static bool take_time_of_day(struct reader *reader, struct civil *civil)
{
    return take_digits(reader, 2, 23, &civil->hour) && take_char(reader, ':') &&
           take_digits(reader, 2, 59, &civil->minute) && take_char(reader, ':') &&
           take_digits(reader, 2, 60, &civil->second);
}

/* Digits after the third are read and dropped. */
static bool take_fraction(struct reader *reader, int64_t *milliseconds)
{
    int digit_count = 0;
    *milliseconds = 0;
    if (!take_char(reader, '.'))
        return true;
    int64_t digit;
    while (take_digits(reader, 1, 9, &digit)) {
        if (digit_count < 3)
            *milliseconds = *milliseconds * 10 + digit;
        digit_count++;
    }
    for (int i = digit_count; i < 3; i++)
        *milliseconds *= 10;
    return digit_count >= 1 && digit_count <= 9;
}

static bool take_offset(struct reader *reader, int64_t *seconds)
{
    *seconds = 0;
    if (take_char(reader, 'Z') || take_char(reader, 'z'))
        return true;
    int64_t sign = take_char(reader, '-') ? -1 : 1;
    if (sign == 1 && !take_char(reader, '+'))
        return false;
    int64_t hours, minutes;
    if (!take_digits(reader, 2, 23, &hours) || !take_char(reader, ':') || !take_digits(reader, 2, 59, &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

int clock_parse(const char *text, size_t length, int64_t *wall_ms_out)
{
    struct reader reader = {text, text + length};
    struct civil civil;
    int64_t milliseconds, offset_seconds;
    if (!take_date(&reader, &civil) || (!take_char(&reader, 'T') && !take_char(&reader, 't')) ||
        !take_time_of_day(&reader, &civil) || !take_fraction(&reader, &milliseconds) ||
        !take_offset(&reader, &offset_seconds) || reader.at != reader.end)
        return -EINVAL;
    int64_t seconds = days_of_date(civil.year, civil.month, civil.day) * SECONDS_PER_DAY + civil.hour * 3600 +
                      civil.minute * 60 + civil.second - offset_seconds;
    *wall_ms_out = seconds * 1000 + milliseconds;
    return 0;
}
