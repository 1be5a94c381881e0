/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config/settings.h"

#include "tests/fuzz/fuzz.h"

struct kafka_settings {
#define SETTING SETTINGS_FIELD
#include "tests/unit/config/sample.def"
#undef SETTING
};

#define SETTINGS_STRUCT kafka_settings
static const struct setting rows[] = {
#define SETTING SETTINGS_ROW
#include "tests/unit/config/sample.def"
#undef SETTING
};

/* A file is loaded, with every value in its range, or refused with a message. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static int file = -1;
    static char path[64];
    struct kafka_settings kafka;
    const struct settings_section section = {"kafka", rows, ARRAY_LENGTH(rows), &kafka};
    struct error error = {.text = ""};
    if (file < 0) {
        file = memfd_create("kt.yaml", MFD_CLOEXEC);
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    }
    int status = ftruncate(file, 0);
    assert(status == 0);
    ssize_t written = pwrite(file, bytes, size, 0);
    assert(written == (ssize_t)size);
    if (settings_load(&section, 1, path, &error) == 0) {
        assert(strlen(kafka.bootstrap) >= 1 && strlen(kafka.bootstrap) <= 20 && strlen(kafka.password) <= 10);
        assert(kafka.partitions >= 1 && kafka.partitions <= 1000 && kafka.linger >= 0 && kafka.linger <= 1000);
        assert(kafka.queue >= 1024 && kafka.ranges.count <= 3);
        settings_free(&section, 1);
    } else {
        assert(error.text[0] != '\0');
    }
    return 0;
}
