/* options.h - the one table of options, and everything that is made from it.
 *
 * A row gives an option its name, letter, type, place in struct settings, range, default,
 * group and texts. From it come the command line, the config file, SEINE_* variables, --help,
 * the man page's OPTIONS and the completions of bash, zsh and fish (docs.h). */
#ifndef SEINE_CLI_OPTIONS_H
#define SEINE_CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

enum option_type {
	OPTION_FLAG,     /* bool; --name, --no-name; in files and environment also =yes|no */
	OPTION_TEXT,     /* char * */
	OPTION_TEXTS,    /* struct strings, appended to */
	OPTION_COUNT,    /* int64_t */
	OPTION_SIZE,     /* int64_t, bytes */
	OPTION_RATE,     /* int64_t, bytes per second */
	OPTION_DURATION, /* nstime */
	OPTION_CHOICE,   /* int (an enum): index into choices */
	OPTION_FILE_TEXT,/* char *: the first line of the named file */
	OPTION_SET,      /* a flag that sets an enum to `value`: -4, --http2 */
	OPTION_ACTION    /* --help and the like: done by the parser; never in files */
};

struct option_row {
	const char *name;     /* without "--" */
	char letter;          /* 0: none */
	enum option_type type;
	size_t field;         /* offsetof(struct settings, ...) */
	int64_t min, max;     /* COUNT, SIZE, RATE, DURATION; value for SET in min */
	const char *fallback; /* the built-in value, as a user would write it; NULL: none */
	const char *const *choices; /* CHOICE and checked TEXT: NULL-terminated */
	const char *argument; /* "FILE", "N": for help; NULL for flags */
	const char *completes;/* "file", "dir", "host", NULL: what a shell should offer */
	const char *group;    /* heading */
	const char *help;     /* one line */
	const char *man;      /* the paragraph of the man page, in plain sentences */
};

extern const struct option_row options[]; /* ends with name NULL */

enum options_verdict { OPTIONS_RUN, OPTIONS_DONE /* help was shown: exit 0 */ };

/* Fill *settings from defaults, config file, environment and argv. -1 and KIND_USAGE on a
 * wrong one, the text naming the option and where it came from. Call settings_release
 * afterwards in every case. Secrets taken from argv (-u name:password) are blanked there. */
int options_parse(struct settings *settings, int argc, char **argv,
	enum options_verdict *verdict, struct error *err) must_check;
void settings_release(struct settings *settings);

#endif
