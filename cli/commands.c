/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include "common/base/attributes.h"
#include "cli/webhook_fields.h"

#define END {.name = NULL}

static const struct flag page_flags[] = {
    {.name = "limit", .value = "N", .text = "How many at most, 1 to 200. Default: 50."},
    {.name = "cursor", .value = "CURSOR", .text = "Where the page before said that it goes on."},
    END,
};

static const struct flag create_flags[] = {
    {.name = "url", .value = "URL", .text = "Where requests go.", .is_required = true},
    {.name = "events", .value = "a,b", .text = "Event types, patterns like escalation.*, or * for all.", .is_required = true},
    WEBHOOK_FIELD_FLAGS,
    WEBHOOK_SECRET_FLAGS,
    END,
};

static const struct flag update_flags[] = {
    {.name = "url", .value = "URL", .text = "Where requests go."},
    {.name = "events", .value = "a,b", .text = "Event types, patterns like escalation.*, or * for all."},
    WEBHOOK_FIELD_FLAGS,
    {.name = "clear-headers", .text = "Take out all headers; one of them: --header 'X-Team:'."},
    END,
};

static const struct flag delete_flags[] = {
    {.name = "yes", .text = "Do not ask.", .letter = 'y'},
    END,
};

static const struct flag rotate_flags[] = {
    {.name = "overlap", .value = "TIME", .text = "How long older secrets sign on, 0s to 7d. Default: 24h."},
    WEBHOOK_SECRET_FLAGS,
    END,
};

static const struct flag test_flags[] = {
    {.name = "event-type", .value = "TYPE", .text = "Whose example is sent. Default: the first that the webhook subscribes to."},
    END,
};

static const struct flag deliveries_flags[] = {
    {.name = "limit", .value = "N", .text = "How many at most, 1 to 200. Default: 50."},
    {.name = "cursor", .value = "CURSOR", .text = "Where the page before said that it goes on."},
    {.name = "status", .value = "STATUS", .text = "Of these, only pending, delivered, retrying, failed or cancelled ones."},
    END,
};

static const struct flag verify_flags[] = {
    {.name = "secret-file", .value = "FILE", .text = "Holds the secret whsec_….", .is_required = true},
    {.name = "signature", .value = "VALUE", .text = "Of the header X-Keeptrusts-Signature.", .is_required = true},
    {.name = "body", .value = "FILE", .text = "The request's body; - or nothing: standard input."},
    {.name = "tolerance", .value = "TIME", .text = "How far its time may be from now. Default: 5m."},
    END,
};

static const struct flag publish_flags[] = {
    {.name = "type", .value = "TYPE", .text = "Of one event made from --data."},
    {.name = "data", .value = "JSON", .text = "Its data; @FILE reads a file, @- standard input."},
    {.name = "id", .value = "ID", .text = "Its id. Default: one is made."},
    {.name = "ordering-key", .value = "KEY", .text = "Events with one key arrive in order where a webhook asks for it."},
    {.name = "file", .value = "FILE", .text = "Whole events instead, one on each line; - for standard input.", .letter = 'f'},
    END,
};

/* Commands of one group stand together. */
const struct command commands[] = {
    {.group = "webhook", .name = "list", .summary = "List webhooks, newest first.", .flags = page_flags, .run = webhook_list},
    {.group = "webhook", .name = "get", .argument = "ID", .summary = "Show a webhook.", .run = webhook_get},
    {.group = "webhook",
     .name = "create",
     .summary = "Create a webhook.",
     .details = "The signing secret is shown once. Example:\n"
                "  kt webhook create --url https://hooks.example.com/kt --events 'escalation.*,config.deployed'",
     .flags = create_flags,
     .run = webhook_create},
    {.group = "webhook",
     .name = "update",
     .argument = "ID",
     .summary = "Change what is given, and nothing else.",
     .flags = update_flags,
     .run = webhook_update},
    {.group = "webhook",
     .name = "delete",
     .argument = "ID",
     .summary = "Delete a webhook. Its deliveries stay in the history.",
     .flags = delete_flags,
     .run = webhook_delete},
    {.group = "webhook",
     .name = "test",
     .argument = "ID",
     .summary = "Send a test delivery and wait for its attempt.",
     .details = "Ends with 7 when the attempt failed.",
     .flags = test_flags,
     .run = webhook_test},
    {.group = "webhook",
     .name = "deliveries",
     .argument = "ID",
     .summary = "List a webhook's deliveries, newest first.",
     .flags = deliveries_flags,
     .run = webhook_deliveries},
    {.group = "webhook",
     .name = "rotate-secret",
     .argument = "ID",
     .summary = "Change the signing secret.",
     .details = "The new secret is shown once. Until the overlap is over, requests carry a signature of each.",
     .flags = rotate_flags,
     .run = webhook_rotate_secret},
    {.group = "webhook",
     .name = "pause",
     .argument = "ID",
     .summary = "Let deliveries wait until the webhook is resumed.",
     .run = webhook_pause},
    {.group = "webhook", .name = "resume", .argument = "ID", .summary = "Go on after a pause.", .run = webhook_resume},
    {.group = "webhook",
     .name = "enable",
     .argument = "ID",
     .summary = "Bring back a disabled webhook.",
     .run = webhook_enable},
    {.group = "webhook",
     .name = "verify",
     .summary = "Check a signature, offline.",
     .details = "Example, with the body in a file:\n"
                "  kt webhook verify --secret-file secret --signature 't=1614265330,v1=2e37…' --body body.json",
     .flags = verify_flags,
     .run = webhook_verify},
    {.group = "delivery",
     .name = "get",
     .argument = "ID",
     .summary = "Show a delivery with its attempts and payload.",
     .run = delivery_get},
    {.group = "events",
     .name = "publish",
     .summary = "Publish one event, or a file of them.",
     .details = "Examples:\n"
                "  kt events publish --type config.deployed --data '{\"id\":\"cfg_1\",\"version\":\"2026.11.3\"}'\n"
                "  kt events publish -f events.ndjson",
     .flags = publish_flags,
     .run = events_publish},
    {.group = "help",
     .argument = "TOPIC",
     .is_argument_optional = true,
     .has_second_argument = true,
     .summary = "Show what there is, or about environment, exit-codes or reference.",
     .run = help_show},
    {.group = "version", .summary = "Show the version.", .run = version_show},
};

const size_t command_count = ARRAY_LENGTH(commands);
