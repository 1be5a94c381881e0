/* kt webhook rotate-secret, kt webhook verify. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/parse.h"
#include "common/domain/secret.h"
#include "common/domain/signature.h"

#include "cli/api.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "cli/terminal.h"
#include "cli/webhook_fields.h"

#define OVERLAP_MS_MAX   (7LL * 86400 * 1000)
#define TOLERANCE_MS     (5LL * 60 * 1000)
#define VERIFY_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* ---- rotate-secret --------------------------------------------------------------------------------------------- */

static int rotation_fields(const struct call *call, json_t *fields, struct error *error)
{
    int64_t overlap_ms = 0;
    const char *overlap = call_value(call, "overlap");
    if (overlap != NULL && (parse_duration_ms(overlap, strlen(overlap), &overlap_ms) < 0 ||
                            overlap_ms > OVERLAP_MS_MAX || overlap_ms % 1000 != 0))
        return error_set(error, EINVAL, "--overlap: %s is not a time from 0s to 7d, like 24h", overlap);
    if (overlap != NULL)
        json_object_set_new(fields, "overlap_seconds", json_integer(overlap_ms / 1000));
    return webhook_secret_add(call, fields, error);
}

static enum exit_code send_rotation(const struct call *call, const json_t *fields)
{
    enum exit_code code;
    CLEANUP_API struct api *api = api_open(call, API_REST, &code);
    CLEANUP(api_answer_deinit) struct api_answer answer = {0};
    CLEANUP(buffer_deinit) struct buffer path;
    buffer_init(&path, API_PATH_BYTES_MAX);
    if (api == NULL)
        return code;
    api_path(&path, "/v1/webhooks/%s/rotate-secret", call->argument);
    char *body = json_dumps(fields, JSON_COMPACT);
    code = api_exchange(
        api, &(struct api_request){.method = "POST", .path = path.bytes, .body = body, .body_length = strlen(body)},
        &answer);
    explicit_bzero(body, strlen(body));
    free(body);
    if (code == EXIT_CODE_OK)
        show_webhook(call, &answer);
    return code;
}

enum exit_code webhook_rotate_secret(const struct call *call)
{
    struct error error = {""};
    json_t *fields = json_object();
    enum exit_code result = rotation_fields(call, fields, &error) < 0 ? terminal_usage_error(call, "%s", error.text)
                                                                      : send_rotation(call, fields);
    json_decref(fields);
    return result;
}

/* ---- verify ---------------------------------------------------------------------------------------------------- */

static const char *refusal_text(int refusal)
{
    switch ((enum signature_refusal)refusal) {
    case SIGNATURE_MALFORMED:
        return "the signature does not look like t=1614265330,v1=2e37…";
    case SIGNATURE_TOO_OLD:
        return "the signature is older than --tolerance allows";
    case SIGNATURE_TOO_NEW:
        return "the signature is from the future, by more than --tolerance allows";
    case SIGNATURE_NO_MATCH:
        return "the signature is not of this body with this secret";
    }
    return "the signature is not valid";
}

static enum exit_code report_verification(const struct call *call, int refusal)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, 1024);
    const char *reason = refusal == 0 ? NULL : refusal_text(refusal);
    if (call->is_json) {
        buffer_append_format(&out, "{\"valid\":%s,\"reason\":", refusal == 0 ? "true" : "false");
        buffer_append_json(&out, reason, reason == NULL ? 0 : strlen(reason));
        buffer_append_text(&out, "}\n");
    } else if (refusal == 0) {
        buffer_append_text(&out, "valid\n");
    }
    if (out.length > 0)
        terminal_write(&out);
    return refusal == 0 ? EXIT_CODE_OK : terminal_error(call, EXIT_CODE_FAILURE, "%s", reason);
}

enum exit_code webhook_verify(const struct call *call)
{
    struct error error = {""};
    struct secret secret;
    int64_t tolerance_ms = TOLERANCE_MS;
    const char *tolerance = call_value(call, "tolerance"), *signature = call_value(call, "signature");
    const char *body_path = call_has(call, "body") ? call_value(call, "body") : "-";
    CLEANUP(buffer_deinit) struct buffer body;
    buffer_init(&body, VERIFY_BYTES_MAX);
    if (tolerance != NULL && parse_duration_ms(tolerance, strlen(tolerance), &tolerance_ms) < 0)
        return terminal_usage_error(call, "--tolerance: %s is not a time, like 5m", tolerance);
    if (strncmp(signature, "v1,", 3) == 0)
        return terminal_usage_error(call, "--signature: that is the header webhook-signature; the one to give is "
                                          "X-Keeptrusts-Signature, t=…,v1=…");
    if (strcmp(call_value(call, "secret-file"), "-") == 0 && strcmp(body_path, "-") == 0)
        return terminal_usage_error(call, "secret and body cannot both come from standard input; say --body FILE");
    if (secret_read(call_value(call, "secret-file"), &secret, &error) < 0 || input_read(body_path, &body, &error) < 0)
        return terminal_error(call, EXIT_CODE_FAILURE, "%s", error.text);
    int refusal = signature_verify_keeptrusts(&secret, signature, body.bytes != NULL ? body.bytes : "", body.length,
                                              clock_wall_ms() / 1000, tolerance_ms / 1000);
    secret_wipe(&secret);
    return report_verification(call, refusal);
}
