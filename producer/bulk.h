#pragma once
/*
 * kt-producer --input FILE|-: publishes a file of NDJSON, says what was refused and where, and how it went. Reads only
 * as fast as Kafka acknowledges. Loop's thread. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <uv.h>

#include "common/base/attributes.h"
#include "common/base/error.h"

#include "producer/publisher.h"

struct bulk;

struct bulk_settings { /* everything borrowed */
    struct publisher *publisher;
    const struct settings_list *extra_types;
    const char *path;     /* "-": standard input */
    const char *org_id;   /* of events that name none; NULL: these are refused */
    uint64_t patience_ms; /* without an acknowledgement for so long it says that it waits */
    /* Everything read is accepted or refused. is_whole: all of the input was accepted. */
    void (*finished)(void *owner, bool is_whole);
    void *owner;
};

/* Opens the input; reading starts with the loop. */
MUST_CHECK int bulk_new(const struct bulk_settings *settings, uv_loop_t *loop, struct bulk **bulk_out,
                        struct error *error);
void bulk_stop_reading(struct bulk *bulk); /* drain: finishes once what was read is acknowledged */
void bulk_free(struct bulk *bulk);         /* NULL-safe; after the Kafka producer is freed */
