#pragma once
/*
 * What the host of a webhook's URL may be: a public name, or an address that the address policy allows. Pure: no
 * look-ups, and never the locale.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/url_policy.h"

/*
 * text is the host as it stands in the URL (UTF-8, an IPv6 address in brackets). host_out: A-labels in lower case, or
 * the address in its canonical form without brackets. -EINVAL with the reason in words.
 */
MUST_CHECK int host_check(const struct url_policy *policy, const char *text, size_t length,
                          char host_out[static HOST_BYTES_MAX + 1], struct error *error);
