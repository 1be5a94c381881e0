#pragma once
/*
 * How an attempt ended: outcome, error class, and whose fault it was. The tables are the single source of the names in
 * C, SQL, JSON, metrics and documentation. Pure.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attributes.h"

enum fault {
    FAULT_NONE,
    FAULT_ENDPOINT,
    FAULT_PLATFORM
};

#define OUTCOME(id, name, is_terminal, status, text) OUTCOME_##id,

enum outcome {
#include "common/domain/outcomes.def"
    OUTCOME_COUNT
};

#undef OUTCOME

#define ERROR_CLASS(id, name, fault, text) ERROR_CLASS_##id,

enum error_class {
#include "common/domain/error_classes.def"
    ERROR_CLASS_COUNT
};

#undef ERROR_CLASS

const char *outcome_text(enum outcome outcome);
bool outcome_is_terminal(enum outcome outcome);
const char *outcome_status(enum outcome outcome); /* of the delivery whose newest attempt ended so */
MUST_CHECK int outcome_parse(const char *text, enum outcome *outcome_out);

const char *error_class_text(enum error_class error_class);
enum fault error_class_fault(enum error_class error_class);
MUST_CHECK int error_class_parse(const char *text, enum error_class *error_class_out);
const char *fault_text(enum fault fault); /* "", "endpoint", "platform" */

/* Why a delivery was made. */
#define TRIGGERS(X)     \
    X(EVENT, "event")   \
    X(RETRY, "retry")   \
    X(MANUAL, "manual") \
    X(REPLAY, "replay") \
    X(TEST, "test")

enum trigger {
#define X(name, text) TRIGGER_##name,
    TRIGGERS(X)
#undef X
};

const char *trigger_text(enum trigger trigger);
MUST_CHECK int trigger_parse(const char *text, enum trigger *trigger_out);
