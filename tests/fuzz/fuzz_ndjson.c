/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/ndjson.h"

#include "tests/fuzz/fuzz.h"

#define LINE_BYTES_MAX 16

/* A text that comes in pieces holds the same lines as the whole, except that long ones are cut. The first byte says how
 * large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    size_t piece_size = bytes[0] % 32 + (size_t)1;
    size_t length = size - 1, at = 0;
    char *text = fuzz_text(bytes + 1, length);
    struct ndjson ndjson;
    struct ndjson_line whole, line;
    struct ndjson_stream *stream = ndjson_stream_new(LINE_BYTES_MAX);
    bool is_cut, is_ended = false;
    ndjson_init(&ndjson, text, length);
    for (;;) {
        if (ndjson_stream_next(stream, &line, &is_cut)) {
            do /* a long line that starts with blanks may be cut before its text begins */
                assert(ndjson_next(&ndjson, &whole));
            while (whole.number < line.number && whole.length > LINE_BYTES_MAX);
            assert(line.number == whole.number && is_cut == (whole.length > LINE_BYTES_MAX));
            assert(line.length == (is_cut ? LINE_BYTES_MAX : whole.length));
            assert(memcmp(line.text, whole.text, line.length) == 0);
            continue;
        }
        if (is_ended)
            break;
        size_t room_size, left = length - at;
        char *room = ndjson_stream_room(stream, &room_size);
        size_t count = left < piece_size ? left : piece_size;
        assert(room_size >= count);
        memcpy(room, text + at, count);
        ndjson_stream_fill(stream, count);
        at += count;
        is_ended = count == 0;
    }
    while (ndjson_next(&ndjson, &whole))
        assert(whole.length > LINE_BYTES_MAX);
    ndjson_stream_free(stream);
    free(text);
    return 0;
}
