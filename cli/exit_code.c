/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/exit_code.h"

enum exit_code exit_code_of_status(long http_status)
{
    switch (http_status) {
    case 401:
    case 403:
        return EXIT_CODE_AUTHENTICATION;
    case 404:
    case 410:
        return EXIT_CODE_NOT_FOUND;
    case 409:
    case 412:
    case 428:
        return EXIT_CODE_CONFLICT;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
        return EXIT_CODE_UNAVAILABLE;
    default:
        return EXIT_CODE_FAILURE;
    }
}
