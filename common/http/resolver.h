#pragma once
/*
 * Host names → addresses that the policy allows, off the loop's thread. Answers are kept for a while, look-ups of one
 * name are shared, and the number under way is bounded. An answer with any refused address is refused whole (DNS
 * rebinding). One thread. SPDX-License-Identifier: Apache-2.0
 */
#include <netinet/in.h>
#include <stdint.h>
#include <uv.h>

#include "common/domain/address_policy.h"
#include "common/domain/outcome.h"

#define RESOLVER_ADDRESSES_MAX  8
#define RESOLVER_NAMES_MAX      20000 /* kept answers */
#define RESOLVER_KEPT_MS        30000
#define RESOLVER_KEPT_FAILED_MS 5000
#define RESOLVER_DETAIL_BYTES   160

struct resolver;

struct resolver_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
};

struct resolver_answer {
    enum error_class error; /* NONE, DNS or BLOCKED_ADDRESS */
    char detail[RESOLVER_DETAIL_BYTES];
    struct resolver_address addresses[RESOLVER_ADDRESSES_MAX];
    size_t count;
};

/* Embedded by whoever asks. answered is called once, from inside resolver_ask() when the answer is known, else later on
 * the loop; the answer is borrowed until it returns. */
struct resolver_question {
    void (*answered)(struct resolver_question *question, const struct resolver_answer *answer);
    struct resolver_question *prev, *next; /* internal */
    struct resolver_name *name_;           /* internal */
};

struct resolver *resolver_new(uv_loop_t *loop, const struct address_policy *policy, unsigned lookups_max);
void resolver_ask(struct resolver *resolver, const char *host, struct resolver_question *question);
/* answered will not be called any more. No effect after it was. */
void resolver_cancel(struct resolver_question *question);
/* The address did not answer: the next question gets the others first. */
void resolver_rotate(struct resolver *resolver, const char *host);
void resolver_free(struct resolver *resolver); /* NULL-safe; no questions open */
