/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/signature.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/encoding.h"
#include "common/base/parse.h"
#include "common/domain/digest.h"

#define TIME_BYTES 24 /* any int64, its NUL, and a dot */

/* What either signature covers: the Standard Webhooks one has the event's id in front. */
struct message {
    const char *event_id; /* NULL: the Keeptrusts signature */
    const char *time;
    const void *body;
    size_t body_size;
};

static void sign(const struct secret *secret, const struct message *message, uint8_t digest_out[static DIGEST_BYTES])
{
    const struct digest_part parts[] = {
        {message->event_id, message->event_id != NULL ? strlen(message->event_id) : 0},
        {".",               1                                                        },
        {message->time,     strlen(message->time)                                    },
        {".",               1                                                        },
        {message->body,     message->body_size                                       },
    };
    if (message->event_id == NULL)
        digest_hmac(secret->text, strlen(secret->text), parts + 2, ARRAY_LENGTH(parts) - 2, digest_out);
    else
        digest_hmac(secret->key, secret->key_size, parts, ARRAY_LENGTH(parts), digest_out);
}

void signature_make(const struct secret *secrets, size_t secret_count, const char *event_id, int64_t unix_seconds,
                    const void *body, size_t body_size, struct signature *signature_out)
{
    char time[TIME_BYTES];
    uint8_t digest[DIGEST_BYTES];
    assert(secret_count >= 1 && secret_count <= SIGNATURE_SECRETS_MAX);
    (void)snprintf(time, sizeof(time), "%" PRId64, unix_seconds);
    char *keeptrusts = signature_out->keeptrusts;
    char *standard = signature_out->standard;
    keeptrusts = stpcpy(stpcpy(keeptrusts, "t="), time);
    for (size_t i = 0; i < secret_count; i++) {
        sign(&secrets[i], &(struct message){NULL, time, body, body_size}, digest);
        keeptrusts = stpcpy(keeptrusts, ",v1=");
        keeptrusts += hex_encode(digest, sizeof(digest), keeptrusts);
        sign(&secrets[i], &(struct message){event_id, time, body, body_size}, digest);
        standard = stpcpy(standard, i == 0 ? "v1," : " v1,");
        standard += base64_encode(digest, sizeof(digest), standard);
    }
}

/* ---- what `kt webhook verify` needs ------------------------------------------------------------------------------ */

/* A stretch of a header value. */
struct span {
    const char *text;
    size_t length;
};

/* The next part of a list, up to a separator; false at its end. An empty list has no part. */
static bool next_part(struct span *list, char separator, struct span *part_out)
{
    if (list->text == NULL || list->length == 0)
        return false;
    const char *end = memchr(list->text, separator, list->length);
    part_out->text = list->text;
    part_out->length = end != NULL ? (size_t)(end - list->text) : list->length;
    list->text = end != NULL ? end + 1 : NULL;
    list->length -= part_out->length + (end != NULL ? 1 : 0);
    return true;
}

/* Takes "name" and its separator off the front; false when the part is another one. */
static bool skip_name(struct span *part, const char *name)
{
    size_t length = strlen(name);
    if (part->length < length || memcmp(part->text, name, length) != 0)
        return false;
    part->text += length;
    part->length -= length;
    return true;
}

static bool read_time(struct span text, char time_out[static TIME_BYTES], int64_t *unix_seconds_out)
{
    if (text.length == 0 || text.length > 12 || strspn(text.text, "0123456789") < text.length)
        return false;
    memcpy(time_out, text.text, text.length);
    time_out[text.length] = '\0';
    return parse_int64(text.text, text.length, unix_seconds_out) == 0;
}

static int check_time(int64_t signed_s, int64_t now_s, int64_t tolerance_s)
{
    int64_t age_s = now_s - signed_s;
    if (age_s > tolerance_s)
        return SIGNATURE_TOO_OLD;
    return -age_s > tolerance_s ? SIGNATURE_TOO_NEW : 0;
}

/* Is one of the parts that start with name the expected text? Looks at all of them, in constant time each. */
static int match_any(struct span list, char separator, const char *name, const char *expected, size_t expected_length)
{
    struct span part;
    bool is_found = false;
    bool is_match = false;
    while (next_part(&list, separator, &part)) {
        if (!skip_name(&part, name))
            continue; /* a version that we do not know */
        is_found = true;
        is_match |= part.length == expected_length && CRYPTO_memcmp(part.text, expected, expected_length) == 0;
    }
    if (!is_found)
        return SIGNATURE_MALFORMED;
    return is_match ? 0 : SIGNATURE_NO_MATCH;
}

int signature_verify_keeptrusts(const struct secret *secret, const char *header, const void *body, size_t body_size,
                                int64_t now_s, int64_t tolerance_s)
{
    struct span list = {header, strlen(header)};
    struct span part;
    char time[TIME_BYTES] = "";
    int64_t signed_s = 0;
    uint8_t digest[DIGEST_BYTES];
    char expected[HEX_BYTES(DIGEST_BYTES)];
    while (next_part(&list, ',', &part)) {
        if (skip_name(&part, "t=") && (time[0] != '\0' || !read_time(part, time, &signed_s)))
            return SIGNATURE_MALFORMED;
    }
    if (time[0] == '\0')
        return SIGNATURE_MALFORMED;
    sign(secret, &(struct message){NULL, time, body, body_size}, digest);
    size_t length = hex_encode(digest, sizeof(digest), expected);
    int result = match_any((struct span){header, strlen(header)}, ',', "v1=", expected, length);
    return result != 0 ? result : check_time(signed_s, now_s, tolerance_s);
}

int signature_verify_standard(const struct secret *secret, const char *event_id, const char *timestamp,
                              const char *header, const void *body, size_t body_size, int64_t now_s,
                              int64_t tolerance_s)
{
    char time[TIME_BYTES];
    int64_t signed_s = 0;
    uint8_t digest[DIGEST_BYTES];
    char expected[BASE64_BYTES(DIGEST_BYTES)];
    if (!read_time((struct span){timestamp, strlen(timestamp)}, time, &signed_s))
        return SIGNATURE_MALFORMED;
    sign(secret, &(struct message){event_id, time, body, body_size}, digest);
    size_t length = base64_encode(digest, sizeof(digest), expected);
    int result = match_any((struct span){header, strlen(header)}, ' ', "v1,", expected, length);
    return result != 0 ? result : check_time(signed_s, now_s, tolerance_s);
}
