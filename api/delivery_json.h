#pragma once
/*
 * Deliveries and attempts as clients see them. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>

#include "common/domain/attempt.h"
#include "common/store/history_store.h"

/* attempts: their number in lists; the attempts themselves (an array) where one delivery is shown. Takes the reference.
 */
json_t *delivery_json(const struct stored_delivery *delivery, json_t *attempts);
json_t *attempt_json(const struct attempt *attempt);
