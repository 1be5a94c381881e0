/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/http/router.h"

#include "tests/unit/unit.h"

static void never(void *owner, struct http_request *request)
{
    (void)owner;
    (void)request;
    fail();
}

static const struct http_route routes[] = {
    {.method = "GET",    .path = "/v1/webhooks", .handler = never},
    {.method = "POST",  .path = "/v1/webhooks", .handler = never},
    {.method = "GET",   .path = "/v1/webhooks/listen", .handler = never},
    {.method = "GET",  .path = "/v1/webhooks/{id}", .handler = never},
    {.method = "DELETE",    .path = "/v1/webhooks/{id}", .handler = never},
    {.method = "GET",  .path = "/v1/webhooks/{id}/events/{key}", .handler = never},
    {.method = "HEAD",    .path = "/status", .handler = never},
    {.method = "GET",  .path = "/status", .handler = never},
    {.method = NULL},
};

/* The row of the route that is found. */
static size_t find(const char *method, const char *path, struct router_match *match)
{
    assert_int_equal(router_find(routes, method, path, match), ROUTER_FOUND);
    return (size_t)(match->route - routes);
}

static void expect_result(const char *method, const char *path, enum router_result expected)
{
    struct router_match match;
    assert_int_equal(router_find(routes, method, path, &match), expected);
}

static void a_route_is_found_by_method_and_path(void **state)
{
    (void)state;
    struct router_match match;
    assert_int_equal(find("GET", "/v1/webhooks", &match), 0);
    assert_int_equal(find("POST", "/v1/webhooks", &match), 1);
    assert_int_equal(match.parameter_count, 0);
}

static void parameters_are_whole_segments(void **state)
{
    (void)state;
    struct router_match match;
    assert_int_equal(find("GET", "/v1/webhooks/wh_1/events/ab", &match), 5);
    assert_int_equal(match.parameter_count, 2);
    assert_int_equal(match.parameters[0].start, strlen("/v1/webhooks/"));
    assert_int_equal(match.parameters[0].length, strlen("wh_1"));
    assert_int_equal(match.parameters[1].start, strlen("/v1/webhooks/wh_1/events/"));
    assert_int_equal(match.parameters[1].length, strlen("ab"));
}

static void the_first_of_several_routes_wins(void **state)
{
    (void)state;
    struct router_match match;
    assert_int_equal(find("GET", "/v1/webhooks/listen", &match), 2);
    assert_int_equal(find("DELETE", "/v1/webhooks/listen", &match), 4);
}

static void head_is_answered_by_get_unless_it_has_its_own_route(void **state)
{
    (void)state;
    struct router_match match;
    assert_int_equal(find("HEAD", "/v1/webhooks", &match), 0);
    assert_int_equal(find("HEAD", "/v1/webhooks/listen", &match), 2);
    assert_int_equal(find("HEAD", "/status", &match), 6);
}

static void other_paths_are_unknown(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/",
        "",
        "/v1",
        "/v1/webhooks/",
        "/v1/webhooksx",
        "/V1/webhooks",
        "/v1/webhooks/wh_1/",
        "/v1/webhooks//events/a",
        "/v1/webhooks/a/b",
        "/v1/webhooks/a/events/b/c",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++)
        expect_result("GET", paths[i], ROUTER_PATH_UNKNOWN);
}

static void other_methods_of_a_known_path_are_told_apart(void **state)
{
    (void)state;
    CLEANUP(buffer_deinit) struct buffer allowed;
    buffer_init(&allowed, ROUTER_ALLOW_BYTES_MAX);
    expect_result("PUT", "/v1/webhooks/wh_1", ROUTER_METHOD_UNKNOWN);
    expect_result("get", "/v1/webhooks", ROUTER_METHOD_UNKNOWN);
    router_write_allowed(routes, "/v1/webhooks/wh_1", &allowed);
    assert_string_equal(allowed.bytes, "GET, HEAD, DELETE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_is_found_by_method_and_path),
        cmocka_unit_test(parameters_are_whole_segments),
        cmocka_unit_test(the_first_of_several_routes_wins),
        cmocka_unit_test(head_is_answered_by_get_unless_it_has_its_own_route),
        cmocka_unit_test(other_paths_are_unknown),
        cmocka_unit_test(other_methods_of_a_known_path_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
