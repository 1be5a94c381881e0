/* Creating topics at set-up. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/parse.h"
#include "common/domain/event_type.h"
#include "common/kafka/topic.h"

#define DAY_MS                 (24 * 3600 * 1000LL)
#define RETENTION_DAYS         7
#define EXTRA_TYPES_MAX        1000
#define POLL_MS                100
#define COPIES_FOR_TWO_IN_SYNC 3

/* A topic as it should be. */
struct plan {
    char name[TOPIC_BYTES_MAX + 1];
    int partition_count;
    int64_t retention_ms;
    bool exists;
};

struct plans {
    struct plan *items;
    size_t count;
};

/* A client for the time of one call. */
struct admin {
    const struct kafka_settings *settings;
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    uint64_t deadline_ms;
};

static struct plan *add_plan(struct plans *plans, int64_t partition_count, int64_t retention_ms)
{
    struct plan *plan = &plans->items[plans->count++];
    plan->partition_count = (int)partition_count;
    plan->retention_ms = retention_ms;
    return plan;
}

static struct plan *find_plan(const struct plans *plans, const char *name)
{
    for (size_t i = 0; i < plans->count; i++) {
        if (strcmp(plans->items[i].name, name) == 0)
            return &plans->items[i];
    }
    return NULL;
}

static void make_plans(const struct kafka_settings *settings, const char *const *extra_types, size_t extra_count,
                       struct plans *plans)
{
    static const int retention_days[] = {
#define X(id, name, days) [TOPIC_##id] = days,
        TOPICS(X)
#undef X
    };
    const char *prefix = settings->topic_prefix;
    plans->items = alloc_zeroed(EVENT_TYPE_COUNT + extra_count + ARRAY_LENGTH(retention_days) + RETRY_TIER_COUNT,
                                sizeof *plans->items);
    for (size_t i = 0; i < EVENT_TYPE_COUNT; i++)
        topic_for_event(prefix, event_type_name((enum event_type)i),
                        add_plan(plans, settings->partitions, RETENTION_DAYS * DAY_MS)->name);
    for (size_t i = 0; i < extra_count; i++) {
        char name[TOPIC_BYTES_MAX + 1];
        if (find_plan(plans, topic_for_event(prefix, extra_types[i], name)) == NULL)
            memcpy(add_plan(plans, settings->partitions, RETENTION_DAYS * DAY_MS)->name, name, sizeof name);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(retention_days); i++) {
        int64_t partitions = i == TOPIC_DEAD ? settings->retry_partitions : settings->partitions;
        topic_name(prefix, (enum topic)i, add_plan(plans, partitions, retention_days[i] * DAY_MS)->name);
    }
    for (size_t i = 0; i < RETRY_TIER_COUNT; i++) {
        int64_t four_delays_ms = 4 * retry_tier_ms((enum retry_tier)i);
        int64_t retention_ms = four_delays_ms > RETENTION_DAYS * DAY_MS ? four_delays_ms : RETENTION_DAYS * DAY_MS;
        topic_for_retry(prefix, (enum retry_tier)i, add_plan(plans, settings->retry_partitions, retention_ms)->name);
    }
}

static int left_ms(const struct admin *admin)
{
    uint64_t now_ms = clock_monotonic_ms();
    return now_ms < admin->deadline_ms ? (int)(admin->deadline_ms - now_ms) : 0;
}

/* The answer to the request just made; what else arrives meanwhile is logged. NULL: none in time. */
static rd_kafka_event_t *wait_for(struct admin *admin, rd_kafka_event_type_t type)
{
    do {
        int timeout_ms = left_ms(admin);
        rd_kafka_event_t *event = rd_kafka_queue_poll(admin->queue, timeout_ms < POLL_MS ? timeout_ms : POLL_MS);
        if (event != NULL && rd_kafka_event_type(event) == type)
            return event;
        if (event != NULL) {
            (void)kafka_event_is_log(event);
            rd_kafka_event_destroy(event);
        }
    } while (left_ms(admin) > 0);
    return NULL;
}

static int no_answer(struct error *error)
{
    return error_set(error, ETIMEDOUT, "Kafka did not answer in time");
}

static rd_kafka_AdminOptions_t *options_new(struct admin *admin, rd_kafka_admin_op_t operation)
{
    char reason[256];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->client, operation);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, left_ms(admin) + 1, reason, sizeof reason);
    return options; /* a bound outside librdkafka's range leaves its own, and wait_for() has ours */
}

/* ---- creating ------------------------------------------------------------------------------------------------------
 */

static rd_kafka_NewTopic_t *new_topic(const struct admin *admin, const struct plan *plan)
{
    char reason[256], retention[24];
    int copies = (int)admin->settings->replication_factor;
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(plan->name, plan->partition_count, copies, reason, sizeof reason);
    if (topic == NULL)
        return NULL;
    (void)snprintf(retention, sizeof retention, "%" PRId64, plan->retention_ms);
    (void)rd_kafka_NewTopic_set_config(topic, "retention.ms", retention);
    (void)rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "delete");
    (void)rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    (void)rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", copies >= COPIES_FOR_TWO_IN_SYNC ? "2" : "1");
    return topic;
}

static int take_created(rd_kafka_event_t *event, const struct plans *plans, struct error *error)
{
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_topic_result_name(results[i]);
        rd_kafka_resp_err_t result = rd_kafka_topic_result_error(results[i]);
        struct plan *plan = find_plan(plans, name);
        if (result == RD_KAFKA_RESP_ERR_NO_ERROR)
            (void)printf("topic %s: created\n", name);
        else if (result == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS && plan != NULL)
            plan->exists = true;
        else
            return error_set(error, EIO, "topic %s cannot be created: %s", name,
                             rd_kafka_topic_result_error_string(results[i]));
    }
    return 0;
}

static int create(struct admin *admin, const struct plans *plans, struct error *error)
{
    int code = 0;
    rd_kafka_NewTopic_t **topics = alloc_zeroed(plans->count, sizeof(rd_kafka_NewTopic_t *));
    for (size_t i = 0; code == 0 && i < plans->count; i++) {
        topics[i] = new_topic(admin, &plans->items[i]);
        if (topics[i] == NULL)
            code = error_set(error, EINVAL, "topic %s: bad name or number of partitions", plans->items[i].name);
    }
    if (code == 0) {
        rd_kafka_AdminOptions_t *options = options_new(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
        rd_kafka_CreateTopics(admin->client, topics, plans->count, options, admin->queue);
        rd_kafka_AdminOptions_destroy(options);
        rd_kafka_event_t *event = wait_for(admin, RD_KAFKA_EVENT_CREATETOPICS_RESULT);
        if (event == NULL)
            code = no_answer(error);
        else if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
            code = error_set(error, EIO, "topics cannot be created: %s", rd_kafka_event_error_string(event));
        else
            code = take_created(event, plans, error);
        rd_kafka_event_destroy(event);
    }
    for (size_t i = 0; i < plans->count && topics[i] != NULL; i++)
        rd_kafka_NewTopic_destroy(topics[i]);
    free(topics);
    return code;
}

/* ---- comparing -----------------------------------------------------------------------------------------------------
 */

static int count_partitions(const rd_kafka_metadata_t *metadata, const char *topic)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (strcmp(metadata->topics[i].topic, topic) == 0)
            return metadata->topics[i].partition_cnt;
    }
    return 0;
}

static void compare_partitions(const struct plans *plans, const rd_kafka_metadata_t *metadata)
{
    for (size_t i = 0; i < plans->count; i++) {
        const struct plan *plan = &plans->items[i];
        int partition_count = plan->exists ? count_partitions(metadata, plan->name) : 0;
        if (partition_count == 0)
            continue;
        (void)printf("topic %s: exists with %d partitions\n", plan->name, partition_count);
        if (partition_count < plan->partition_count)
            (void)fprintf(stderr, "warning: topic %s has %d partitions, the settings say %d; it is left as it is\n",
                          plan->name, partition_count, plan->partition_count);
    }
}

static void compare_config(const struct plan *plan, const rd_kafka_ConfigResource_t *resource)
{
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value == NULL)
            continue;
        int64_t retention_ms = -1; /* what it says when records are kept for ever */
        if (strcmp(name, "retention.ms") == 0)
            (void)!parse_int64(value, strlen(value), &retention_ms);
        if (retention_ms >= 0 && retention_ms < plan->retention_ms)
            (void)fprintf(stderr,
                          "warning: topic %s keeps records for %" PRId64 " ms, %" PRId64
                          " ms are needed: what waits longer is lost\n",
                          plan->name, retention_ms, plan->retention_ms);
        if (strcmp(name, "message.timestamp.type") == 0 && strcmp(value, "LogAppendTime") != 0)
            (void)fprintf(stderr,
                          "warning: topic %s has message.timestamp.type=%s: retries follow the producers' clocks\n",
                          plan->name, value);
    }
}

static void compare_configs(struct admin *admin, const struct plans *plans)
{
    size_t count = 0;
    rd_kafka_ConfigResource_t **resources = alloc_zeroed(plans->count, sizeof(rd_kafka_ConfigResource_t *));
    for (size_t i = 0; i < plans->count; i++) {
        if (plans->items[i].exists)
            resources[count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, plans->items[i].name);
    }
    rd_kafka_AdminOptions_t *options = options_new(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_DescribeConfigs(admin->client, resources, count, options, admin->queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_event_t *event = wait_for(admin, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT);
    if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)fprintf(stderr, "warning: the topics' settings could not be checked: %s\n",
                      event != NULL ? rd_kafka_event_error_string(event) : "no answer in time");
    } else {
        size_t found_count;
        const rd_kafka_ConfigResource_t **found =
            rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &found_count);
        for (size_t i = 0; i < found_count; i++) {
            const struct plan *plan = find_plan(plans, rd_kafka_ConfigResource_name(found[i]));
            if (plan != NULL && rd_kafka_ConfigResource_error(found[i]) == RD_KAFKA_RESP_ERR_NO_ERROR)
                compare_config(plan, found[i]);
        }
    }
    rd_kafka_event_destroy(event);
    rd_kafka_ConfigResource_destroy_array(resources, count);
    free(resources);
}

static int compare(struct admin *admin, const struct plans *plans, struct error *error)
{
    const rd_kafka_metadata_t *metadata;
    size_t existing_count = 0;
    for (size_t i = 0; i < plans->count; i++)
        existing_count += plans->items[i].exists ? 1 : 0;
    if (existing_count == 0)
        return 0;
    rd_kafka_resp_err_t result = rd_kafka_metadata(admin->client, 1, NULL, &metadata, left_ms(admin) + 1);
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, EIO, "the topics cannot be listed: %s", rd_kafka_err2str(result));
    compare_partitions(plans, metadata);
    rd_kafka_metadata_destroy(metadata);
    compare_configs(admin, plans);
    return 0;
}

/* ---- the whole -----------------------------------------------------------------------------------------------------
 */

static int admin_open(struct admin *admin, struct error *error)
{
    char reason[512];
    rd_kafka_conf_t *conf;
    int code = kafka_conf_new(admin->settings, "kt-topics", &conf, error);
    if (code < 0)
        return code;
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
    admin->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (admin->client == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(error, EINVAL, "kafka: %s", reason);
    }
    admin->queue = rd_kafka_queue_get_main(admin->client);
    (void)rd_kafka_set_log_queue(admin->client, NULL); /* to the main queue; cannot fail with log.queue set */
    return 0;
}

static void admin_close(struct admin *admin)
{
    rd_kafka_queue_destroy(admin->queue);
    (void)kafka_destroy(admin->client, 2000);
}

int topics_ensure(const struct kafka_settings *settings, const char *const *extra_types, size_t extra_count,
                  int timeout_ms, struct error *error)
{
    struct admin admin = {.settings = settings, .deadline_ms = clock_monotonic_ms() + (uint64_t)timeout_ms};
    struct plans plans = {0};
    if (extra_count > EXTRA_TYPES_MAX)
        return error_set(error, EINVAL, "%zu custom event types, at most %d are allowed", extra_count, EXTRA_TYPES_MAX);
    int code = admin_open(&admin, error);
    if (code < 0)
        return code;
    make_plans(settings, extra_types, extra_count, &plans);
    code = create(&admin, &plans, error);
    if (code == 0)
        code = compare(&admin, &plans, error);
    free(plans.items);
    admin_close(&admin);
    return code;
}
