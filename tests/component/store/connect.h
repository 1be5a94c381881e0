#pragma once
/*
 * Connections of the component tests to the database that test_programs.py made. SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/store/database.h"

#include "tests/unit/unit.h"

static inline const struct database_settings *settings_as(const char *role)
{
    static char urls[4][256]; /* one a role, so that settings stay valid */
    static struct database_settings settings[4];
    static size_t count;
    const char *address = getenv("KT_TEST_ADDRESS");
    assert_non_null(address);
    size_t i = count++ % 4;
    (void)snprintf(urls[i], sizeof(urls[i]), "postgresql://%s@%s", role, address);
    settings[i] =
        (struct database_settings){.url = urls[i], .connect_timeout = 2000, .statement_timeout = 10000, .pool = 2};
    return &settings[i];
}

static inline PGconn *connect_as(const char *role)
{
    PGconn *connection = NULL;
    struct error error = {.text = ""};
    int result = database_connect(settings_as(role), "test", &connection, &error);
    if (result < 0)
        fail_msg("%s", error.text);
    return connection;
}

static inline void execute(PGconn *connection, const char *sql)
{
    struct error error = {.text = ""};
    if (database_execute(connection, sql, NULL, 0, &error) < 0)
        fail_msg("%s: %s", sql, error.text);
}
