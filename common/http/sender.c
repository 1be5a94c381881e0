/*
 * The seam over libcurl: names resolved and pinned by us, one easy handle per request from a pool (docs/decisions).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "common/http/sender.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/domain/retry_policy.h"
#include "common/http/multi.h"
#include "common/http/resolver.h"
#include "common/http/transfer_result.h"

#define REQUEST_HEAD_BYTES_MAX 8192
#define REQUEST_LINES_MAX      40
#define RESPONSE_LINES_MAX     100
#define RESOLVE_CHECK_MS       100
#define DETAIL_BYTES           (CURL_ERROR_SIZE + 64)

/* One request under way. Pooled with its easy handle; in exactly one of the sender's lists. */
struct transfer {
    struct sender *sender;
    struct sender_exchange *exchange;
    struct transfer **list; /* the list that it is in */
    struct transfer *prev, *next;
    CURL *easy;
    struct resolver_question question;
    uint64_t started_ms;
    uint32_t dns_ms;
    bool is_blocked;
    bool is_head_complete, is_head_too_large;
    size_t head_bytes_seen, head_lines_seen; /* informational and trailing ones included */
    int code;
    int64_t retry_after_ms;
    size_t head_size, body_size;
    int64_t body_total_bytes;
    struct curl_slist connect_to_item, request_items[REQUEST_LINES_MAX + 2];
    char connect_to[INET6_ADDRSTRLEN + 16];
    char curl_text[CURL_ERROR_SIZE];
    char detail[DETAIL_BYTES];
    char request_lines[REQUEST_HEAD_BYTES_MAX];
    char head[ATTEMPT_HEAD_BYTES_MAX];
    char body[ATTEMPT_BODY_BYTES_MAX];
};

struct sender {
    struct multi *multi;
    struct resolver *resolver;
    struct url_policy policy;
    char *ca_file;
    long connection_idle_s, connection_age_s;
    struct transfer *resolving, *sending, *failed; /* failed: to be reported when the loop turns */
    struct transfer *pool;
    size_t in_flight_count;
    uv_timer_t resolve_check; /* ends look-ups that take longer than a request may */
    uv_timer_t report_failed;
    unsigned open_handle_count;
};

static void move(struct transfer *transfer, struct transfer **list)
{
    if (transfer->list != NULL)
        DL_DELETE(*transfer->list, transfer);
    transfer->list = list;
    if (list != NULL)
        DL_APPEND(*list, transfer);
}

/* ---- what libcurl calls --------------------------------------------------------------------------------------------
 */

static bool refuses(struct transfer *transfer, const struct sockaddr *address)
{
    const char *refusal = address_policy_refusal(&transfer->sender->policy.addresses, address);
    if (refusal == NULL)
        return false;
    transfer->is_blocked = true;
    (void)snprintf(transfer->detail, sizeof transfer->detail, "the address is not allowed: %s", refusal);
    return true;
}

/* The last gate before connect(2): what is classified here is what will be connected to. */
static curl_socket_t on_open_socket(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    if (refuses(owner, &address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Called for reused connections as well, which on_open_socket() does not see. */
/* libcurl gives the signature. */
static int on_ready_to_send(void *owner, char *remote, char *local, /* NOLINT(readability-non-const-parameter) */
                            int remote_port, int local_port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    (void)local, (void)remote_port, (void)local_port;
    bool is_v4 = inet_pton(AF_INET, remote, &v4.sin_addr) == 1;
    if (!is_v4 && inet_pton(AF_INET6, remote, &v6.sin6_addr) != 1)
        return CURL_PREREQFUNC_ABORT;
    bool is_refused = refuses(owner, is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6);
    return is_refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void read_status_line(struct transfer *transfer, const char *line, size_t size)
{
    int code = 0;
    const char *space = memchr(line, ' ', size);
    if (space != NULL && (size_t)(line + size - space) >= 4)
        code = (space[1] - '0') * 100 + (space[2] - '0') * 10 + (space[3] - '0');
    transfer->code = code;
    transfer->head_size = 0; /* an informational answer before the final one is not kept */
    transfer->retry_after_ms = RETRY_AFTER_NONE;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void read_header(struct transfer *transfer, const char *line, size_t size)
{
    static const char retry_after[] = "Retry-After:";
    const size_t name_size = sizeof retry_after - 1;
    if (size <= name_size || strncasecmp(line, retry_after, name_size) != 0)
        return;
    const char *value = line + name_size;
    const char *end = line + size;
    while (value < end && is_blank(*value))
        value++;
    while (end > value && is_blank(end[-1]))
        end--;
    transfer->retry_after_ms = retry_after_parse(value, (size_t)(end - value), clock_wall_ms());
}

static void keep(char *kept, size_t *kept_size, size_t max, const char *bytes, size_t size)
{
    size_t room = max - *kept_size;
    size_t taken = size < room ? size : room;
    memcpy(kept + *kept_size, bytes, taken);
    *kept_size += taken;
}

static size_t on_header(char *line, size_t unit, size_t size, void *owner)
{
    struct transfer *transfer = owner;
    (void)unit;
    transfer->head_bytes_seen += size;
    transfer->head_lines_seen++;
    if (transfer->head_bytes_seen > SENDER_RESPONSE_HEAD_BYTES_MAX || transfer->head_lines_seen > RESPONSE_LINES_MAX) {
        transfer->is_head_too_large = true;
        return 0;
    }
    if (transfer->is_head_complete)
        return size; /* a trailer: counted, not kept */
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0)
        read_status_line(transfer, line, size);
    bool is_end = size <= 2 && (line[0] == '\r' || line[0] == '\n');
    if (is_end) {
        transfer->is_head_complete = transfer->code >= 200;
        return size;
    }
    read_header(transfer, line, size);
    keep(transfer->head, &transfer->head_size, sizeof transfer->head, line, size);
    return size;
}

/* Reading on would only feed an endless body: past the limit the connection is given up. */
static size_t on_body(char *bytes, size_t unit, size_t size, void *owner)
{
    struct transfer *transfer = owner;
    (void)unit;
    transfer->body_total_bytes += (int64_t)size;
    keep(transfer->body, &transfer->body_size, sizeof transfer->body, bytes, size);
    return transfer->body_total_bytes > SENDER_RESPONSE_BODY_BYTES_MAX ? 0 : size;
}

/* ---- transfers -----------------------------------------------------------------------------------------------------
 */

/* What is the same for every request; set once per handle. */
static void set_up_easy(struct transfer *transfer)
{
    const struct sender *sender = transfer->sender;
    CURL *easy = transfer->easy;
    const char *protocols = sender->policy.allow_plain_http ? "http,https" : "https";
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_text);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
    (void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (sender->ca_file != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, sender->ca_file);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, sender->connection_idle_s);
    (void)curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, sender->connection_age_s);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready_to_send);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

static struct transfer *transfer_take(struct sender *sender)
{
    struct transfer *transfer = sender->pool;
    if (transfer != NULL) {
        sender->pool = transfer->next;
    } else {
        transfer = ALLOC(struct transfer);
        transfer->sender = sender;
        transfer->easy = curl_easy_init();
        assert(transfer->easy != NULL);
        set_up_easy(transfer);
    }
    transfer->list = NULL;
    transfer->is_blocked = transfer->is_head_complete = transfer->is_head_too_large = false;
    transfer->head_bytes_seen = transfer->head_lines_seen = 0;
    transfer->head_size = transfer->body_size = 0;
    transfer->body_total_bytes = 0;
    transfer->code = 0;
    transfer->dns_ms = 0;
    transfer->retry_after_ms = RETRY_AFTER_NONE;
    transfer->curl_text[0] = transfer->detail[0] = '\0';
    transfer->started_ms = clock_monotonic_ms();
    return transfer;
}

static void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    free(transfer);
}

/* The pool never shrinks: it holds as many as were ever under way at once, which the caller limits. */
static void transfer_give_back(struct transfer *transfer)
{
    struct sender *sender = transfer->sender;
    transfer->next = sender->pool;
    sender->pool = transfer;
}

/* Reports to the caller; the transfer is his until done() returns. */
static void complete(struct transfer *transfer, struct sender_response *response)
{
    struct sender_exchange *exchange = transfer->exchange;
    response->code = transfer->code;
    response->retry_after_ms = transfer->retry_after_ms;
    response->head = transfer->head;
    response->head_size = transfer->head_size;
    response->body = transfer->body;
    response->body_size = transfer->body_size;
    response->body_total_bytes = transfer->body_total_bytes;
    response->detail = transfer->detail;
    response->timing.dns_ms = transfer->dns_ms;
    response->timing.total_ms = (uint32_t)(clock_monotonic_ms() - transfer->started_ms);
    move(transfer, NULL);
    transfer->sender->in_flight_count--;
    exchange->sender_state_ = NULL;
    exchange->done(exchange, response);
    transfer_give_back(transfer);
}

static void on_report_failed(uv_timer_t *timer)
{
    struct sender *sender = timer->data;
    while (sender->failed != NULL) {
        struct transfer *transfer = sender->failed;
        struct sender_response response = {.error =
                                               transfer->is_blocked ? ERROR_CLASS_BLOCKED_ADDRESS : ERROR_CLASS_DNS};
        complete(transfer, &response);
    }
}

static void fail_before_sending(struct transfer *transfer, enum error_class error, const char *detail)
{
    struct sender *sender = transfer->sender;
    transfer->is_blocked = error == ERROR_CLASS_BLOCKED_ADDRESS;
    (void)snprintf(transfer->detail, sizeof transfer->detail, "%s", detail);
    move(transfer, &sender->failed);
    (void)uv_timer_start(&sender->report_failed, on_report_failed, 0, 0);
}

/* Microseconds since the start of the transfer → milliseconds since the stage before. */
static uint32_t stage_ms(curl_off_t end_us, curl_off_t begin_us)
{
    return end_us > begin_us ? (uint32_t)((end_us - begin_us + 500) / 1000) : 0;
}

static void read_timing(struct transfer *transfer, struct transfer_facts *facts, struct timing *timing_out)
{
    curl_off_t connected_us = 0, secured_us = 0, sending_us = 0, first_byte_us = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &secured_us);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &sending_us);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
    /* While a handshake hangs, 7.88 has set no timer yet, but the connection's own address. */
    long local_port = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &local_port);
    facts->is_connected = connected_us > 0 || sending_us > 0 || local_port > 0;
    facts->is_secured = secured_us > 0 || sending_us > 0;
    timing_out->connect_ms = stage_ms(connected_us, 0);
    timing_out->tls_ms = stage_ms(secured_us, connected_us);
    timing_out->first_byte_ms = stage_ms(first_byte_us, sending_us);
}

static void describe(struct transfer *transfer, const struct transfer_facts *facts, enum error_class error)
{
    if (transfer->detail[0] != '\0')
        return; /* the address check said it already */
    const char *why = transfer->curl_text[0] != '\0' ? transfer->curl_text : curl_easy_strerror(facts->result);
    if (error == ERROR_CLASS_HTTP_STATUS)
        (void)snprintf(transfer->detail, sizeof transfer->detail, "the endpoint answered %d", transfer->code);
    else if (facts->is_head_too_large && error == ERROR_CLASS_TOO_LARGE)
        (void)snprintf(transfer->detail, sizeof transfer->detail, "the answer's head is over %d bytes or %d lines",
                       SENDER_RESPONSE_HEAD_BYTES_MAX, RESPONSE_LINES_MAX);
    else if (error != ERROR_CLASS_NONE)
        (void)snprintf(transfer->detail, sizeof transfer->detail, "%s", why);
}

static void on_ended(void *owner, CURL *easy, CURLcode result)
{
    struct sender *sender = owner;
    struct transfer *transfer = NULL;
    struct sender_response response = {0};
    char *remote = NULL;
    long request_bytes = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
    (void)curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &remote);
    (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    struct transfer_facts facts = {.result = result,
                                   .code = transfer->code,
                                   .is_https = transfer->exchange->request.url->is_https,
                                   .is_head_complete = transfer->is_head_complete,
                                   .is_head_too_large = transfer->is_head_too_large,
                                   .is_blocked = transfer->is_blocked};
    read_timing(transfer, &facts, &response.timing);
    response.error = transfer_error_class(&facts);
    response.was_sent = request_bytes > 0;
    if (remote != NULL)
        (void)snprintf(response.remote_address, sizeof response.remote_address, "%s", remote);
    describe(transfer, &facts, response.error);
    if (response.error == ERROR_CLASS_CONNECT)
        resolver_rotate(sender->resolver, transfer->exchange->request.url->host);
    (void)curl_multi_remove_handle(multi_curl(sender->multi), easy);
    complete(transfer, &response);
}

/* Header lines → curl's list, in memory of the transfer; the two empty ones take away what libcurl would add. */
static int set_request_lines(struct transfer *transfer, const char *head, size_t size)
{
    if (size >= sizeof transfer->request_lines)
        return -E2BIG;
    memcpy(transfer->request_lines, head, size);
    transfer->request_lines[size] = '\0';
    size_t count = 0;
    char *line = transfer->request_lines;
    for (char *end; count < REQUEST_LINES_MAX && (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
        *end = '\0';
        transfer->request_items[count++].data = line;
    }
    if (*line != '\0')
        return -E2BIG;
    static char no_expect[] = "Expect:", no_accept[] = "Accept:";
    transfer->request_items[count++].data = no_expect;
    transfer->request_items[count++].data = no_accept;
    for (size_t i = 0; i < count; i++)
        transfer->request_items[i].next = i + 1 < count ? &transfer->request_items[i + 1] : NULL;
    return 0;
}

/* Pins the connection to the checked address; Host, SNI and the certificate's check stay with the name. */
static void set_connect_to(struct transfer *transfer, const struct resolver_address *address, uint16_t port)
{
    char text[INET6_ADDRSTRLEN] = "";
    bool is_v4 = address->any.sa_family == AF_INET;
    const void *bytes = is_v4 ? (const void *)&address->v4.sin_addr : (const void *)&address->v6.sin6_addr;
    (void)inet_ntop(address->any.sa_family, bytes, text, sizeof text);
    (void)snprintf(transfer->connect_to, sizeof transfer->connect_to, is_v4 ? "::%s:%u" : "::[%s]:%u", text, port);
    transfer->connect_to_item = (struct curl_slist){.data = transfer->connect_to};
}

static void start(struct transfer *transfer, const struct resolver_address *address)
{
    const struct sender_request *request = &transfer->exchange->request;
    CURL *easy = transfer->easy;
    uint64_t spent_ms = clock_monotonic_ms() - transfer->started_ms;
    long left_ms = spent_ms < request->timeout_ms ? (long)(request->timeout_ms - spent_ms) : 1;
    long connect_ms = (long)request->connect_timeout_ms < left_ms ? (long)request->connect_timeout_ms : left_ms;
    if (set_request_lines(transfer, request->head, request->head_size) < 0) {
        fail_before_sending(transfer, ERROR_CLASS_BLOCKED_ADDRESS, "the request's head is over its limit");
        return;
    }
    set_connect_to(transfer, address, request->url->port);
    (void)curl_easy_setopt(easy, CURLOPT_URL, request->url->text);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, &transfer->connect_to_item);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->request_items);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left_ms);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    move(transfer, &transfer->sender->sending);
    CURLMcode code = curl_multi_add_handle(multi_curl(transfer->sender->multi), easy);
    assert(code == CURLM_OK);
}

static void on_answered(struct resolver_question *question, const struct resolver_answer *answer)
{
    struct transfer *transfer = CONTAINER_OF(question, struct transfer, question);
    transfer->dns_ms = (uint32_t)(clock_monotonic_ms() - transfer->started_ms);
    if (answer->error != ERROR_CLASS_NONE)
        fail_before_sending(transfer, answer->error, answer->detail);
    else
        start(transfer, &answer->addresses[0]);
}

static void on_resolve_check(uv_timer_t *timer)
{
    struct sender *sender = timer->data;
    struct transfer *transfer, *tmp;
    uint64_t now_ms = clock_monotonic_ms();
    DL_FOREACH_SAFE(sender->resolving, transfer, tmp) {
        if (now_ms - transfer->started_ms < transfer->exchange->request.connect_timeout_ms)
            continue;
        resolver_cancel(&transfer->question);
        fail_before_sending(transfer, ERROR_CLASS_DNS, "the name look-up did not end in time");
    }
    if (sender->resolving == NULL)
        (void)uv_timer_stop(timer);
}

/* ---- the seam ------------------------------------------------------------------------------------------------------
 */

int sender_open(const struct egress_settings *settings, uv_loop_t *loop, struct sender **sender_out,
                struct error *error)
{
    struct url_policy policy;
    int code = egress_url_policy(settings, &policy, error);
    if (code < 0)
        return code;
    const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    if (version->ssl_version == NULL || strncmp(version->ssl_version, "OpenSSL/", 8) != 0)
        return error_set(error, ENOTSUP, "libcurl was built with %s, OpenSSL is needed (libcurl4-openssl-dev)",
                         version->ssl_version != NULL ? version->ssl_version : "no TLS");
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);

    struct sender *sender = ALLOC(struct sender);
    sender->policy = policy;
    sender->ca_file = settings->ca_file[0] != '\0' ? alloc_text(settings->ca_file) : NULL;
    sender->connection_idle_s = (long)(settings->connection_idle / 1000);
    sender->connection_age_s = (long)(settings->connection_age / 1000);
    sender->resolver = resolver_new(loop, &policy.addresses, (unsigned)settings->resolver_threads);
    sender->multi = multi_new(loop, on_ended, sender);
    (void)curl_multi_setopt(multi_curl(sender->multi), CURLMOPT_MAXCONNECTS, (long)settings->connections_kept);
    (void)uv_timer_init(loop, &sender->resolve_check);
    (void)uv_timer_init(loop, &sender->report_failed);
    sender->resolve_check.data = sender->report_failed.data = sender;
    sender->open_handle_count = 2;
    *sender_out = sender;
    return 0;
}

void sender_post(struct sender *sender, struct sender_exchange *exchange)
{
    struct transfer *transfer = transfer_take(sender);
    transfer->exchange = exchange;
    transfer->question.answered = on_answered;
    exchange->sender_state_ = transfer;
    sender->in_flight_count++;
    move(transfer, &sender->resolving);
    resolver_ask(sender->resolver, exchange->request.url->host, &transfer->question);
    if (sender->resolving != NULL && !uv_is_active((uv_handle_t *)&sender->resolve_check))
        (void)uv_timer_start(&sender->resolve_check, on_resolve_check, RESOLVE_CHECK_MS, RESOLVE_CHECK_MS);
}

static void abort_list(struct sender *sender, struct transfer **list)
{
    while (*list != NULL) {
        struct transfer *transfer = *list;
        struct sender_response response = {.error = ERROR_CLASS_RESET, .was_sent = list == &sender->sending};
        if (list == &sender->sending)
            (void)curl_multi_remove_handle(multi_curl(sender->multi), transfer->easy);
        resolver_cancel(&transfer->question);
        (void)snprintf(transfer->detail, sizeof transfer->detail, "cut by shutdown");
        transfer->code = 0;
        complete(transfer, &response);
    }
}

void sender_abort_all(struct sender *sender)
{
    abort_list(sender, &sender->resolving);
    abort_list(sender, &sender->sending);
    abort_list(sender, &sender->failed);
}

size_t sender_in_flight_count(const struct sender *sender)
{
    return sender->in_flight_count;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct sender *sender = handle->data;
    if (--sender->open_handle_count == 0)
        free(sender);
}

void sender_close(struct sender *sender)
{
    if (sender == NULL)
        return;
    assert(sender->in_flight_count == 0);
    while (sender->pool != NULL) {
        struct transfer *transfer = sender->pool;
        sender->pool = transfer->next;
        transfer_free(transfer);
    }
    multi_free(sender->multi);
    resolver_free(sender->resolver);
    free(sender->ca_file);
    uv_close((uv_handle_t *)&sender->resolve_check, on_timer_closed);
    uv_close((uv_handle_t *)&sender->report_failed, on_timer_closed);
}
