/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/attributes.h"
#include "common/http/transfer_result.h"

#include "tests/unit/unit.h"

struct row {
    const char *what;
    struct transfer_facts facts;
    enum error_class expected;
};

/* What libcurl 7.88.1 returns for each behaviour of an endpoint (measured). */
static const struct row rows[] = {
    {"200",                      {.result = CURLE_OK, .code = 200, .is_head_complete = true},                        ERROR_CLASS_NONE           },
    {"204",                      {.result = CURLE_OK, .code = 204, .is_head_complete = true},                        ERROR_CLASS_NONE           },
    {"302",                      {.result = CURLE_OK, .code = 302, .is_head_complete = true},                        ERROR_CLASS_HTTP_STATUS    },
    {"999",                      {.result = CURLE_OK, .code = 999, .is_head_complete = true},                        ERROR_CLASS_HTTP_STATUS    },
    {"2xx with a cut body",      {.result = CURLE_PARTIAL_FILE, .code = 200, .is_head_complete = true},              ERROR_CLASS_NONE           },
    {"2xx, reset in the body",   {.result = CURLE_RECV_ERROR, .code = 201, .is_head_complete = true},                ERROR_CLASS_NONE           },
    {"2xx with an endless body",
     {.result = CURLE_WRITE_ERROR, .code = 200, .is_head_complete = true},
     ERROR_CLASS_NONE                                                                                                                           },
    {"2xx, late body",           {.result = CURLE_OPERATION_TIMEDOUT, .code = 200, .is_head_complete = true},        ERROR_CLASS_NONE           },
    {"500, reset in the body",
     {.result = CURLE_RECV_ERROR, .code = 500, .is_head_complete = true},
     ERROR_CLASS_HTTP_STATUS                                                                                                                    },
    {"refused",                  {.result = CURLE_COULDNT_CONNECT},                                                  ERROR_CLASS_CONNECT        },
    {"our check refused",        {.result = CURLE_COULDNT_CONNECT, .is_blocked = true},                              ERROR_CLASS_BLOCKED_ADDRESS},
    {"SYN dropped",              {.result = CURLE_OPERATION_TIMEDOUT},                                               ERROR_CLASS_CONNECT        },
    {"hangs in TLS",             {.result = CURLE_OPERATION_TIMEDOUT, .is_https = true, .is_connected = true},       ERROR_CLASS_TLS            },
    {"never answers",            {.result = CURLE_OPERATION_TIMEDOUT, .is_connected = true},                         ERROR_CLASS_TIMEOUT        },
    {"never answers over TLS",
     {.result = CURLE_OPERATION_TIMEDOUT, .is_https = true, .is_connected = true, .is_secured = true},
     ERROR_CLASS_TIMEOUT                                                                                                                        },
    {"wrong name",               {.result = CURLE_PEER_FAILED_VERIFICATION, .is_https = true, .is_connected = true}, ERROR_CLASS_TLS            },
    {"plain text on 443",        {.result = CURLE_SSL_CONNECT_ERROR, .is_https = true, .is_connected = true},        ERROR_CLASS_TLS            },
    {"closes before an answer",  {.result = CURLE_GOT_NOTHING, .is_connected = true},                                ERROR_CLASS_RESET          },
    {"reset before an answer",   {.result = CURLE_RECV_ERROR, .is_connected = true},                                 ERROR_CLASS_RESET          },
    {"reset in the head",        {.result = CURLE_RECV_ERROR, .code = 200, .is_connected = true},                    ERROR_CLASS_INVALID_HTTP   },
    {"no HTTP",                  {.result = CURLE_UNSUPPORTED_PROTOCOL, .is_connected = true},                       ERROR_CLASS_INVALID_HTTP   },
    {"NUL in a header",
     {.result = CURLE_WEIRD_SERVER_REPLY, .code = 200, .is_connected = true},
     ERROR_CLASS_INVALID_HTTP                                                                                                                   },
    {"head over our limit",
     {.result = CURLE_WRITE_ERROR, .code = 200, .is_head_too_large = true},
     ERROR_CLASS_TOO_LARGE                                                                                                                      },
    {"one header of 200 KB",     {.result = CURLE_OUT_OF_MEMORY, .code = 200},                                       ERROR_CLASS_TOO_LARGE      },
    {"101 unasked",              {.result = CURLE_GOT_NOTHING, .code = 101, .is_connected = true},                   ERROR_CLASS_INVALID_HTTP   },
};

static void each_behaviour_has_its_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        enum error_class found = transfer_error_class(&rows[i].facts);
        if (found != rows[i].expected)
            fail_msg("%s: class %d, expected %d", rows[i].what, found, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_behaviour_has_its_class)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
