/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kafka/client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define PASSWORD_BYTES_MAX 1024

static const struct setting rows[] = {
#define SETTINGS_STRUCT kafka_settings
#define SETTING         SETTINGS_ROW
#include "common/kafka/settings.def"
#undef SETTING
#undef SETTINGS_STRUCT
};

struct settings_section kafka_settings_section(struct kafka_settings *values)
{
    return (struct settings_section){.name = "kafka", .rows = rows, .count = ARRAY_LENGTH(rows), .values = values};
}

/* ---- configuration ----------------------------------------------------------------------------------------------- */

int kafka_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *error)
{
    char reason[512];
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        return 0;
    return error_set(error, EINVAL, "kafka: %s", reason);
}

/* The password is the file's first line. */
static int set_password(rd_kafka_conf_t *conf, const char *path, struct error *error)
{
    char password[PASSWORD_BYTES_MAX + 2];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, errno, "kafka.sasl_password_file: cannot open %s: %s", path, strerror(errno));
    size_t size = fread(password, 1, sizeof password - 1, file);
    bool is_broken = ferror(file) != 0;
    (void)fclose(file);
    password[size] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    int code = 0;
    if (is_broken)
        code = error_set(error, EIO, "kafka.sasl_password_file: cannot read %s", path);
    else if (password[0] == '\0')
        code = error_set(error, EINVAL, "kafka.sasl_password_file: the first line of %s is empty", path);
    else if (strlen(password) > PASSWORD_BYTES_MAX)
        code = error_set(error, EINVAL, "kafka.sasl_password_file: the first line of %s has more than %d bytes", path,
                         PASSWORD_BYTES_MAX);
    else
        code = kafka_conf_set(conf, "sasl.password", password, error);
    explicit_bzero(password, sizeof password);
    return code;
}

static int set_security(rd_kafka_conf_t *conf, const struct kafka_settings *settings, struct error *error)
{
    const struct {
        const char *name, *value;
    } texts[] = {
        {"security.protocol", settings->security_protocol},
        {"sasl.mechanisms",   settings->sasl_mechanism   },
        {"sasl.username",     settings->sasl_username    },
        {"ssl.ca.location",   settings->ca_file          },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if (texts[i].value == NULL || texts[i].value[0] == '\0')
            continue;
        int code = kafka_conf_set(conf, texts[i].name, texts[i].value, error);
        if (code < 0)
            return code;
    }
    const char *password_file = settings->sasl_password_file;
    if (password_file == NULL || password_file[0] == '\0')
        return 0;
    return set_password(conf, password_file, error);
}

/* What producers and consumers share. */
static const struct {
    const char *name, *value;
} shared_options[] = {
    {"socket.nagle.disable",               "true"   },
    {"socket.keepalive.enable",            "true"   },
    {"enable.metrics.push",                "false"  },
    {"log.connection.close",               "false"  },
    {"log.queue",                          "true"   },
    {"allow.auto.create.topics",           "false"  },
    {"topic.metadata.refresh.interval.ms", "10000"  }, /* how soon a new custom topic is seen */
    {"reconnect.backoff.ms",               "100"    },
    {"reconnect.backoff.max.ms",           "2000"   }, /* a broker that comes back is used soon */
    {"message.max.bytes",                  "1048576"}, /* the broker's default; librdkafka's own is a little less */
};

static int fill_conf(rd_kafka_conf_t *conf, const struct kafka_settings *settings, const char *client_id,
                     struct error *error)
{
    int code = kafka_conf_set(conf, "bootstrap.servers", settings->bootstrap, error);
    if (code < 0)
        return code;
    code = kafka_conf_set(conf, "client.id", client_id, error);
    for (size_t i = 0; code == 0 && i < ARRAY_LENGTH(shared_options); i++)
        code = kafka_conf_set(conf, shared_options[i].name, shared_options[i].value, error);
    return code < 0 ? code : set_security(conf, settings, error);
}

int kafka_conf_new(const struct kafka_settings *settings, const char *client_id, rd_kafka_conf_t **conf_out,
                   struct error *error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int code = fill_conf(conf, settings, client_id, error);
    if (code < 0) {
        rd_kafka_conf_destroy(conf);
        return code;
    }
    *conf_out = conf;
    return 0;
}

/* ---- librdkafka's log -------------------------------------------------------------------------------------------- */

/* Its levels are syslog's. A lost connection is an "error" there and an everyday matter here. A reset offset is the
 * other way round: records were removed before they were read. */
static enum log_level level_of(const char *facility, int syslog_level)
{
    if (syslog_level <= 2)
        return LOG_ERROR;
    if (syslog_level <= 4)
        return strcmp(facility, "OFFSET") == 0 ? LOG_ERROR : LOG_WARNING;
    return syslog_level <= 6 ? LOG_INFO : LOG_DEBUG;
}

static void log_line(int syslog_level, const char *facility, const char *text)
{
    enum log_level level = level_of(facility, syslog_level);
    if (strcmp(facility, "OFFSET") == 0 && level == LOG_ERROR)
        log_event(level, "kafka_offset_reset", NULL, "records are gone before they were read: %s", text);
    else
        log_event(level, "kafka_client", LOG_FIELDS({"facility", facility}), "%s", text);
}

static void log_from_queue(rd_kafka_event_t *event)
{
    const char *facility, *text;
    int syslog_level;
    if (rd_kafka_event_log(event, &facility, &text, &syslog_level) == 0)
        log_line(syslog_level, facility, text);
}

static void log_at_once(const rd_kafka_t *client, int syslog_level, const char *facility, const char *text)
{
    (void)client;
    log_line(syslog_level, facility, text);
}

int kafka_conf_log_at_once(rd_kafka_conf_t *conf, struct error *error)
{
    rd_kafka_conf_set_log_cb(conf, log_at_once);
    return kafka_conf_set(conf, "log.queue", "false", error);
}

/* A broken connection is a log line as well, and only there are repetitions held back. */
static void log_failure(rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t failure = rd_kafka_event_error(event);
    bool is_fatal = rd_kafka_event_error_is_fatal(event) != 0;
    bool is_told = failure == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || failure == RD_KAFKA_RESP_ERR__TRANSPORT;
    enum log_level level = is_fatal ? LOG_ERROR : is_told ? LOG_DEBUG : LOG_WARNING;
    log_event(level, is_fatal ? "kafka_fatal" : "kafka_error", LOG_FIELDS({"error", rd_kafka_err2name(failure)}), "%s",
              rd_kafka_event_error_string(event));
}

bool kafka_event_is_log(rd_kafka_event_t *event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LOG:
        log_from_queue(event);
        return true;
    case RD_KAFKA_EVENT_ERROR:
        log_failure(event);
        return true;
    default:
        return false;
    }
}

/* ---- the end of a client ------------------------------------------------------------------------------------------
 */

static void *destroy(void *client)
{
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return NULL;
}

bool kafka_destroy(rd_kafka_t *client, unsigned timeout_ms)
{
    pthread_t thread;
    struct timespec until;
    if (pthread_create(&thread, NULL, destroy, client) != 0)
        return false;
    int64_t until_ms = clock_wall_ms() + timeout_ms; /* pthread_timedjoin_np() knows no other clock */
    until.tv_sec = until_ms / 1000;
    until.tv_nsec = until_ms % 1000 * 1000000;
    if (pthread_timedjoin_np(thread, NULL, &until) == 0)
        return true;
    (void)pthread_detach(thread);
    return false;
}

/* ---- queue → loop -------------------------------------------------------------------------------------------------
 */

static const uint64_t one = 1; /* what an eventfd takes */

struct kafka_wakeup {
    uv_poll_t poll;
    rd_kafka_queue_t *queue;
    int fd;
    void (*on_ready)(void *owner);
    void *owner;
};

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct kafka_wakeup *wakeup = poll->data;
    uint64_t count;
    (void)status, (void)events;
    if (read(wakeup->fd, &count, sizeof count) == (ssize_t)sizeof count)
        wakeup->on_ready(wakeup->owner);
}

struct kafka_wakeup *kafka_wakeup_new(uv_loop_t *loop, rd_kafka_queue_t *queue, void (*on_ready)(void *owner),
                                      void *owner)
{
    struct kafka_wakeup *wakeup = ALLOC(struct kafka_wakeup);
    wakeup->queue = queue;
    wakeup->on_ready = on_ready;
    wakeup->owner = owner;
    wakeup->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wakeup->fd < 0 || uv_poll_init(loop, &wakeup->poll, wakeup->fd) != 0) {
        log_error("out_of_descriptors", "cannot watch a Kafka queue: %s; the process ends", strerror(errno));
        abort();
    }
    wakeup->poll.data = wakeup;
    (void)uv_poll_start(&wakeup->poll, UV_READABLE, on_readable);
    rd_kafka_queue_io_event_enable(queue, wakeup->fd, &one, sizeof one);
    kafka_wakeup_again(wakeup); /* what was there before the event was enabled */
    return wakeup;
}

void kafka_wakeup_again(struct kafka_wakeup *wakeup)
{
    ssize_t written = write(wakeup->fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full, and then the loop wakes anyway */
}

static void on_closed(uv_handle_t *poll)
{
    free(poll->data);
}

void kafka_wakeup_free(struct kafka_wakeup *wakeup)
{
    if (wakeup == NULL)
        return;
    rd_kafka_queue_io_event_enable(wakeup->queue, -1, NULL, 0);
    uv_close((uv_handle_t *)&wakeup->poll, on_closed);
    (void)close(wakeup->fd);
}
