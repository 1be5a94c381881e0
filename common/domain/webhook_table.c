/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/domain/webhook.h"

#define uthash_malloc(size) alloc_bytes(size)
#define HASH_FUNCTION       HASH_FNV /* the default falls through cases without saying so, which clang warns about */
#include <uthash.h>

/* A webhook's place in the table. */
struct entry {
    UT_hash_handle hh;       /* by webhook->id */
    struct webhook *webhook; /* one reference */
    struct entry *next;      /* of the same organization, in the order of adding */
};

struct organization {
    UT_hash_handle hh; /* by id */
    char id[ORG_ID_BYTES_MAX + 1];
    struct entry *first;
    struct entry *last;
};

struct webhook_table {
    int64_t config_version;
    struct entry *entries;
    struct organization *organizations;
};

struct webhook_table *webhook_table_new(int64_t config_version)
{
    struct webhook_table *table = ALLOC(struct webhook_table);
    table->config_version = config_version;
    return table;
}

void webhook_table_free(struct webhook_table *table)
{
    if (table == NULL)
        return;
    struct entry *entry;
    struct entry *next_entry;
    HASH_ITER(hh, table->entries, entry, next_entry) {
        HASH_DEL(table->entries, entry); /* NOLINT(clang-analyzer-unix.Malloc): does not see the head move on */
        webhook_unref(entry->webhook);
        free(entry);
    }
    struct organization *organization;
    struct organization *next_organization;
    HASH_ITER(hh, table->organizations, organization, next_organization) {
        HASH_DEL(table->organizations, organization); /* NOLINT(clang-analyzer-unix.Malloc): the same */
        free(organization);
    }
    free(table);
}

static struct organization *find_organization(const struct webhook_table *table, const char *id)
{
    struct organization *organization;
    HASH_FIND_STR(table->organizations, id, organization);
    return organization;
}

static struct organization *find_or_add_organization(struct webhook_table *table, const char *id)
{
    struct organization *organization = find_organization(table, id);
    if (organization != NULL)
        return organization;
    organization = ALLOC(struct organization);
    memcpy(organization->id, id, strlen(id) + 1);
    HASH_ADD_STR(table->organizations, id, organization);
    return organization;
}

void webhook_table_add(struct webhook_table *table, struct webhook *webhook)
{
    assert(webhook_table_find(table, webhook->id) == NULL);
    struct organization *organization = find_or_add_organization(table, webhook->org_id);
    struct entry *entry = ALLOC(struct entry);
    entry->webhook = webhook;
    HASH_ADD_KEYPTR(hh, table->entries, webhook->id, strlen(webhook->id), entry);
    if (organization->last != NULL)
        organization->last->next = entry;
    else
        organization->first = entry;
    organization->last = entry;
}

size_t webhook_table_count(const struct webhook_table *table)
{
    return HASH_COUNT(table->entries);
}

int64_t webhook_table_version(const struct webhook_table *table)
{
    return table->config_version;
}

struct webhook *webhook_table_find(const struct webhook_table *table, const char *webhook_id)
{
    struct entry *entry;
    HASH_FIND_STR(table->entries, webhook_id, entry);
    return entry != NULL ? entry->webhook : NULL;
}

void webhook_table_each(const struct webhook_table *table, const char *org_id,
                        void (*fn)(void *owner, struct webhook *webhook), void *owner)
{
    const struct organization *organization = find_organization(table, org_id);
    for (struct entry *entry = organization != NULL ? organization->first : NULL; entry != NULL; entry = entry->next)
        fn(owner, entry->webhook);
}
