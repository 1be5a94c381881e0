#pragma once
/*
 * The header lines of a request: the customer's first, ours last, both signatures. Pure. Source: docs/contract.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "common/base/buffer.h"
#include "common/domain/delivery.h"
#include "common/domain/webhook.h"

#define REQUEST_HEAD_BYTES_MAX 8192

/* Appends the lines, each ended by CRLF, without Host, Content-Length and Connection, which the sender adds. */
void request_head_write(const struct webhook *webhook, const struct delivery *delivery, int64_t now_ms,
                        const void *body, size_t body_size, struct buffer *out);

/* The head as the history shows it: request line, Host, and the lines that were sent with the customer's values masked.
 */
void request_head_describe(const struct webhook *webhook, const char *lines, size_t size, struct buffer *out);
