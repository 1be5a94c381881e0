#pragma once
/*
 * Events on their way to kt-producer: one, or a file of one on each line in batches.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/api.h"
#include "cli/call.h"

enum exit_code publish_event(const struct call *call, struct api *api, const char *json, size_t length);

/* "-" is standard input. A file that is one JSON object over several lines is one event. What is refused is told with
 * its line; the rest goes on. */
enum exit_code publish_file(const struct call *call, const char *path);
