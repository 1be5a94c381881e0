/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/json_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/parse.h"
#include "common/domain/json_string.h"

#define KEYS_EMBEDDED   64 /* ordinary events have no more open at a time, and cost no allocation */
#define KEYS_PAIRED_MAX 16 /* up to here every pair is compared; more are sorted first */

enum expected {
    EXPECT_VALUE,
    EXPECT_ITEM_OR_END, /* behind [ */
    EXPECT_NAME,
    EXPECT_NAME_OR_END, /* behind { */
    EXPECT_COMMA_OR_END /* behind a value; at the outermost level, only the end of the text */
};

/* An array or object that is open. */
struct level {
    bool is_object;
    size_t first_key; /* of an object: where its keys begin in scanner.keys */
};

struct scanner {
    const char *start;
    const char *at;
    const char *end;
    enum expected expected;
    struct level levels[JSON_DEPTH_MAX];
    size_t depth;

    struct json_string *keys; /* of the objects that are open, the innermost last */
    size_t key_count;
    size_t key_capacity;
    size_t key_total; /* of the whole text */
    struct json_string embedded_keys[KEYS_EMBEDDED];

    struct json_member *members;
    size_t member_count;
    size_t next_member;         /* a guess */
    struct json_member *member; /* whose value comes or is open */
    struct error *error;
};

static int refuse(const struct scanner *scanner, const char *what)
{
    return error_set(scanner->error, EINVAL, "not JSON: %s at byte %zu", what, (size_t)(scanner->at - scanner->start));
}

/* ---- strings ----------------------------------------------------------------------------------------------------- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static int skip_special(struct scanner *scanner, struct json_string *text_out)
{
    unsigned char byte = (unsigned char)*scanner->at;
    size_t left = (size_t)(scanner->end - scanner->at);
    if (byte < 0x20)
        return refuse(scanner, "a control character in a string");
    text_out->has_escape |= byte == '\\';
    size_t length = byte == '\\' ? json_escape_length(scanner->at, left) : parse_utf8_length(scanner->at, left);
    if (length == 0)
        return refuse(scanner, byte == '\\' ? "an unknown escape" : "invalid UTF-8");
    scanner->at += length;
    return 0;
}

/* May stand in a string as it is, and ends nothing. */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Is one of eight bytes not plain? */
static bool has_special(const char bytes[static 8])
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    uint64_t quotes = word ^ (ones * '"');
    uint64_t backslashes = word ^ (ones * '\\');
    uint64_t borrows = ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes) | (word - ones * 0x20);
    return ((borrows | word) & (ones * 0x80)) != 0;
}

static void skip_plain(struct scanner *scanner)
{
    const char *at = scanner->at;
    while (scanner->end - at >= 8 && !has_special(at))
        at += 8;
    while (at < scanner->end && is_plain((unsigned char)*at))
        at++;
    scanner->at = at;
}

/* at stands on the opening quote. */
static int take_string(struct scanner *scanner, struct json_string *text_out)
{
    *text_out = (struct json_string){.text = ++scanner->at};
    for (skip_plain(scanner); scanner->at < scanner->end; skip_plain(scanner)) {
        if (*scanner->at == '"') {
            text_out->length = (size_t)(scanner->at++ - text_out->text);
            return 0;
        }
        int result = skip_special(scanner, text_out);
        if (result < 0)
            return result;
    }
    return refuse(scanner, "an unfinished string");
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static int compare_strings(const void *left, const void *right)
{
    return json_string_compare(left, right);
}

/* Sorts them if they are many. */
static bool has_twice(struct json_string *keys, size_t count)
{
    bool is_sorted = count > KEYS_PAIRED_MAX;
    if (is_sorted)
        qsort(keys, count, sizeof(*keys), compare_strings);
    for (size_t i = 1; i < count; i++) {
        for (size_t other = is_sorted ? i - 1 : 0; other < i; other++) {
            if (json_string_is_equal(&keys[other], &keys[i]))
                return true;
        }
    }
    return false;
}

static void push_key(struct scanner *scanner, struct json_string key)
{
    if (scanner->key_count == scanner->key_capacity) {
        bool is_embedded = scanner->keys == scanner->embedded_keys;
        scanner->key_capacity *= 4;
        scanner->keys =
            alloc_resized(is_embedded ? NULL : scanner->keys, scanner->key_capacity, sizeof(*scanner->keys));
        if (is_embedded)
            memcpy(scanner->keys, scanner->embedded_keys, sizeof(scanner->embedded_keys));
    }
    scanner->keys[scanner->key_count++] = key;
}

/* ---- the members that are looked for ----------------------------------------------------------------------------- */

static struct json_member *find_member(struct scanner *scanner, const struct json_string *key)
{
    for (size_t i = 0; i < scanner->member_count; i++) {
        size_t at = (scanner->next_member + i) % scanner->member_count;
        const char *name = scanner->members[at].name;
        if (!json_string_is_equal(key, &(struct json_string){.text = name, .length = strlen(name)}))
            continue;
        scanner->next_member = at + 1;
        return &scanner->members[at];
    }
    return NULL;
}

static void member_starts(struct scanner *scanner, enum json_kind kind)
{
    if (scanner->depth == 1 && scanner->member != NULL)
        scanner->member->value = (struct json_value){.text = scanner->at, .kind = kind};
}

static void value_ends(struct scanner *scanner)
{
    if (scanner->depth == 1 && scanner->member != NULL) {
        struct json_value *value = &scanner->member->value;
        value->length = (size_t)(scanner->at - value->text);
        scanner->member = NULL;
    }
    scanner->expected = EXPECT_COMMA_OR_END;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static void skip_space(struct scanner *scanner)
{
    while (scanner->at < scanner->end &&
           (*scanner->at == ' ' || *scanner->at == '\n' || *scanner->at == '\r' || *scanner->at == '\t'))
        scanner->at++;
}

static size_t skip_digits(struct scanner *scanner)
{
    const char *first = scanner->at;
    while (scanner->at < scanner->end && is_digit(*scanner->at))
        scanner->at++;
    return (size_t)(scanner->at - first);
}

static bool skip_byte(struct scanner *scanner, const char *any_of)
{
    bool is_there = scanner->at < scanner->end && *scanner->at != '\0' && strchr(any_of, *scanner->at) != NULL;
    scanner->at += is_there ? 1 : 0;
    return is_there;
}

static int take_number(struct scanner *scanner)
{
    member_starts(scanner, JSON_KIND_NUMBER);
    (void)skip_byte(scanner, "-");
    bool has_zero_first = scanner->at < scanner->end && *scanner->at == '0';
    size_t digit_count = skip_digits(scanner);
    bool is_sound = digit_count == 1 || (digit_count > 1 && !has_zero_first);
    if (is_sound && skip_byte(scanner, "."))
        is_sound = skip_digits(scanner) > 0;
    if (is_sound && skip_byte(scanner, "eE")) {
        (void)skip_byte(scanner, "+-");
        is_sound = skip_digits(scanner) > 0;
    }
    if (!is_sound)
        return refuse(scanner, "a malformed number");
    value_ends(scanner);
    return 0;
}

static int take_word(struct scanner *scanner, const char *word, enum json_kind kind)
{
    size_t length = strlen(word);
    if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0)
        return refuse(scanner, "an unknown word");
    member_starts(scanner, kind);
    scanner->at += length;
    value_ends(scanner);
    return 0;
}

static int take_text(struct scanner *scanner)
{
    struct json_string text;
    member_starts(scanner, JSON_KIND_TEXT);
    int result = take_string(scanner, &text);
    if (result == 0)
        value_ends(scanner);
    return result;
}

static int open_level(struct scanner *scanner, bool is_object)
{
    if (scanner->depth == JSON_DEPTH_MAX)
        return refuse(scanner, "nested too deeply");
    member_starts(scanner, is_object ? JSON_KIND_OBJECT : JSON_KIND_ARRAY);
    scanner->levels[scanner->depth++] = (struct level){.is_object = is_object, .first_key = scanner->key_count};
    scanner->at++;
    scanner->expected = is_object ? EXPECT_NAME_OR_END : EXPECT_ITEM_OR_END;
    return 0;
}

static int close_level(struct scanner *scanner)
{
    const struct level *level = &scanner->levels[scanner->depth - 1];
    if (*scanner->at != (level->is_object ? '}' : ']'))
        return refuse(scanner, "the wrong closing bracket");
    if (has_twice(scanner->keys + level->first_key, scanner->key_count - level->first_key))
        return refuse(scanner, "a key twice in the object that ends");
    scanner->key_count = level->first_key;
    scanner->at++;
    scanner->depth--;
    value_ends(scanner);
    return 0;
}

static int take_value(struct scanner *scanner)
{
    switch (*scanner->at) {
    case '{':
    case '[':
        return open_level(scanner, *scanner->at == '{');
    case '"':
        return take_text(scanner);
    case 't':
        return take_word(scanner, "true", JSON_KIND_BOOL);
    case 'f':
        return take_word(scanner, "false", JSON_KIND_BOOL);
    case 'n':
        return take_word(scanner, "null", JSON_KIND_NULL);
    default:
        if (*scanner->at == '-' || is_digit(*scanner->at))
            return take_number(scanner);
        return refuse(scanner, "no value");
    }
}

static int take_name(struct scanner *scanner)
{
    struct json_string key;
    if (*scanner->at != '"')
        return refuse(scanner, "no key");
    if (++scanner->key_total > JSON_KEYS_MAX)
        return refuse(scanner, "too many keys");
    int result = take_string(scanner, &key);
    if (result < 0)
        return result;
    push_key(scanner, key);
    if (scanner->depth == 1)
        scanner->member = find_member(scanner, &key);
    skip_space(scanner);
    if (!skip_byte(scanner, ":"))
        return refuse(scanner, "no colon behind a key");
    scanner->expected = EXPECT_VALUE;
    return 0;
}

static int take_comma(struct scanner *scanner)
{
    if (*scanner->at != ',')
        return refuse(scanner, "no comma");
    scanner->at++;
    scanner->expected = scanner->levels[scanner->depth - 1].is_object ? EXPECT_NAME : EXPECT_VALUE;
    return 0;
}

static bool is_closing(const struct scanner *scanner)
{
    return *scanner->at == '}' || *scanner->at == ']';
}

/* One step: at stands on something that is no white space. */
static int take_next(struct scanner *scanner)
{
    switch (scanner->expected) {
    case EXPECT_VALUE:
        return take_value(scanner);
    case EXPECT_ITEM_OR_END:
        return is_closing(scanner) ? close_level(scanner) : take_value(scanner);
    case EXPECT_NAME:
        return take_name(scanner);
    case EXPECT_NAME_OR_END:
        return is_closing(scanner) ? close_level(scanner) : take_name(scanner);
    case EXPECT_COMMA_OR_END:
        break;
    }
    if (scanner->depth == 0)
        return refuse(scanner, "something behind the end");
    return is_closing(scanner) ? close_level(scanner) : take_comma(scanner);
}

static int scan(struct scanner *scanner)
{
    bool is_object = false;
    for (skip_space(scanner); scanner->at < scanner->end; skip_space(scanner)) {
        is_object |= scanner->depth == 1 && scanner->levels[0].is_object;
        int result = take_next(scanner);
        if (result < 0)
            return result;
    }
    if (scanner->depth > 0 || scanner->expected != EXPECT_COMMA_OR_END)
        return refuse(scanner, "the end is missing");
    return is_object ? 0 : JSON_NOT_AN_OBJECT;
}

int json_scan(const char *json, size_t length, struct json_member *members, size_t member_count, struct error *error)
{
    const char *start = json != NULL ? json : ""; /* a Kafka record without a value */
    struct scanner scanner = {
        .start = start,
        .at = start,
        .end = start + length,
        .expected = EXPECT_VALUE,
        .key_capacity = KEYS_EMBEDDED,
        .members = members,
        .member_count = member_count,
        .error = error,
    };
    scanner.keys = scanner.embedded_keys;
    for (size_t i = 0; i < member_count; i++)
        members[i].value = (struct json_value){.kind = JSON_KIND_ABSENT};
    int result = scan(&scanner);
    if (scanner.keys != scanner.embedded_keys)
        free(scanner.keys);
    return result;
}

/* ---- what a value says ------------------------------------------------------------------------------------------- */

int json_read_text(const struct json_value *value, char *text_out, size_t length_max)
{
    if (value->kind != JSON_KIND_TEXT)
        return -EINVAL;
    struct json_string string = {.text = value->text + 1, .length = value->length - 2};
    string.has_escape = memchr(string.text, '\\', string.length) != NULL;
    return json_string_read(&string, text_out, length_max);
}

int json_read_int64(const struct json_value *value, int64_t *number_out)
{
    if (value->kind != JSON_KIND_NUMBER || parse_int64(value->text, value->length, number_out) < 0)
        return -EINVAL;
    return 0;
}

int json_read_bool(const struct json_value *value, bool *is_true_out)
{
    if (value->kind != JSON_KIND_BOOL)
        return -EINVAL;
    *is_true_out = value->text[0] == 't';
    return 0;
}
