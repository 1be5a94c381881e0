/* kt: webhooks from the command line. SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/terminal.h"

/* Help where a command should be: asked for it goes to standard output, otherwise it is a message. */
static enum exit_code show_help(const struct call *call)
{
    CLEANUP(buffer_deinit) struct buffer out;
    buffer_init(&out, HELP_BYTES_MAX);
    if (call->command != NULL)
        help_command(call->command, &out);
    else if (call->group != NULL)
        help_group(call->group, &out);
    else
        help_overview(&out);
    (void)fwrite(out.bytes, 1, out.length, call->is_incomplete ? stderr : stdout);
    return call->is_incomplete ? EXIT_CODE_USAGE : EXIT_CODE_OK;
}

static enum exit_code run(int argc, const char *const *argv)
{
    static const char *const version[] = {"kt", "version"};
    struct call call;
    struct error error = {""};
    bool is_version = argc == 2 && strcmp(argv[1], "--version") == 0;
    if (call_parse(commands, command_count, argc, is_version ? version : argv, &call, &error) < 0)
        return terminal_usage_error(&call, "%s", error.text);
    return call.wants_help ? show_help(&call) : call.command->run(&call);
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error like others, told below */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return EXIT_CODE_FAILURE;
    enum exit_code code = run(argc, (const char *const *)argv);
    curl_global_cleanup();
    if (fflush(stdout) != 0 && code == EXIT_CODE_OK) {
        if (errno != EPIPE) /* whoever reads has seen enough */
            (void)fprintf(stderr, "kt: standard output cannot be written: %s\n", strerror(errno));
        code = EXIT_CODE_FAILURE;
    }
    return (int)code;
}
