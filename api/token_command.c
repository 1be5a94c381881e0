/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/parse.h"
#include "common/base/random.h"
#include "common/store/audit_store.h"
#include "common/store/organization_store.h"
#include "common/store/token_store.h"

#include "api/api.h"
#include "api/commands.h"

#define ACTOR "kt-api token create"

struct token_request { /* the options as given */
    const char *org_id, *name, *scopes, *expires;
};

/* Fills in everything but id and hash. */
static int read_request(const struct token_request *request, int64_t now_ms, struct token *token_out,
                        struct error *error)
{
    int64_t lifetime_ms = 0;
    *token_out = (struct token){0};
    if (!organization_id_is_valid(request->org_id, strlen(request->org_id)))
        return error_set(error, EINVAL, "--org has to be an organization's id, 1 to %d letters, digits or _ . : -",
                         ORG_ID_BYTES_MAX);
    if (strlen(request->name) > TOKEN_NAME_BYTES_MAX || !parse_is_utf8(request->name, strlen(request->name)))
        return error_set(error, EINVAL, "--name has to be UTF-8 of at most %d bytes", TOKEN_NAME_BYTES_MAX);
    int result = token_scopes_parse(request->scopes, &token_out->scopes, error);
    if (result < 0)
        return error_prefix(error, result, "--scopes");
    if (request->expires != NULL &&
        (parse_duration_ms(request->expires, strlen(request->expires), &lifetime_ms) < 0 || lifetime_ms <= 0))
        return error_set(error, EINVAL, "--expires has to be a duration such as 90d or 12h, not %s", request->expires);
    token_out->expires_ms = lifetime_ms > 0 ? now_ms + lifetime_ms : 0;
    (void)snprintf(token_out->org_id, sizeof token_out->org_id, "%s", request->org_id);
    return 0;
}

static int store(PGconn *connection, const struct token *token, const char *name, struct error *error)
{
    const struct audit_entry entry = {
        .org_id = token->org_id, .actor = ACTOR, .action = "token.created", .target = token->id, .request_id = ""};
    int result = database_execute(connection, "BEGIN", NULL, 0, error);
    if (result == 0)
        result = organization_store_enter(connection, token->org_id, error);
    if (result == 0)
        result = token_store_create(connection, token, name, "", error);
    if (result == TOKEN_ORGANIZATION_ABSENT)
        return error_set(error, ENOENT, "there is no organization %s; kt-api organization create makes one",
                         token->org_id);
    if (result == 0)
        result = audit_store_add(connection, &entry, error);
    return result == 0 ? database_execute(connection, "COMMIT", NULL, 0, error) : result;
}

/* Makes the token's text, stores its hash, and shows the text, which nobody can read again. */
static int create(const struct api *api, struct token *token, const char *name, int64_t now_ms, struct error *error)
{
    uint8_t random[32];
    char text[TOKEN_TEXT_BYTES], id[RANDOM_ID_BYTES];
    PGconn *connection;
    int result = database_connect(&api->database, "kt-api token", &connection, error);
    if (result < 0)
        return result;
    random_bytes(random, sizeof random);
    token_make(random, text);
    token_hash(text, token->hash);
    (void)snprintf(token->id, sizeof token->id, "%s", random_id("tok_", now_ms, id));
    result = store(connection, token, name, error);
    PQfinish(connection);
    if (result == 0)
        (void)printf("%s\n", text);
    explicit_bzero(random, sizeof random);
    explicit_bzero(text, sizeof text);
    return result;
}

int token_command(void *program, int argc, char **argv)
{
    struct token_request request = {0};
    const struct command_option options[] = {
        {.name = "org",      .value_out = &request.org_id, .is_needed = true},
        {.name = "name", .value_out = &request.name, .is_needed = true},
        {.name = "scopes",     .value_out = &request.scopes, .is_needed = true},
        {.name = "expires", .value_out = &request.expires},
        {0  },
    };
    int64_t now_ms = clock_wall_ms();
    struct token token;
    struct error error = {0};
    if (command_read_options(argc, argv, "create", options, &error) < 0 ||
        read_request(&request, now_ms, &token, &error) < 0)
        return command_failed("token", EXIT_USAGE, &error);
    return create(program, &token, request.name, now_ms, &error) < 0 ? command_failed("token", EXIT_FAILED, &error)
                                                                     : EXIT_DONE;
}
