/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include "common/base/attributes.h"

#define FLAG(flag, placeholder, help)        {.name = flag, .value = placeholder, .text = help},
#define FLAG_NEEDED(flag, placeholder, help) {.name = flag, .value = placeholder, .text = help, .is_required = true},
#define FLAG_REPEATABLE(flag, placeholder, help) \
    {.name = flag, .value = placeholder, .text = help, .is_repeatable = true},
#define FLAG_SHORT(flag, short_name, placeholder, help) \
    {.name = flag, .value = placeholder, .text = help, .letter = short_name},

/* clang-format off */
static const struct flag page_flags[] = {
    FLAG("limit", "N", "How many at most, 1 to 200. Default: 50.")
    FLAG("cursor", "CURSOR", "Where the page before said that it goes on.")
    {.name = NULL},
};

static const struct flag create_flags[] = {
    FLAG_NEEDED("url", "URL", "Where requests go.")
    FLAG_NEEDED("events", "a,b", "Event types, patterns like escalation.*, or * for all.")
#include "cli/webhook_flags.def"
#include "cli/secret_flags.def"
    {.name = NULL},
};

static const struct flag update_flags[] = {
    FLAG("url", "URL", "Where requests go.")
    FLAG("events", "a,b", "Event types, patterns like escalation.*, or * for all.")
#include "cli/webhook_flags.def"
    FLAG("clear-headers", NULL, "Take out all headers; one of them: --header 'X-Team:'.")
    {.name = NULL},
};

static const struct flag delete_flags[] = {
    FLAG_SHORT("yes", 'y', NULL, "Do not ask.")
    {.name = NULL},
};

static const struct flag rotate_flags[] = {
    FLAG("overlap", "TIME", "How long older secrets sign on, 0s to 7d. Default: 24h.")
#include "cli/secret_flags.def"
    {.name = NULL},
};

static const struct flag test_flags[] = {
    FLAG("event-type", "TYPE", "Whose example is sent. Default: the first that the webhook subscribes to.")
    {.name = NULL},
};

static const struct flag deliveries_flags[] = {
    FLAG("limit", "N", "How many at most, 1 to 200. Default: 50.")
    FLAG("cursor", "CURSOR", "Where the page before said that it goes on.")
    FLAG("status", "STATUS", "Of these, only pending, delivered, retrying, failed or cancelled ones.")
    {.name = NULL},
};

static const struct flag verify_flags[] = {
    FLAG_NEEDED("secret-file", "FILE", "Holds the secret whsec_….")
    FLAG_NEEDED("signature", "VALUE", "Of the header X-Keeptrusts-Signature.")
    FLAG("body", "FILE", "The request's body; - or nothing: standard input.")
    FLAG("tolerance", "TIME", "How far its time may be from now. Default: 5m.")
    {.name = NULL},
};

static const struct flag publish_flags[] = {
    FLAG("type", "TYPE", "Of one event made from --data.")
    FLAG("data", "JSON", "Its data; @FILE reads a file, @- standard input.")
    FLAG("id", "ID", "Its id. Default: one is made.")
    FLAG("ordering-key", "KEY", "Events with one key arrive in order where a webhook asks for it.")
    FLAG_SHORT("file", 'f', "FILE", "Whole events instead, one on each line; - for standard input.")
    {.name = NULL},
};
/* clang-format on */

#define NO_ARGUMENT .argument = NULL
#define NEEDS_ID    .argument = "ID"
#define HELP_TOPIC  .argument = "TOPIC", .is_argument_optional = true, .has_second_argument = true

#define COMMAND(group_, name_, argument_, flags_, run_, summary_, details_) \
    {.group = group_, .name = name_, argument_, .flags = flags_, .run = run_, .summary = summary_, .details = details_},
const struct command commands[] = {
#include "cli/commands.def"
};
#undef COMMAND

const size_t command_count = ARRAY_LENGTH(commands);
