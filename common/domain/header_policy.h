#pragma once
/*
 * Which custom headers a webhook may carry. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/base/error.h"

#define HEADERS_MAX            20
#define HEADER_NAME_BYTES_MAX  64
#define HEADER_VALUE_BYTES_MAX 1024
#define HEADERS_BYTES_MAX      4096 /* names and values together */

/* -EINVAL with the reason; the value is never quoted. */
MUST_CHECK int header_check(const char *name, const char *value, struct error *error);
