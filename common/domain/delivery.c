/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/delivery.h"

#include <assert.h>
#include <string.h>

#include "common/base/encoding.h"
#include "common/domain/digest.h"

#define ID_PREFIX    "dlv_"
#define HASHED_BYTES 16

_Static_assert(sizeof(ID_PREFIX) - 1 + BASE32_BYTES(HASHED_BYTES) == DELIVERY_ID_BYTES, "the id fits exactly");

void delivery_id(const char *event_id, const char *webhook_id, char id_out[static DELIVERY_ID_BYTES])
{
    char text[EVENT_ID_BYTES_MAX + 1 + WEBHOOK_ID_BYTES_MAX];
    uint8_t digest[DIGEST_BYTES];
    size_t event_id_length = strlen(event_id);
    size_t webhook_id_length = strlen(webhook_id);
    assert(event_id_length <= EVENT_ID_BYTES_MAX && webhook_id_length <= WEBHOOK_ID_BYTES_MAX);
    memcpy(text, event_id, event_id_length);
    text[event_id_length] = '\0'; /* keeps ("a", "bc") apart from ("ab", "c") */
    memcpy(text + event_id_length + 1, webhook_id, webhook_id_length);
    digest_sha256(text, event_id_length + 1 + webhook_id_length, digest);
    memcpy(id_out, ID_PREFIX, sizeof(ID_PREFIX) - 1);
    (void)base32_encode(digest, HASHED_BYTES, id_out + sizeof(ID_PREFIX) - 1);
}
