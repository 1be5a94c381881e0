#pragma once
/*
 * The table of commands: what there is, what it takes, what it does. Usage, help, errors and docs/cli.md come from it.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "cli/call.h"

extern const struct command commands[];
extern const size_t command_count;

enum exit_code webhook_list(const struct call *call);
enum exit_code webhook_get(const struct call *call);
enum exit_code webhook_create(const struct call *call);
enum exit_code webhook_update(const struct call *call);
enum exit_code webhook_delete(const struct call *call);
enum exit_code webhook_pause(const struct call *call);
enum exit_code webhook_resume(const struct call *call);
enum exit_code webhook_enable(const struct call *call);
enum exit_code webhook_rotate_secret(const struct call *call);
enum exit_code webhook_verify(const struct call *call);
enum exit_code webhook_test(const struct call *call);
enum exit_code webhook_deliveries(const struct call *call);
enum exit_code delivery_get(const struct call *call);
enum exit_code events_publish(const struct call *call);
enum exit_code help_show(const struct call *call);
enum exit_code version_show(const struct call *call);
