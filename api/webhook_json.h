#pragma once
/*
 * A webhook as clients see it. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>

#include "common/store/webhook_store.h"

/* secret: the text to show once, or NULL. */
json_t *webhook_json(const struct stored_webhook *webhook, const char *secret);
