#pragma once
/*
 * What was built. SPDX-License-Identifier: Apache-2.0
 */

/* CMake gives it, to this library alone. */
#ifndef BUILD_VERSION
#define BUILD_VERSION "0"
#endif

/* NULL when the build was not told (-DKT_COMMIT=…). */
const char *build_commit(void);
