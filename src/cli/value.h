/* value.h - from the text of a value to its field in struct settings.
 *
 * A reading is one pass over all levels (built-in, config file, environment, command line), in
 * this order; it remembers for each option on which level it was said last and where, so that
 * a list is replaced by a higher level, and errors can name their origin. One thread. */
#ifndef SEINE_CLI_VALUE_H
#define SEINE_CLI_VALUE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"
#include "cli/options.h"

enum level { LEVEL_BUILT_IN, LEVEL_FILE, LEVEL_ENVIRONMENT, LEVEL_COMMAND_LINE };

/* Where an option was said last. */
struct said {
	enum level level;
	bool off;    /* a flag that was taken back: --no-NAME, NAME=no */
	char *where; /* "FILE:LINE" or "SEINE_NAME"; NULL on the command line */
};

struct reading {
	struct settings *settings;
	enum level level; /* being read now */
	/* The line or variable being read now; NULL on the command line. */
	const char *where;
	struct said *said; /* one per row of the table */
};

void reading_init(struct reading *reading, struct settings *settings);
void reading_release(struct reading *reading);

/* Give a row's option a value. NULL for a flag that is simply there. KIND_USAGE on failure. */
int value_set(struct reading *reading, const struct option_row *row, const char *value,
	struct error *err) must_check;
/* Every row's built-in value. */
int value_set_fallbacks(struct reading *reading, struct error *err) must_check;

/* Replace an owned string, wiping the old one. `text` is copied; NULL clears. */
void value_replace(char **field, const char *text);

/* Must an option have a value? Flags have none, and some may do without. */
bool value_needed(const struct option_row *row);

/* Where the option of this name, which must be in the table, was said last. */
const struct said *reading_said(const struct reading *reading, const char *name);

/* Fail with "--name: TEXT (from WHERE)"; `where` may be NULL. Returns -1. */
int value_fail(const char *name, const char *where, struct error *err, const char *fmt,
	...) printf_like(4, 5);

#endif
