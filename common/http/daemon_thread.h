#pragma once
/*
 * A thread that runs a daemon of its own, for handlers that block. Internal to the HTTP server; the owner's thread
 * calls these. SPDX-License-Identifier: Apache-2.0
 */
#include "common/http/daemon.h"

struct daemon_thread;

MUST_CHECK int daemon_thread_new(struct exchange_group *group, const struct daemon_settings *settings,
                                 struct daemon_thread **thread_out, struct error *error);
void daemon_thread_stop_accepting(struct daemon_thread *thread); /* returns before it is done */
void daemon_thread_free(struct daemon_thread *thread);           /* NULL-safe; waits for the running handler */
