#pragma once
/*
 * What every process does to itself first: no core dumps (they hold secrets), no death by SIGPIPE, as many file
 * descriptors as allowed, descriptors 0 to 2 open. SPDX-License-Identifier: Apache-2.0
 */

/* KT_ALLOW_DUMP in the environment leaves core dumps and debuggers possible. Before any thread starts. */
void hardening_apply(void);
