#pragma once
/*
 * The target of a request line ("/v1/webhooks/wh%5F1?limit=5"), checked and decoded once. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "common/base/attributes.h"

/*
 * The decoded path; *path_out is the caller's. -EINVAL, with what is wrong in *fault_out (a literal): not a path; a
 * byte that a URL cannot have; a bad or hidden (%00, %0a, …) escape; a path with a "." or ".." segment or that is not
 * UTF-8; a query with %00. http://host/path is taken as /path (RFC 9112 section 3.2.2).
 */
MUST_CHECK int request_target_parse(const char *target, char **path_out, const char **fault_out);
