#pragma once
/*
 * The event of a test delivery: a whole webhook.test envelope whose data holds a realistic example of a real type.
 * Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/attributes.h"

struct test_event { /* everything borrowed */
    const char *id;
    const char *org_id;
    const char *webhook_id;
    const char *example_type; /* built in, or any other type: its example is empty then */
    int64_t created_ms;
};

/* The envelope as compact JSON; the caller frees it. */
char *test_event_json(const struct test_event *event);
