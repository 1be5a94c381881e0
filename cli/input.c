/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define PIECE_BYTES 65536

FILE *input_open(const char *path, struct error *error)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return stdin;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)error_set(error, errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode)) {
        (void)error_set(error, EISDIR, "%s is a folder", path);
        (void)fclose(file);
        return NULL;
    }
    return file;
}

void input_close(FILE *file)
{
    if (file != NULL && file != stdin)
        (void)fclose(file);
}

int input_read(const char *path, struct buffer *out, struct error *error)
{
    char piece[PIECE_BYTES];
    size_t length;
    FILE *file = input_open(path, error);
    if (file == NULL)
        return -ENOENT;
    while (!out->is_overflowed && (length = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_append(out, piece, length);
    bool has_failed = ferror(file) != 0;
    explicit_bzero(piece, sizeof piece);
    input_close(file);
    if (has_failed)
        return error_set(error, EIO, "%s cannot be read", path);
    if (out->is_overflowed)
        return error_set(error, EMSGSIZE, "%s is larger than %zu bytes", path, out->max_bytes);
    return 0;
}

bool input_is_shared(const char *path)
{
    struct stat status;
    return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

void buffer_wipe(struct buffer *buffer)
{
    if (buffer->bytes != NULL)
        explicit_bzero(buffer->bytes, buffer->length);
    buffer_deinit(buffer);
}
