/* options.h - the one table of options, and everything that is made from it.
 *
 * A row gives an option its name, letter, type, place in struct settings, range, default,
 * group and texts. From it come the command line, the config file, SEINE_* variables, --help,
 * the man page's OPTIONS and the completions of bash, zsh and fish (docs.h). A new option is
 * a row here and a field in struct settings. */
#ifndef SEINE_CLI_OPTIONS_H
#define SEINE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

enum option_type {
	OPTION_FLAG, /* bool; --name, --no-name; in files and environment also =yes|no */
	OPTION_TEXT,      /* char * */
	OPTION_TEXTS,     /* struct strings, appended to */
	OPTION_COUNT,     /* int64_t */
	OPTION_SIZE,      /* int64_t, bytes */
	OPTION_RATE,      /* int64_t, bytes per second */
	OPTION_FREQUENCY, /* int64_t, times per hour */
	OPTION_DURATION,  /* nstime */
	OPTION_CHOICE,    /* int (an enum): index into choices */
	OPTION_FILE_TEXT, /* char *: the first line of the named file */
	OPTION_SET,       /* a flag that sets an enum to `value`: -4, --http2 */
	OPTION_ACTION     /* --help and the like: done by the parser; never in files */
};

enum option_action {
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_CONFIG,
	ACTION_NO_CONFIG,
	ACTION_PRINT_DOCS
};

enum option_traits {
	OPTION_SECRET = 1, /* never in errors, blanked in argv, wiped when released */
	OPTION_HIDDEN = 2, /* not in help, man page or completions */
	OPTION_EMPTY = 4,  /* the empty text is a value, too */
	OPTION_AUTO = 8    /* COUNT: the word auto is a value, too, and means 0 */
};

/* What a value must be besides its type. -1 when it is not: err->text gets the reason, in
 * words that follow "--name: ", and never quotes a secret. */
typedef int option_check(const char *value, struct error *err);

struct option_row {
	const char *name; /* without "--" */
	char letter;      /* 0: none */
	enum option_type type;
	unsigned traits; /* of enum option_traits */
	size_t field;    /* offsetof(struct settings, ...) */
	/* COUNT, SIZE, RATE, DURATION, max 0: none; value for SET and enum option_action for
	 * ACTION in min. */
	int64_t min, max;
	/* The built-in value, as a user would write it; NULL: none. */
	const char *fallback;
	/* The same for docs, where it depends on the version; or NULL. */
	const char *shown;
	const char *const *choices; /* CHOICE and checked TEXT: NULL-terminated */
	option_check *check;        /* TEXT, TEXTS, FILE_TEXT; NULL: none */
	const char *argument;       /* "FILE", "N": for help; NULL for flags */
	/* What the option means without a value, which then has to be attached by "="; NULL:
	 * there must be one. */
	const char *bare;
	/* The option (TEXT, TEXTS) without which this one means nothing; NULL: none. */
	const char *needs;
	const char *completes; /* "file", "dir", NULL: what a shell should offer */
	const char *group;     /* heading; rows of a group stand together */
	const char *help;      /* one line */
	/* The paragraph of the man page, in plain sentences (docs_man.c says what is marked). */
	const char *man;
};

extern const struct option_row options[]; /* ends with name NULL */
size_t options_count(void);               /* rows, without the last */

/* The row of a long name (`len` bytes) or of a letter; NULL when there is none. */
const struct option_row *option_find(const char *name, size_t len);
const struct option_row *option_find_letter(char letter);
/* Can --no-NAME take it back? */
bool option_is_switch(const struct option_row *row);
/* The switch that a name like "no-quiet" takes back; NULL when it is no such name. */
const struct option_row *option_find_negated(const char *name, size_t len);

enum options_verdict { OPTIONS_RUN, OPTIONS_DONE /* help was shown: exit 0 */ };

/* Fill *settings from defaults, config file, environment and argv. -1 and KIND_USAGE on a
 * wrong one, the text naming the option and where it came from (KIND_DISK when help could not
 * be written). Call settings_release afterwards in every case. Secrets taken from argv
 * (-u name:password, header and cookie values, passwords in URLs) are blanked there. Reads
 * the environment: call it before threads start. */
int options_parse(struct settings *settings, int argc, char **argv,
	enum options_verdict *verdict, struct error *err) must_check;
/* Wipes what is secret and frees everything. */
void settings_release(struct settings *settings);

#endif
