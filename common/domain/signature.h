#pragma once
/*
 * The two signatures of a request, over the same body. Pure. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"
#include "common/domain/secret.h"

#define SIGNATURE_SECRETS_MAX 5
#define SIGNATURE_TEXT_BYTES  512 /* either header value with SIGNATURE_SECRETS_MAX secrets fits */

struct signature {
    char keeptrusts[SIGNATURE_TEXT_BYTES]; /* value of X-Keeptrusts-Signature: t=…,v1=…[,v1=…] */
    char standard[SIGNATURE_TEXT_BYTES];   /* value of webhook-signature: v1,…[ v1,…] */
};

/* Signs with every secret, in the order given (newest first). 1 <= secret_count <= SIGNATURE_SECRETS_MAX. */
void signature_make(const struct secret *secrets, size_t secret_count, const char *event_id, int64_t unix_seconds,
                    const void *body, size_t body_size, struct signature *signature_out);

/*
 * For `kt webhook verify`: 0 when a header value was signed with the secret and its time lies within tolerance_s of
 * now_s, otherwise why not (positive). One v1 that matches is enough; other versions are passed over. The comparison is
 * in constant time. TOO_OLD and TOO_NEW say that the signature itself is right.
 */
enum signature_refusal {
    SIGNATURE_MALFORMED = 1,
    SIGNATURE_TOO_OLD,
    SIGNATURE_TOO_NEW,
    SIGNATURE_NO_MATCH
};

MUST_CHECK int signature_verify_keeptrusts(const struct secret *secret, const char *header, const void *body,
                                           size_t body_size, int64_t now_s, int64_t tolerance_s);

/* event_id, timestamp and header: the values of webhook-id, webhook-timestamp and webhook-signature. */
MUST_CHECK int signature_verify_standard(const struct secret *secret, const char *event_id, const char *timestamp,
                                         const char *header, const void *body, size_t body_size, int64_t now_s,
                                         int64_t tolerance_s);
