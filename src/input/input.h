/* input.h - all inputs of a job as one source: arguments, then files and pipes, each in the format
 * that the settings say, or its name or its content tells (format.h). */
#ifndef SEINE_INPUT_INPUT_H
#define SEINE_INPUT_INPUT_H

#include "base/attr.h"
#include "core/settings.h"
#include "core/source.h"

/* All of the user's inputs, one after the other: first the arguments (with -o and --checksum
 * applied), then each -i. An input that cannot be opened is SOURCE_BROKEN when its turn comes, and
 * the next input follows. Settings are borrowed: they must outlive the source and its entries.
 * source_fd() changes from input to input: ask for it after each SOURCE_AGAIN. */
struct source *input_open(const struct settings *settings) must_check;

#endif
