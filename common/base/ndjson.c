/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/ndjson.h"

#include <assert.h>
#include <string.h>

#include "common/base/alloc.h"

#define PIECE_BYTES ((size_t)256 * 1024)

struct ndjson_stream {
    char *bytes; /* line_bytes_max + PIECE_BYTES of them */
    size_t capacity, line_bytes_max;
    size_t start, end; /* what is read and not handed out */
    size_t searched;   /* up to here there is no LF */
    uint64_t number;
    bool is_skipping; /* inside a line whose start was handed out as cut */
    bool is_ended;
};

/* A line without its CR; false when it is blank. */
static bool set_line(const char *text, size_t length, uint64_t number, struct ndjson_line *line_out)
{
    if (length > 0 && text[length - 1] == '\r')
        length--;
    size_t blank_length = 0;
    while (blank_length < length && (text[blank_length] == ' ' || text[blank_length] == '\t'))
        blank_length++;
    *line_out = (struct ndjson_line){.text = text, .length = length, .number = number};
    return blank_length < length;
}

void ndjson_init(struct ndjson *ndjson, const char *text, size_t length)
{
    *ndjson = (struct ndjson){.at = text, .end = text + length};
}

bool ndjson_next(struct ndjson *ndjson, struct ndjson_line *line_out)
{
    while (ndjson->at < ndjson->end) {
        const char *start = ndjson->at;
        const char *line_end = memchr(start, '\n', (size_t)(ndjson->end - start));
        ndjson->at = line_end == NULL ? ndjson->end : line_end + 1;
        ndjson->number++;
        if (set_line(start, (size_t)((line_end == NULL ? ndjson->end : line_end) - start), ndjson->number, line_out))
            return true;
    }
    return false;
}

struct ndjson_stream *ndjson_stream_new(size_t line_bytes_max)
{
    struct ndjson_stream *stream = ALLOC(struct ndjson_stream);
    stream->line_bytes_max = line_bytes_max;
    stream->capacity = line_bytes_max + PIECE_BYTES;
    stream->bytes = alloc_bytes(stream->capacity);
    return stream;
}

void ndjson_stream_free(struct ndjson_stream *stream)
{
    if (stream == NULL)
        return;
    free(stream->bytes);
    free(stream);
}

char *ndjson_stream_room(struct ndjson_stream *stream, size_t *size_out)
{
    if (stream->start > 0) {
        memmove(stream->bytes, stream->bytes + stream->start, stream->end - stream->start);
        stream->end -= stream->start;
        stream->searched -= stream->start;
        stream->start = 0;
    }
    *size_out = stream->capacity - stream->end;
    return stream->bytes + stream->end;
}

void ndjson_stream_fill(struct ndjson_stream *stream, size_t length)
{
    assert(length <= stream->capacity - stream->end);
    stream->end += length;
    stream->is_ended = length == 0;
}

/* The length of the next line with its LF, however long; 0 when its end is not there yet. */
static size_t find_line(struct ndjson_stream *stream, size_t *end_length_out)
{
    const char *line_end = memchr(stream->bytes + stream->searched, '\n', stream->end - stream->searched);
    size_t pending_length = stream->end - stream->start;
    *end_length_out = line_end != NULL ? 1 : 0;
    if (line_end != NULL)
        return (size_t)(line_end + 1 - (stream->bytes + stream->start));
    stream->searched = stream->end;
    return stream->is_ended || pending_length > stream->line_bytes_max + 1 ? pending_length : 0;
}

bool ndjson_stream_next(struct ndjson_stream *stream, struct ndjson_line *line_out, bool *is_cut_out)
{
    size_t size, end_length;
    while ((size = find_line(stream, &end_length)) > 0) {
        const char *text = stream->bytes + stream->start;
        bool is_rest = stream->is_skipping;
        stream->start += size;
        stream->searched = stream->start;
        stream->is_skipping = end_length == 0 && !stream->is_ended;
        if (is_rest)
            continue;
        stream->number++;
        bool has_text = set_line(text, size - end_length, stream->number, line_out);
        *is_cut_out = line_out->length > stream->line_bytes_max;
        if (*is_cut_out)
            line_out->length = stream->line_bytes_max;
        if (has_text)
            return true;
    }
    return false;
}

uint64_t ndjson_stream_line(const struct ndjson_stream *stream)
{
    return stream->number;
}
