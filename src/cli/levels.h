/* levels.h - the two levels between the built-in values and the command line: the config file
 * and the environment.
 *
 * File: lines `name = value` or `name`, "#" begins a comment line, no quoting. Environment:
 * SEINE_NAME, dashes and dots as underscores; values of a repeatable option are separated by
 * newlines; an empty variable counts as not set. Read both before threads start. */
#ifndef SEINE_CLI_LEVELS_H
#define SEINE_CLI_LEVELS_H

#include "base/attr.h"
#include "base/diag.h"
#include "cli/value.h"

/* Where the config file is unless --config says otherwise: $XDG_CONFIG_HOME/seine/config or
 * ~/.config/seine/config. You own it; NULL when there is no home. */
char *level_file_default(void);

/* Read the file. `optional`: one that does not exist is fine. KIND_USAGE on failure, the text
 * naming file and line. */
int level_file(struct reading *reading, const char *path, bool optional,
	struct error *err) must_check;

/* Read the variables. A SEINE_* that is no option is not an error, since others may use the
 * prefix: level_environment_strays warns of those. */
int level_environment(struct reading *reading, struct error *err) must_check;
void level_environment_strays(void);

#endif
