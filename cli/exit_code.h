#pragma once
/*
 * What kt ends with. Scripts rely on the numbers. Pure. Source: docs/contract.md. SPDX-License-Identifier: Apache-2.0
 */
#define EXIT_CODE(id, number, text) EXIT_CODE_##id = (number),

enum exit_code {
#include "cli/exit_codes.def"
};

#undef EXIT_CODE

/* For an answer of the API that is not 2xx. */
enum exit_code exit_code_of_status(long http_status);
