#pragma once
/*
 * Both signatures of a request (docs/contract.md), computed anew for each one with OpenSSL. Deliberately not the
 * product's own code: the floor must not move when the product does. The keys are set up once, as a good sender would.
 * One thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attributes.h"

struct signer;

struct signatures {
    char hex[65];    /* X-Keeptrusts-Signature: t=<time>,v1=<hex> */
    char base64[45]; /* webhook-signature: v1,<base64> */
};

struct signer *signer_new(void); /* NULL: OpenSSL refused */
void signer_free(struct signer *signer);

MUST_CHECK int signer_sign(struct signer *signer, const char *event_id, int64_t unix_seconds, const char *body,
                           size_t body_bytes, struct signatures *signatures_out);
