/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"

/* Everything known about one host. */
struct resolver_name {
    UT_hash_handle hh;
    struct resolver *resolver;
    char *host;
    struct resolver_answer answer;
    uint64_t fresh_until_ms; /* monotonic; 0: nothing known yet */
    bool is_asking;
    bool is_waiting;                     /* in resolver->waiting */
    struct resolver_question *questions; /* waiting for the look-up */
    struct resolver_name *prev, *next;   /* of resolver->waiting */
    uv_getaddrinfo_t lookup;
};

struct resolver {
    uv_loop_t *loop;
    struct address_policy policy;
    unsigned lookups_max;
    unsigned lookup_count;
    struct resolver_name *names;   /* hash by host */
    struct resolver_name *waiting; /* for a free look-up */
    bool is_closing;
};

static void name_free(struct resolver_name *name)
{
    HASH_DEL(name->resolver->names, name);
    free(name->host);
    free(name);
}

struct resolver *resolver_new(uv_loop_t *loop, const struct address_policy *policy, unsigned lookups_max)
{
    struct resolver *resolver = ALLOC(struct resolver);
    resolver->loop = loop;
    resolver->policy = *policy;
    resolver->lookups_max = lookups_max;
    return resolver;
}

static void fail(struct resolver_answer *answer, enum error_class error, const char *what, const char *why)
{
    answer->error = error;
    answer->count = 0;
    (void)snprintf(answer->detail, sizeof answer->detail, "%s: %s", what, why);
}

/* Adds one address, or refuses the whole answer. */
static void add_address(const struct resolver *resolver, const struct sockaddr *address, size_t size,
                        struct resolver_answer *answer)
{
    char text[INET6_ADDRSTRLEN] = "?";
    const char *refusal = address_policy_refusal(&resolver->policy, address);
    if (refusal != NULL) {
        if (address->sa_family == AF_INET)
            (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof text);
        else if (address->sa_family == AF_INET6)
            (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text,
                            sizeof text);
        char what[96];
        (void)snprintf(what, sizeof what, "address %s is not allowed", text);
        fail(answer, ERROR_CLASS_BLOCKED_ADDRESS, what, refusal);
        return;
    }
    if (answer->count < RESOLVER_ADDRESSES_MAX && size <= sizeof answer->addresses[0])
        memcpy(&answer->addresses[answer->count++], address, size);
}

/* A literal address needs no look-up. */
static bool answer_literal(const struct resolver *resolver, const char *host, struct resolver_answer *answer)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    *answer = (struct resolver_answer){0};
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        add_address(resolver, (const struct sockaddr *)&v4, sizeof v4, answer);
    else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
        add_address(resolver, (const struct sockaddr *)&v6, sizeof v6, answer);
    else
        return false;
    return true;
}

static void answer_all(struct resolver_name *name)
{
    struct resolver_question *question;
    while ((question = name->questions) != NULL) {
        DL_DELETE(name->questions, question);
        question->name_ = NULL;
        question->answered(question, &name->answer);
    }
}

static void start_waiting(struct resolver *resolver);

static void read_addresses(struct resolver_name *name, int status, const struct addrinfo *found)
{
    struct resolver_answer *answer = &name->answer;
    *answer = (struct resolver_answer){0};
    if (status != 0) {
        fail(answer, ERROR_CLASS_DNS, "name could not be resolved", uv_strerror(status));
        return;
    }
    for (; found != NULL && answer->error == ERROR_CLASS_NONE; found = found->ai_next)
        add_address(name->resolver, found->ai_addr, found->ai_addrlen, answer);
    if (answer->error == ERROR_CLASS_NONE && answer->count == 0)
        fail(answer, ERROR_CLASS_DNS, "name could not be resolved", "it has no address");
}

static void remember(struct resolver_name *name, int status, const struct addrinfo *found)
{
    read_addresses(name, status, found);
    bool is_good = name->answer.error == ERROR_CLASS_NONE;
    name->fresh_until_ms = clock_monotonic_ms() + (is_good ? RESOLVER_KEPT_MS : RESOLVER_KEPT_FAILED_MS);
    name->is_asking = false;
    name->resolver->lookup_count--;
}

static void on_lookup(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
    struct resolver_name *name = lookup->data;
    struct resolver *resolver = name->resolver;
    remember(name, status, found);
    uv_freeaddrinfo(found);
    if (resolver->is_closing) {
        name_free(name);
        if (resolver->lookup_count == 0)
            free(resolver);
        return;
    }
    answer_all(name);
    start_waiting(resolver);
}

/* Absolute, so that no search list of the machine turns a customer's name into a local one. */
static void start_lookup(struct resolver_name *name)
{
    char absolute[256 + 1];
    bool is_dotted = strchr(name->host, '.') != NULL;
    (void)snprintf(absolute, sizeof absolute, is_dotted ? "%s." : "%s", name->host);
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    name->is_asking = true;
    name->lookup.data = name;
    name->resolver->lookup_count++;
    int status = uv_getaddrinfo(name->resolver->loop, &name->lookup, on_lookup, absolute, NULL, &hints);
    if (status == 0)
        return;
    remember(name, status, NULL);
    answer_all(name);
}

static void start_waiting(struct resolver *resolver)
{
    while (resolver->waiting != NULL && resolver->lookup_count < resolver->lookups_max) {
        struct resolver_name *name = resolver->waiting;
        DL_DELETE(resolver->waiting, name);
        name->is_waiting = false;
        start_lookup(name);
    }
}

static void queue_lookup(struct resolver_name *name)
{
    struct resolver *resolver = name->resolver;
    if (name->is_asking || name->is_waiting)
        return;
    if (resolver->lookup_count < resolver->lookups_max) {
        start_lookup(name);
        return;
    }
    name->is_waiting = true;
    DL_APPEND(resolver->waiting, name);
}

/* The oldest names go first: uthash keeps the order of insertion. */
static void make_room(struct resolver *resolver)
{
    struct resolver_name *name, *tmp;
    if (HASH_COUNT(resolver->names) < RESOLVER_NAMES_MAX)
        return;
    HASH_ITER(hh, resolver->names, name, tmp) {
        if (name->questions == NULL && !name->is_asking && !name->is_waiting) {
            name_free(name);
            return;
        }
    }
}

static struct resolver_name *find_or_add(struct resolver *resolver, const char *host)
{
    struct resolver_name *name;
    HASH_FIND_STR(resolver->names, host, name);
    if (name != NULL)
        return name;
    make_room(resolver);
    name = ALLOC(struct resolver_name);
    name->resolver = resolver;
    name->host = alloc_text(host);
    HASH_ADD_KEYPTR(hh, resolver->names, name->host, strlen(name->host), name);
    return name;
}

void resolver_ask(struct resolver *resolver, const char *host, struct resolver_question *question)
{
    struct resolver_answer literal;
    question->name_ = NULL;
    if (answer_literal(resolver, host, &literal)) {
        question->answered(question, &literal);
        return;
    }
    struct resolver_name *name = find_or_add(resolver, host);
    if (clock_monotonic_ms() < name->fresh_until_ms) {
        question->answered(question, &name->answer);
        return;
    }
    question->name_ = name;
    DL_APPEND(name->questions, question);
    queue_lookup(name);
}

void resolver_cancel(struct resolver_question *question)
{
    if (question->name_ == NULL)
        return;
    DL_DELETE(question->name_->questions, question);
    question->name_ = NULL;
}

void resolver_rotate(struct resolver *resolver, const char *host)
{
    struct resolver_name *name;
    HASH_FIND_STR(resolver->names, host, name);
    if (name == NULL || name->answer.count < 2)
        return;
    struct resolver_answer *answer = &name->answer;
    struct resolver_address first = answer->addresses[0];
    memmove(&answer->addresses[0], &answer->addresses[1], (answer->count - 1) * sizeof first);
    answer->addresses[answer->count - 1] = first;
}

/* Look-ups that the thread pool is busy with cannot be stopped; the last one to end frees the rest. */
void resolver_free(struct resolver *resolver)
{
    struct resolver_name *name, *tmp;
    if (resolver == NULL)
        return;
    resolver->is_closing = true;
    HASH_ITER(hh, resolver->names, name, tmp) {
        assert(name->questions == NULL);
        if (name->is_asking)
            (void)uv_cancel((uv_req_t *)&name->lookup); /* too late for a running one: on_lookup() frees it */
        else
            name_free(name);
    }
    if (resolver->lookup_count == 0)
        free(resolver);
}
