/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service/build.h"

#include <stddef.h>

#ifndef BUILD_COMMIT
#define BUILD_COMMIT ""
#endif

const char *build_commit(void)
{
    static const char commit[] = BUILD_COMMIT;
    return commit[0] == '\0' ? NULL : commit;
}
