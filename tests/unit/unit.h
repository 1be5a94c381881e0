#pragma once
/*
 * What every unit test includes: cmocka with the headers that it needs before it, in an order that the formatter keeps.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* After the four above. */
#include <cmocka.h>
