/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/transfer_result.h"

static enum error_class timeout_class(const struct transfer_facts *facts)
{
    if (!facts->is_connected)
        return ERROR_CLASS_CONNECT;
    return facts->is_https && !facts->is_secured ? ERROR_CLASS_TLS : ERROR_CLASS_TIMEOUT;
}

static enum error_class broken_class(const struct transfer_facts *facts)
{
    if (facts->is_https && !facts->is_secured)
        return ERROR_CLASS_TLS;
    return facts->code != 0 ? ERROR_CLASS_INVALID_HTTP : ERROR_CLASS_RESET;
}

enum error_class transfer_error_class(const struct transfer_facts *facts)
{
    if (facts->is_blocked)
        return ERROR_CLASS_BLOCKED_ADDRESS;
    if (facts->is_head_complete)
        return facts->code >= 200 && facts->code <= 299 ? ERROR_CLASS_NONE : ERROR_CLASS_HTTP_STATUS;
    if (facts->is_head_too_large)
        return ERROR_CLASS_TOO_LARGE;

    switch ((int)facts->result) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return ERROR_CLASS_DNS;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
        return ERROR_CLASS_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return timeout_class(facts);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return ERROR_CLASS_TLS;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return broken_class(facts);
    case CURLE_OUT_OF_MEMORY: /* a header line over 100 KB; our own allocations never fail quietly */
        return ERROR_CLASS_TOO_LARGE;
    default:
        return ERROR_CLASS_INVALID_HTTP;
    }
}
