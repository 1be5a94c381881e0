/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/database.h"

#define KEY_FILE_BYTES_MAX 8192

#define SETTINGS_STRUCT secrets_settings
static const struct setting rows[] = {
#define SETTING SETTINGS_ROW
#include "common/store/secrets.def"
#undef SETTING
};

struct settings_section secrets_settings_section(struct secrets_settings *values)
{
    return (struct settings_section){"secrets", rows, ARRAY_LENGTH(rows), values};
}

static void close_file(const int *file)
{
    if (*file >= 0)
        (void)close(*file); /* only read from */
}

/* A mounted secret is often a link, and readable for the pod's group: both are fine. */
static int check_file(int file, const char *path, struct error *error)
{
    struct stat status;
    if (fstat(file, &status) < 0)
        return error_set(error, errno, "secrets.key_file %s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, EINVAL, "secrets.key_file %s is not a file", path);
    if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0)
        return error_set(error, EPERM,
                         "secrets.key_file %s may be read or written by others (mode %04o); chmod 0400 or 0440", path,
                         (unsigned)(status.st_mode & 07777));
    if (status.st_size > KEY_FILE_BYTES_MAX)
        return error_set(error, EFBIG, "secrets.key_file %s has more than %d bytes", path, KEY_FILE_BYTES_MAX);
    return 0;
}

static int read_all(int file, const char *path, char *text, size_t *length_out, struct error *error)
{
    size_t length = 0;
    while (length < KEY_FILE_BYTES_MAX) {
        ssize_t count = read(file, text + length, KEY_FILE_BYTES_MAX - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_set(error, errno, "secrets.key_file %s: %s", path, strerror(errno));
        if (count == 0)
            break;
        length += (size_t)count;
    }
    *length_out = length;
    return 0;
}

int secrets_load_keys(const struct secrets_settings *settings, struct seal_keys *keys_out, struct error *error)
{
    const char *path = settings->key_file;
    if (path[0] == '\0')
        return error_set(error, EINVAL,
                         "secrets.key_file is not set; it names the file with the keys that seal secrets");
    CLEANUP(close_file) int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return error_set(error, errno, "secrets.key_file %s: %s", path, strerror(errno));
    int result = check_file(file, path, error);
    if (result < 0)
        return result;
    char text[KEY_FILE_BYTES_MAX];
    size_t length = 0;
    result = read_all(file, path, text, &length, error);
    if (result == 0) {
        result = seal_keys_parse(text, length, keys_out, error);
        if (result < 0)
            (void)error_prefix(error, result, "secrets.key_file %s", path);
    }
    OPENSSL_cleanse(text, sizeof(text));
    return result;
}
