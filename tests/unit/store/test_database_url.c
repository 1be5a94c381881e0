/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/store/database.h"

#include "tests/unit/unit.h"

/* None of these gets as far as a socket. The password is "hunter", or a part of what was meant to be one. */
static void a_broken_url_never_shows_its_password(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "postgresql://user:hunter/2@db.example/keeptrusts",
        "postgresql://user:hun@ter@db.example/keeptrusts",
        "postgresql://user:hunter%zz@db.example/keeptrusts",
        "host=db.example password=hunter port",
        "host=db.example password='hunter",
        "postgresql://user:hunter@db.example:port/keeptrusts",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        char url[128];
        (void)snprintf(url, sizeof(url), "%s", urls[i]);
        const struct database_settings settings = {.url = url, .connect_timeout = 1000, .statement_timeout = 1000};
        PGconn *connection = NULL;
        struct error error = {.text = ""};
        assert_true(database_connect(&settings, "test", &connection, &error) < 0);
        assert_null(connection);
        assert_non_null(strstr(error.text, "database.url"));
        assert_null(strstr(error.text, "hun"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_url_never_shows_its_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
