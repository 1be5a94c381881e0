#pragma once
/*
 * What a libcurl result means to us. Pure. Each row was measured with libcurl 7.88.1.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <curl/curl.h>
#include <stdbool.h>

#include "common/domain/outcome.h"

struct transfer_facts {
    CURLcode result;
    int code; /* of the final status line, 0 if none arrived */
    bool is_https;
    bool is_connected;     /* the TCP connection stood */
    bool is_secured;       /* the TLS handshake was done */
    bool is_head_complete; /* up to the empty line after the final status */
    bool is_head_too_large;
    bool is_blocked; /* our address check refused */
};

/* A complete head decides by its status alone: a 2xx whose body is cut off, endless or late is a success. */
enum error_class transfer_error_class(const struct transfer_facts *facts);
