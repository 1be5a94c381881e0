/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/request_check.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "common/base/parse.h"

/* Headers that say where a message ends or who sends it: two of them are two opinions. */
static const char *const single_headers[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Content-Type", "Content-Encoding", "Authorization",
};

struct header_walk {
    struct exchange_refusal refusal;
    unsigned counts[ARRAY_LENGTH(single_headers)];
};

static const struct exchange_refusal bad_name = {MHD_HTTP_BAD_REQUEST, "malformed_request",
                                                 "a header's name has a byte that no name may have", true};
static const struct exchange_refusal no_host = {MHD_HTTP_BAD_REQUEST, "malformed_request", "the Host header is missing",
                                                true};
static const struct exchange_refusal control_byte = {MHD_HTTP_BAD_REQUEST, "malformed_request",
                                                     "a header has a control byte", true};
static const struct exchange_refusal repeated_header = {
    MHD_HTTP_BAD_REQUEST, "malformed_request",
    "one of Host, Content-Length, Transfer-Encoding, Content-Type, Content-Encoding and Authorization stands twice",
    true};
static const struct exchange_refusal two_lengths = {MHD_HTTP_BAD_REQUEST, "malformed_request",
                                                    "Content-Length and Transfer-Encoding exclude each other", true};
static const struct exchange_refusal old_transfer_encoding = {MHD_HTTP_BAD_REQUEST, "malformed_request",
                                                              "Transfer-Encoding needs HTTP/1.1", true};
static const struct exchange_refusal unknown_transfer_encoding = {MHD_HTTP_NOT_IMPLEMENTED, "transfer_encoding_unknown",
                                                                  "the only Transfer-Encoding is chunked", true};
static const struct exchange_refusal encoded_content = {MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "content_encoding_unsupported",
                                                        "send the body without Content-Encoding", false};
static const struct exchange_refusal bad_query = {MHD_HTTP_BAD_REQUEST, "malformed_request",
                                                  "the query has %00 or is not UTF-8", false};
static const struct exchange_refusal unknown_expectation = {MHD_HTTP_EXPECTATION_FAILED, "expectation_unknown",
                                                            "the only expectation is 100-continue", true};

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *text, size_t length)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || strchr(marks, text[i]) == NULL))
            return false;
    }
    return length > 0;
}

static bool has_control_byte(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return true;
    }
    return false;
}

static enum MHD_Result check_header(void *owner, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                    const char *value, size_t value_length)
{
    struct header_walk *walk = owner;
    (void)kind;
    if (!is_token(name, name_length)) {
        walk->refusal = bad_name;
        return MHD_NO;
    }
    if (value != NULL && has_control_byte(value, value_length)) {
        walk->refusal = control_byte;
        return MHD_NO;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(single_headers); i++) {
        if (strcasecmp(name, single_headers[i]) == 0 && ++walk->counts[i] > 1) {
            walk->refusal = repeated_header;
            return MHD_NO;
        }
    }
    return MHD_YES;
}

static enum MHD_Result check_query(void *owner, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                   const char *value, size_t value_length)
{
    struct exchange_refusal *refusal = owner;
    (void)kind;
    if (parse_is_utf8(name, name_length) && (value == NULL || parse_is_utf8(value, value_length)))
        return MHD_YES;
    *refusal = bad_query;
    return MHD_NO;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Where the body ends: RFC 9112 section 6.3. */
static struct exchange_refusal check_framing(struct MHD_Connection *connection, const char *version)
{
    const char *transfer_encoding = header(connection, "Transfer-Encoding");
    const char *expectation = header(connection, "Expect");
    if (expectation != NULL && strcasecmp(expectation, "100-continue") != 0)
        return unknown_expectation;
    if (strcmp(version, MHD_HTTP_VERSION_1_1) == 0 && header(connection, "Host") == NULL)
        return no_host;
    if (transfer_encoding == NULL)
        return (struct exchange_refusal){0};
    if (header(connection, "Content-Length") != NULL)
        return two_lengths;
    if (strcasecmp(transfer_encoding, "chunked") != 0)
        return unknown_transfer_encoding;
    if (strcmp(version, MHD_HTTP_VERSION_1_0) == 0)
        return old_transfer_encoding;
    return (struct exchange_refusal){0};
}

struct exchange_refusal request_check(struct MHD_Connection *connection, const char *version)
{
    struct header_walk walk = {0};
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, check_header, &walk); /* how many it saw */
    if (walk.refusal.status != 0)
        return walk.refusal;
    struct exchange_refusal refusal = check_framing(connection, version);
    if (refusal.status != 0)
        return refusal;
    const char *content_encoding = header(connection, "Content-Encoding");
    if (content_encoding != NULL && strcasecmp(content_encoding, "identity") != 0)
        return encoded_content;
    (void)MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, check_query, &refusal);
    return refusal;
}

uint64_t request_check_content_length(struct MHD_Connection *connection)
{
    const char *text = header(connection, "Content-Length");
    int64_t length = 0;
    int status = text == NULL ? 0 : parse_int64(text, strlen(text), &length);
    if (status == -ERANGE)
        return UINT64_MAX;
    return status < 0 || length < 0 ? 0 : (uint64_t)length;
}

bool request_check_has_body(struct MHD_Connection *connection)
{
    return header(connection, "Transfer-Encoding") != NULL || request_check_content_length(connection) > 0;
}
