/* scan.h - the words of the command line: which options and URLs they are.
 *
 * Nothing is applied, and no value is looked at: that is parse.c's, which first has to know
 * whether there is anything to do but show help, and which config file to read. One owner;
 * before threads. */
#ifndef SEINE_CLI_SCAN_H
#define SEINE_CLI_SCAN_H

#include "base/attr.h"
#include "base/diag.h"
#include "cli/options.h"

/* One option as it stands in argv. */
struct note {
	const struct option_row *row;
	char letter;       /* 0: it was given by its name */
	const char *value; /* NULL: none was given */
	char *blank;       /* what to overwrite in argv; NULL: nothing */
};

struct scan {
	struct settings *settings; /* URLs go there at once */
	char **next;               /* the argument after the one being looked at */
	struct note *notes;
	size_t count;
	/* The word before, if that was an option without a value; else NULL. */
	const struct note *bare;
	bool show; /* `action` says what, and nothing else is to be done */
	enum option_action action;
	const char *docs; /* --print-docs KIND */
	const char *config;
	bool no_config;
};

/* Look at all words from `next` on; `settings` and `next` are set by the caller. KIND_USAGE for
 * what is no option, or has no value where it needs one. The user and password of a URL are
 * blanked in argv. */
int scan_arguments(struct scan *scan, struct error *err) must_check;
/* Blanks the secrets of the notes in argv, also after a failure, and frees the notes. */
void scan_release(struct scan *scan);

#endif
