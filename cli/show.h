#pragma once
/*
 * Answers of the API on standard output: as they came with --json, as text for people otherwise.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/api.h"
#include "cli/call.h"
#include "cli/view.h"

#define API_PATH_BYTES_MAX 8192

/* One webhook; a secret comes with the word that it is shown once. */
void show_webhook(const struct call *call, const struct api_answer *answer);
void show_delivery(const struct call *call, const struct api_answer *answer);

/* Gets a page with --limit and --cursor and shows it: webhooks, or deliveries when `of` names their webhook; then
 * --status filters. */
enum exit_code show_page(const struct call *call, const char *path, const char *of);
