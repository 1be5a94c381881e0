/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/endpoint.h"

#include <string.h>

#include "common/base/alloc.h"

#define LATENCY_WEIGHT 0.1 /* of a new answer in the moving average */

struct endpoint *endpoint_find_or_add(struct endpoint **table, const char *webhook_id)
{
    struct endpoint *endpoint;
    HASH_FIND_STR(*table, webhook_id, endpoint);
    if (endpoint != NULL)
        return endpoint;
    endpoint = ALLOC(struct endpoint);
    (void)strncat(endpoint->webhook_id, webhook_id, sizeof endpoint->webhook_id - 1);
    endpoint->latency_ms = ENDPOINT_LATENCY_MS_START;
    HASH_ADD_STR(*table, webhook_id, endpoint);
    return endpoint;
}

void endpoint_remove_if_idle(struct endpoint **table, struct endpoint *endpoint)
{
    if (endpoint->queued_count > 0 || endpoint->in_flight_count > 0)
        return;
    HASH_DEL(*table, endpoint);
    free(endpoint);
}

void endpoint_answered(struct endpoint *endpoint, uint64_t latency_ms)
{
    endpoint->latency_ms += LATENCY_WEIGHT * ((double)latency_ms - endpoint->latency_ms);
}

size_t endpoint_line_max(const struct endpoint *endpoint, size_t in_flight_max, uint64_t wait_max_ms)
{
    double latency_ms = endpoint->latency_ms < 1.0 ? 1.0 : endpoint->latency_ms;
    double fitting = (double)in_flight_max * (double)wait_max_ms / latency_ms;
    return fitting < (double)in_flight_max ? in_flight_max : (size_t)fitting;
}
