/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include "common/base/attributes.h"

#define FLAG(name, value, text)               {name, value, text, '\0', false, false},
#define FLAG_NEEDED(name, value, text)        {name, value, text, '\0', true, false},
#define FLAG_REPEATABLE(name, value, text)    {name, value, text, '\0', false, true},
#define FLAG_SHORT(name, letter, value, text) {name, value, text, letter, false, false},
#define FLAGS_END                             {NULL, NULL, NULL, '\0', false, false},

/* clang-format off */
/* What describes a webhook, for create and update. */
#define WEBHOOK_FLAGS                                                                                           \
    FLAG("name", "NAME", "What people call it.")                                                                \
    FLAG_REPEATABLE("header", "'K: V'", "A header for every request; may be repeated.")                         \
    FLAG("timeout", "TIME", "For one request, 1s to 30s. Default: 15s.")                                        \
    FLAG("retry", "PLAN", "standard, fast, none, or delays like 5s,1m,1h (bare numbers: seconds).")             \
    FLAG("rate-limit", "N", "Requests a second at most, or none.")                                              \
    FLAG("concurrency", "N", "Requests at a time at most, or none.")                                            \
    FLAG("ordering", "HOW", "none, or key: events with one ordering key arrive in order.")

/* What brings a signing secret, for create and rotate-secret. */
#define SECRET_FLAGS                                                                                            \
    FLAG("secret", "SECRET", "A signing secret of your own; others may see it in the process list.")            \
    FLAG("secret-file", "FILE", "The same, read from a file, or - for standard input.")

static const struct flag page_flags[] = {
    FLAG("limit", "N", "How many at most, 1 to 200. Default: 50.")
    FLAG("cursor", "CURSOR", "Where the page before said that it goes on.")
    FLAGS_END
};

static const struct flag create_flags[] = {
    FLAG_NEEDED("url", "URL", "Where requests go.")
    FLAG_NEEDED("events", "a,b", "Event types, patterns like escalation.*, or * for all.")
    WEBHOOK_FLAGS
    SECRET_FLAGS
    FLAGS_END
};

static const struct flag update_flags[] = {
    FLAG("url", "URL", "Where requests go.")
    FLAG("events", "a,b", "Event types, patterns like escalation.*, or * for all.")
    WEBHOOK_FLAGS
    FLAG("clear-headers", NULL, "Take out all headers; one of them: --header 'X-Team:'.")
    FLAGS_END
};

static const struct flag delete_flags[] = {
    FLAG_SHORT("yes", 'y', NULL, "Do not ask.")
    FLAGS_END
};

static const struct flag rotate_flags[] = {
    FLAG("overlap", "TIME", "How long older secrets sign on, 0s to 7d. Default: 24h.")
    SECRET_FLAGS
    FLAGS_END
};

static const struct flag test_flags[] = {
    FLAG("event-type", "TYPE", "Whose example is sent. Default: the first that the webhook subscribes to.")
    FLAGS_END
};

static const struct flag deliveries_flags[] = {
    FLAG("limit", "N", "How many at most, 1 to 200. Default: 50.")
    FLAG("cursor", "CURSOR", "Where the page before said that it goes on.")
    FLAG("status", "STATUS", "Of these, only pending, delivered, retrying, failed or cancelled ones.")
    FLAGS_END
};

static const struct flag verify_flags[] = {
    FLAG_NEEDED("secret-file", "FILE", "Holds the secret whsec_….")
    FLAG_NEEDED("signature", "VALUE", "Of the header X-Keeptrusts-Signature.")
    FLAG("body", "FILE", "The request's body; - or nothing: standard input.")
    FLAG("tolerance", "TIME", "How far its time may be from now. Default: 5m.")
    FLAGS_END
};

static const struct flag publish_flags[] = {
    FLAG("type", "TYPE", "Of one event made from --data.")
    FLAG("data", "JSON", "Its data; @FILE reads a file, @- standard input.")
    FLAG("id", "ID", "Its id. Default: one is made.")
    FLAG("ordering-key", "KEY", "Events with one key arrive in order where a webhook asks for it.")
    FLAG_SHORT("file", 'f', "FILE", "Whole events instead, one on each line; - for standard input.")
    FLAGS_END
};
/* clang-format on */

#define COMMAND(group, name, argument, flags, run, summary, details) \
    {group, name, COMMAND_##argument, summary, details, flags, run},
const struct command commands[] = {
#include "cli/commands.def"
};
#undef COMMAND

const size_t command_count = ARRAY_LENGTH(commands);
