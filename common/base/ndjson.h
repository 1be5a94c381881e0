#pragma once
/*
 * Newline-delimited JSON: a text as numbered lines. Lines end with LF or CRLF or the end of the text; blank ones are
 * passed over but counted. What a line holds is nobody's business here. Pure. SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ndjson_line {
    const char *text; /* borrowed, without its end */
    size_t length;
    uint64_t number; /* 1… */
};

/* Reads a text that is there as a whole. Zero `number` starts at its first line. */
struct ndjson {
    const char *at, *end;
    uint64_t number;
};

void ndjson_init(struct ndjson *ndjson, const char *text, size_t length);
/* The next line that is not blank; false at the end. */
bool ndjson_next(struct ndjson *ndjson, struct ndjson_line *line_out);

/*
 * Reads a text that comes in pieces, at constant memory: a line longer than line_bytes_max is cut there and marked, and
 * the rest of it passed over.
 *
 *     room = ndjson_stream_room(stream, &size); length = read(…, room, size); ndjson_stream_fill(stream, length)
 *     while (ndjson_stream_next(stream, &line, &is_cut)) …
 */
struct ndjson_stream;

struct ndjson_stream *ndjson_stream_new(size_t line_bytes_max);
void ndjson_stream_free(struct ndjson_stream *stream); /* NULL-safe */

/* Where the next piece goes; at least one byte of room once ndjson_stream_next() has said false. Moves what lines point
 * to. */
char *ndjson_stream_room(struct ndjson_stream *stream, size_t *size_out);
void ndjson_stream_fill(struct ndjson_stream *stream, size_t length); /* 0: the text has ended */
/* The next line that is not blank and whole; false when more has to be read, or at the end. Valid until the next piece.
 */
bool ndjson_stream_next(struct ndjson_stream *stream, struct ndjson_line *line_out, bool *is_cut_out);
uint64_t ndjson_stream_line(const struct ndjson_stream *stream); /* lines read so far */
