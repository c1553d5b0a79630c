/* docs.c - the table of kinds, and --help: two columns that fit 80. */
#include "cli/docs.h"

#include <string.h>

#include "cli/options.h"

#define HELP_COLUMN 34 /* where the right column begins, from 0 */

static void add_help_row(struct buf *out, const struct option_row *row)
{
	const char *fallback = row->shown ? row->shown : row->fallback;
	size_t start = out->len;

	if (row->letter)
		buf_addf(out, "  -%c, ", row->letter);
	else
		buf_addstr(out, "      ");
	buf_addf(out, "--%s", row->name);
	if (row->bare)
		buf_addf(out, "[=%s]", row->argument);
	else if (row->argument)
		buf_addf(out, " %s", row->argument);
	while (out->len - start < HELP_COLUMN)
		buf_addch(out, ' ');
	buf_addstr(out, row->help);
	if (fallback)
		buf_addf(out, " [%s]", fallback);
	buf_addch(out, '\n');
}

static void docs_help(struct buf *out)
{
	const char *group = "";

	buf_addstr(out, "Usage: seine [OPTION]... [URL]...\n"
			"       seine [OPTION]... -i FILE\n"
			"Fetch what URLs name, many at a time; "
			"files that are there already are skipped.\n");
	for (const struct option_row *row = options; row->name; row++) {
		if (row->traits & OPTION_HIDDEN)
			continue;
		if (strcmp(group, row->group) != 0) {
			group = row->group;
			buf_addf(out, "\n%s:\n", group);
		}
		add_help_row(out, row);
	}
	buf_addstr(out, "\nDefaults are in brackets. Sizes: 4096, 64K, 8M. "
			"Times: 500ms, 10s, 2m.\n"
			"All but the last four may also stand in "
			"~/.config/seine/config, as jobs = 8,\n"
			"or in the environment, as SEINE_JOBS=8. "
			"The manual: man seine\n");
}

static const struct {
	const char *kind;
	void (*add)(struct buf *out);
} kinds[] = {
	{"man", docs_man},
	{"bash", docs_bash},
	{"zsh", docs_zsh},
	{"fish", docs_fish},
	{"help", docs_help},
};

int docs_add(struct buf *out, const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) == 0) {
			kinds[i].add(out);
			return 0;
		}
	}
	return -1;
}
