#pragma once
/*
 * An error answer as application/problem+json (RFC 9457). SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/buffer.h"

#define PROBLEM_DOCUMENT_BYTES_MAX ((size_t)16 * 1024)
#define PROBLEM_DETAIL_BYTES_MAX   2048 /* longer details are cut */
#define PROBLEM_CONTENT_TYPE       "application/problem+json"

/* code is snake_case and ends the type's URI; request_id makes the instance. */
void problem_document_write(struct buffer *out, unsigned status, const char *code, const char *detail,
                            const char *request_id);
