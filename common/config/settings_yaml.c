/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/settings_yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "common/base/alloc.h"

/* A file that is being walked. */
struct walk {
    const char *path;
    const struct settings_reader *reader;
    yaml_document_t document;
};

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static int fail_at(const struct walk *walk, const yaml_node_t *node, struct error *error, const char *text)
{
    return error_set(error, EINVAL, "%s:%zu: %s", walk->path, line_of(node), text);
}

static int prefix_at(const struct walk *walk, size_t line, int status, struct error *error)
{
    return status < 0 ? error_prefix(error, status, "%s:%zu", walk->path, line) : status;
}

static yaml_node_t *node_at(struct walk *walk, int index)
{
    return yaml_document_get_node(&walk->document, index);
}

static struct settings_text text_of(const yaml_node_t *node)
{
    return (struct settings_text){(const char *)node->data.scalar.value, node->data.scalar.length};
}

/* `key:` alone. A quoted "" is an empty text as well, but of an entry only, not of a section. */
static bool is_nothing(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* A name: a scalar without a NUL in it. Its bytes end with a NUL, libyaml sees to that. */
static const char *name_of(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE || strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
        return NULL;
    return (const char *)node->data.scalar.value;
}

/* A name may stand once in its mapping: of two, one would be lost without a word. */
static int check_unique(struct walk *walk, const yaml_node_t *mapping, const yaml_node_pair_t *pair,
                        struct error *error)
{
    yaml_node_t *key = node_at(walk, pair->key);
    const char *name = name_of(key);
    if (name == NULL)
        return fail_at(walk, key, error, "a name is expected before the colon");
    for (const yaml_node_pair_t *other = mapping->data.mapping.pairs.start; other < pair; other++) {
        yaml_node_t *other_key = node_at(walk, other->key);
        if (strcmp(name_of(other_key), name) == 0)
            return error_set(error, EINVAL, "%s:%zu: \"%s\" stands here a second time; the first is in line %zu",
                             walk->path, line_of(key), name, line_of(other_key));
    }
    return 0;
}

static int read_items(struct walk *walk, const yaml_node_t *sequence, struct settings_text *items, size_t *count_out,
                      struct error *error)
{
    size_t count = 0;
    const yaml_node_item_t *item = sequence->data.sequence.items.start;
    for (; item < sequence->data.sequence.items.top; item++) {
        const yaml_node_t *node = node_at(walk, *item);
        if (node->type != YAML_SCALAR_NODE)
            return fail_at(walk, node, error, "an item of a list must be a plain text");
        if (count == SETTINGS_LIST_MAX)
            return fail_at(walk, node, error, "the list is too long");
        items[count++] = text_of(node);
    }
    *count_out = count;
    return 0;
}

static int walk_entry(struct walk *walk, const char *section, const yaml_node_pair_t *pair, struct error *error)
{
    struct settings_text items[SETTINGS_LIST_MAX];
    const yaml_node_t *key = node_at(walk, pair->key);
    const yaml_node_t *value = node_at(walk, pair->value);
    struct settings_entry entry = {.section = section, .key = name_of(key), .items = items, .line = line_of(key)};
    if (value->type == YAML_MAPPING_NODE)
        return fail_at(walk, key, error, "a value is expected after the colon, not a mapping");
    if (value->type == YAML_SEQUENCE_NODE) {
        entry.is_sequence = true;
        int status = read_items(walk, value, items, &entry.item_count, error);
        if (status < 0)
            return status;
    } else {
        entry.text = text_of(value);
    }
    return prefix_at(walk, entry.line, walk->reader->entry(walk->reader->owner, &entry, error), error);
}

static int walk_section(struct walk *walk, const yaml_node_pair_t *pair, struct error *error)
{
    const yaml_node_t *key = node_at(walk, pair->key);
    const yaml_node_t *mapping = node_at(walk, pair->value);
    const char *section = name_of(key);
    int status = walk->reader->section(walk->reader->owner, section, error);
    if (status < 0)
        return prefix_at(walk, line_of(key), status, error);
    if (status == SETTINGS_PASS_OVER || is_nothing(mapping)) /* nothing: all of its entries are commented out */
        return 0;
    if (mapping->type != YAML_MAPPING_NODE)
        return fail_at(walk, key, error, "a section holds lines of the form `key: value`, further in than its name");
    const yaml_node_pair_t *entry = mapping->data.mapping.pairs.start;
    for (; entry < mapping->data.mapping.pairs.top; entry++) {
        status = check_unique(walk, mapping, entry, error);
        if (status == 0)
            status = walk_entry(walk, section, entry, error);
        if (status < 0)
            return status;
    }
    return 0;
}

static int walk_root(struct walk *walk, struct error *error)
{
    const yaml_node_t *root = yaml_document_get_root_node(&walk->document);
    if (root == NULL || is_nothing(root))
        return 0; /* an empty file */
    if (root->type != YAML_MAPPING_NODE)
        return fail_at(walk, root, error, "the file must hold sections of the form `section:`");
    const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
    for (; pair < root->data.mapping.pairs.top; pair++) {
        int status = check_unique(walk, root, pair, error);
        if (status == 0)
            status = walk_section(walk, pair, error);
        if (status < 0)
            return status;
    }
    return 0;
}

static int fail_parse(const struct walk *walk, const yaml_parser_t *parser, struct error *error)
{
    bool is_reader_fault = parser->error == YAML_READER_ERROR;
    const char *problem = parser->problem == NULL ? "cannot be parsed" : parser->problem;
    if (is_reader_fault)
        return error_set(error, EINVAL, "%s: not a text file: %s at byte %zu", walk->path, problem,
                         parser->problem_offset);
    return error_set(error, EINVAL, "%s:%zu: not YAML: %s", walk->path, parser->problem_mark.line + 1, problem);
}

/* A second document would be passed over without a word. */
static int check_is_last(const struct walk *walk, yaml_parser_t *parser, struct error *error)
{
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next))
        return fail_parse(walk, parser, error);
    const yaml_node_t *root = yaml_document_get_root_node(&next);
    int status = root == NULL ? 0 : fail_at(walk, root, error, "a second document starts; the file may hold one");
    yaml_document_delete(&next);
    return status;
}

static int walk_text(struct walk *walk, const char *text, size_t length, struct error *error)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return error_set(error, ENOMEM, "%s: out of memory", walk->path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    int status;
    if (yaml_parser_load(&parser, &walk->document)) {
        bool is_empty = yaml_document_get_root_node(&walk->document) == NULL;
        status = walk_root(walk, error);
        if (status == 0 && !is_empty)
            status = check_is_last(walk, &parser, error);
        yaml_document_delete(&walk->document);
    } else {
        status = fail_parse(walk, &parser, error);
    }
    yaml_parser_delete(&parser);
    return status;
}

/* The whole file; *text_out is the caller's. */
static int read_file(const char *path, char **text_out, size_t *length_out, struct error *error)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return error_set(error, errno, "%s cannot be opened: %s", path, strerror(errno));
    char *text = alloc_bytes(SETTINGS_FILE_BYTES_MAX + 1);
    size_t length = fread(text, 1, SETTINGS_FILE_BYTES_MAX + 1, file);
    int status = 0;
    if (ferror(file))
        status = error_set(error, errno, "%s cannot be read: %s", path, strerror(errno));
    else if (length > SETTINGS_FILE_BYTES_MAX)
        status = error_set(error, EINVAL, "%s is longer than %zu bytes", path, SETTINGS_FILE_BYTES_MAX);
    (void)fclose(file);
    if (status < 0) {
        free(text);
        return status;
    }
    *text_out = text;
    *length_out = length;
    return 0;
}

int settings_read_yaml(const char *path, const struct settings_reader *reader, struct error *error)
{
    struct walk walk = {.path = path, .reader = reader};
    CLEANUP(free_pointer) char *text = NULL;
    size_t length = 0;
    int status = read_file(path, &text, &length, error);
    return status < 0 ? status : walk_text(&walk, text, length, error);
}
