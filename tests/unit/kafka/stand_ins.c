/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/kafka/stand_ins.h"

#include <assert.h>
#include <string.h>

#include "common/base/alloc.h"

struct rd_kafka_headers_s {
    struct record_header items[STAND_IN_HEADERS_MAX];
    size_t count;
};

struct stand_in_message *stand_in_bare(const char *topic, const char *value)
{
    struct stand_in_message *message = ALLOC(struct stand_in_message);
    message->headers = ALLOC(struct rd_kafka_headers_s);
    message->message.payload = alloc_text(value);
    message->message.len = value != NULL ? strlen(value) : 0;
    message->message.partition = 3;
    message->message.offset = 42;
    message->message.rkt = (rd_kafka_topic_t *)(void *)alloc_text(topic); /* only these stand-ins look at it */
    message->message._private = message->headers;
    return message;
}

struct stand_in_message *stand_in_message(const struct record *record)
{
    struct stand_in_message *message = stand_in_bare(record->topic, record->value);
    message->message.key = record->key != NULL ? alloc_copy(record->key, record->key_size) : NULL;
    message->message.key_len = record->key_size;
    for (size_t i = 0; i < record->header_count; i++)
        stand_in_add_header(message, record->headers[i].name, record->headers[i].value, record->headers[i].value_size);
    return message;
}

void stand_in_add_header(struct stand_in_message *message, const char *name, const void *value, size_t size)
{
    struct rd_kafka_headers_s *headers = message->headers;
    assert(headers->count < STAND_IN_HEADERS_MAX);
    headers->items[headers->count++] = (struct record_header){
        .name = name, .value = value != NULL ? alloc_copy(value, size) : NULL, .value_size = size};
}

static void free_value(struct record_header *header)
{
    void *value;
    memcpy(&value, &header->value, sizeof value);
    free(value);
}

void stand_in_set_header(struct stand_in_message *message, const char *name, const char *value)
{
    struct rd_kafka_headers_s *headers = message->headers;
    size_t kept_count = 0;
    for (size_t i = 0; i < headers->count; i++) {
        if (strcmp(headers->items[i].name, name) == 0)
            free_value(&headers->items[i]);
        else
            headers->items[kept_count++] = headers->items[i];
    }
    headers->count = kept_count;
    if (value != NULL)
        stand_in_add_header(message, name, value, strlen(value));
}

void stand_in_free(struct stand_in_message *message)
{
    for (size_t i = 0; i < message->headers->count; i++)
        free_value(&message->headers->items[i]);
    free(message->headers);
    free(message->message.payload);
    free(message->message.key);
    free((void *)message->message.rkt);
    free(message);
}

/* ---- librdkafka ---- */

rd_kafka_resp_err_t rd_kafka_message_headers(const rd_kafka_message_t *rkmessage, rd_kafka_headers_t **hdrsp)
{
    *hdrsp = rkmessage->_private;
    return (*hdrsp)->count > 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR__NOENT;
}

size_t rd_kafka_header_cnt(const rd_kafka_headers_t *hdrs)
{
    return hdrs->count;
}

rd_kafka_resp_err_t rd_kafka_header_get_all(const rd_kafka_headers_t *hdrs, size_t idx, const char **namep,
                                            const void **valuep, size_t *sizep)
{
    if (idx >= hdrs->count)
        return RD_KAFKA_RESP_ERR__NOENT;
    *namep = hdrs->items[idx].name;
    *valuep = hdrs->items[idx].value;
    *sizep = hdrs->items[idx].value_size;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_header_get_last(const rd_kafka_headers_t *hdrs, const char *name, const void **valuep,
                                             size_t *sizep)
{
    const char *found;
    for (size_t i = hdrs->count; i-- > 0;) {
        if (strcmp(hdrs->items[i].name, name) == 0)
            return rd_kafka_header_get_all(hdrs, i, &found, valuep, sizep);
    }
    return RD_KAFKA_RESP_ERR__NOENT;
}

const char *rd_kafka_topic_name(const rd_kafka_topic_t *rkt)
{
    return (const char *)rkt;
}

const char *rd_kafka_err2str(rd_kafka_resp_err_t err)
{
    (void)err;
    return "an error";
}
