/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/outcome.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const struct {
    const char *text;
    const char *status;
    bool is_terminal;
} outcomes[] = {

#define OUTCOME(id, name, terminal, status, text) [OUTCOME_##id] = {name, status, terminal},
#include "common/domain/outcomes.def"
#undef OUTCOME
};

static const struct {
    const char *text;
    enum fault fault;
} error_classes[] = {

#define ERROR_CLASS(id, name, fault, text) [ERROR_CLASS_##id] = {name, fault},
#include "common/domain/error_classes.def"
#undef ERROR_CLASS
};

static const char *const trigger_texts[] = {
#define X(name, text) [TRIGGER_##name] = text,
    TRIGGERS(X)
#undef X
};

const char *outcome_text(enum outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcomes[outcome].text;
}

bool outcome_is_terminal(enum outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcomes[outcome].is_terminal;
}

const char *outcome_status(enum outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcomes[outcome].status;
}

int outcome_parse(const char *text, enum outcome *outcome_out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
        if (strcmp(outcomes[i].text, text) == 0) {
            *outcome_out = (enum outcome)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *error_class_text(enum error_class error_class)
{
    assert(error_class < ERROR_CLASS_COUNT);
    return error_classes[error_class].text;
}

enum fault error_class_fault(enum error_class error_class)
{
    assert(error_class < ERROR_CLASS_COUNT);
    return error_classes[error_class].fault;
}

int error_class_parse(const char *text, enum error_class *error_class_out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(error_classes); i++) {
        if (strcmp(error_classes[i].text, text) == 0) {
            *error_class_out = (enum error_class)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *fault_text(enum fault fault)
{
    static const char *const texts[] = {
        [FAULT_NONE] = "", [FAULT_ENDPOINT] = "endpoint", [FAULT_PLATFORM] = "platform"};
    assert(fault < ARRAY_LENGTH(texts));
    return texts[fault];
}

const char *trigger_text(enum trigger trigger)
{
    assert(trigger < ARRAY_LENGTH(trigger_texts));
    return trigger_texts[trigger];
}

int trigger_parse(const char *text, enum trigger *trigger_out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(trigger_texts); i++) {
        if (strcmp(trigger_texts[i], text) == 0) {
            *trigger_out = (enum trigger)i;
            return 0;
        }
    }
    return -EINVAL;
}
