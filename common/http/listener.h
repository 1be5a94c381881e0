#pragma once
/*
 * A listening TCP socket for "127.0.0.1:8080", "0.0.0.0:8080", "[::]:8080"; port 0 lets the kernel choose.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/base/attributes.h"
#include "common/base/error.h"

/* The socket (non-blocking, close-on-exec; the caller closes it) and its port, or negative with an error. */
MUST_CHECK int listener_open(const char *address, int *socket_out, unsigned *port_out, struct error *error);
