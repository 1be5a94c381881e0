#pragma once
/*
 * The flags that describe a webhook, as the fields of the API's body. What can be told to be wrong here is, before
 * anything is sent. Pure, except that --secret-file is read. SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>

#include "common/base/attributes.h"
#include "common/base/error.h"
#include "common/domain/secret.h"

#include "cli/call.h"

/* The rows of the flags, for the tables of create and update. */
#define WEBHOOK_FIELD_FLAGS                                                                                       \
    {.name = "name", .value = "NAME", .text = "What people call it."},                                            \
        {.name = "header",                                                                                        \
         .value = "'K: V'",                                                                                       \
         .text = "A header for every request; may be repeated.",                                                  \
         .is_repeatable = true},                                                                                  \
        {.name = "timeout", .value = "TIME", .text = "For one request, 1s to 30s. Default: 15s."},                \
        {.name = "retry",                                                                                         \
         .value = "PLAN",                                                                                         \
         .text = "standard, fast, none, or delays like 5s,1m,1h (bare numbers: seconds)."},                       \
        {.name = "rate-limit", .value = "N", .text = "Requests a second at most, or none."},                      \
        {.name = "concurrency", .value = "N", .text = "Requests at a time at most, or none."},                    \
    {                                                                                                             \
        .name = "ordering", .value = "HOW", .text = "none, or key: events with one ordering key arrive in order." \
    }

#define WEBHOOK_SECRET_FLAGS                                                                                   \
    {.name = "secret",                                                                                         \
     .value = "SECRET",                                                                                        \
     .text = "A signing secret of your own; others may see it in the process list."},                          \
    {                                                                                                          \
        .name = "secret-file", .value = "FILE", .text = "The same, read from a file, or - for standard input." \
    }

/* Adds what was given to the object. -EINVAL names the flag and what would be right. */
MUST_CHECK int webhook_fields_add(const struct call *call, json_t *fields, struct error *error);
MUST_CHECK int webhook_secret_add(const struct call *call, json_t *fields, struct error *error);

/* The secret in a file, or on standard input for "-"; says so when others may read the file. */
MUST_CHECK int secret_read(const char *path, struct secret *secret_out, struct error *error);
