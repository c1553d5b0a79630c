/* docs_shell.c - completions for bash, zsh and fish. Each is made to work alone: the
 * bash one does without the bash-completion package, of which not every system has the
 * helpers. */
#include <string.h>

#include "cli/docs.h"
#include "cli/options.h"
#include "cli/value.h"

#define GENERATED "made by: seine --print-docs"
#define OFF "off: " /* what --no-NAME says before NAME's help */

static bool is_visible(const struct option_row *row)
{
	return !(row->traits & OPTION_HIDDEN);
}

static bool completes(const struct option_row *row, const char *what)
{
	return row->completes && strcmp(row->completes, what) == 0;
}

static void add_choices(struct buf *out, const struct option_row *row)
{
	for (size_t i = 0; row->choices[i]; i++)
		buf_addf(out, "%s%s", i ? " " : "", row->choices[i]);
}

/* Single-quoted for a shell; `special` characters get a backslash. */
static void add_quoted(
	struct buf *out, const char *text, const char *special, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'') {
			buf_addstr(out, quote);
			continue;
		}
		if (strchr(special, *text))
			buf_addch(out, '\\');
		buf_addch(out, *text);
	}
}

/* The patterns of a `case`: "-i|--input". */
static void add_bash_pattern(struct buf *out, const struct option_row *row, bool first)
{
	buf_addstr(out, first ? "\t" : "|");
	if (row->letter)
		buf_addf(out, "-%c|", row->letter);
	buf_addf(out, "--%s", row->name);
}

/* A branch for all options that take a value and complete `what`; NULL: nothing. */
static void add_bash_branch(struct buf *out, const char *what, const char *action)
{
	bool first = true;

	for (const struct option_row *row = options; row->name; row++) {
		if (!is_visible(row) || !value_needed(row) || row->choices ||
			(what ? !completes(row, what) : row->completes != NULL))
			continue;
		add_bash_pattern(out, row, first);
		first = false;
	}
	buf_addf(out, ")\n\t\t%s\n\t\treturn ;;\n", action);
}

static void add_bash_options(struct buf *out)
{
	size_t column = 0;

	buf_addstr(out, "\tlocal options='");
	for (const struct option_row *row = options; row->name; row++) {
		if (!is_visible(row))
			continue;
		if (column > 60) {
			buf_addstr(out, "\n\t\t");
			column = 0;
		} else if (column) {
			buf_addch(out, ' ');
		}
		if (row->letter)
			buf_addf(out, "-%c ", row->letter);
		buf_addf(out, "--%s", row->name);
		column += strlen(row->name) + 6;
		if (option_is_switch(row)) {
			buf_addf(out, " --no-%s", row->name);
			column += strlen(row->name) + 6;
		}
	}
	buf_addstr(out, "'\n");
}

void docs_bash(struct buf *out)
{
	buf_addstr(out, "# bash completion for seine; " GENERATED " bash\n\n"
			"_seine()\n{\n"
			"\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
			"prev=${COMP_WORDS[COMP_CWORD-1]}\n");
	add_bash_options(out);
	buf_addstr(out, "\n\tCOMPREPLY=()\n"
			"\t# bash splits --name=value at the =.\n"
			"\tif [[ $cur == = ]]; then\n"
			"\t\tcur=\n"
			"\telif [[ $prev == = ]] && ((COMP_CWORD > 1)); then\n"
			"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
			"\tfi\n"
			"\tcase $prev in\n");
	for (const struct option_row *row = options; row->name; row++) {
		if (!is_visible(row) || !row->choices)
			continue;
		add_bash_pattern(out, row, true);
		buf_addstr(out, ")\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
		add_choices(out, row);
		buf_addstr(out, "' -- \"$cur\")\n\t\treturn ;;\n");
	}
	add_bash_branch(out, "file",
		"compopt -o filenames 2>/dev/null\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
	add_bash_branch(out, "dir",
		"compopt -o filenames 2>/dev/null\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")");
	add_bash_branch(out, NULL, ": # a value that only the user knows");
	buf_addstr(out,
		"\tesac\n"
		"\tif [[ $cur == -* ]]; then\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
		"\tfi\n"
		"}\n\n"
		"complete -F _seine seine\n");
}

/* What may not follow once this option is there. */
static void add_zsh_exclusion(struct buf *out, const struct option_row *row)
{
	const char *between = "";

	if (row->type == OPTION_TEXTS) {
		buf_addch(out, '*');
		return;
	}
	if (row->type == OPTION_ACTION && !row->argument && row->letter) {
		buf_addstr(out, "(- *)");
		return;
	}
	buf_addch(out, '(');
	for (const struct option_row *other = options; other->name; other++) {
		if (other != row &&
			(row->type != OPTION_SET || other->type != OPTION_SET ||
				other->field != row->field))
			continue;
		buf_addstr(out, between);
		if (other->letter)
			buf_addf(out, "-%c ", other->letter);
		buf_addf(out, "--%s", other->name);
		if (option_is_switch(other))
			buf_addf(out, " --no-%s", other->name);
		between = " ";
	}
	buf_addch(out, ')');
}

static void add_zsh_row(struct buf *out, const struct option_row *row)
{
	const char *short_end = row->argument ? "+" : "";
	const char *long_end = row->bare ? "=-" : row->argument ? "=" : "";

	buf_addstr(out, "\t'");
	add_zsh_exclusion(out, row);
	if (row->letter)
		buf_addf(out, "'{-%c%s,--%s%s}'[", row->letter, short_end, row->name,
			long_end);
	else
		buf_addf(out, "--%s%s[", row->name, long_end);
	add_quoted(out, row->help, "[]:\\", "'\\''");
	buf_addch(out, ']');
	if (row->argument)
		buf_addf(out, row->bare ? "::%s:" : ":%s:", row->argument);
	if (row->choices) {
		buf_addch(out, '(');
		add_choices(out, row);
		buf_addch(out, ')');
	} else if (completes(row, "file")) {
		buf_addstr(out, "_files");
	} else if (completes(row, "dir")) {
		buf_addstr(out, "_files -/");
	} else if (row->argument) {
		buf_addch(out, ' ');
	}
	buf_addstr(out, "' \\\n");
}

/* Taken back; the option itself may follow, to make it hold again. */
static void add_zsh_negated(struct buf *out, const struct option_row *row)
{
	buf_addf(out, "\t'(--no-%s)--no-%s[", row->name, row->name);
	add_quoted(out, OFF, "[]:\\", "'\\''");
	add_quoted(out, row->help, "[]:\\", "'\\''");
	buf_addstr(out, "]' \\\n");
}

void docs_zsh(struct buf *out)
{
	buf_addstr(out, "#compdef seine\n# " GENERATED " zsh\n\n_arguments -s -S \\\n");
	for (const struct option_row *row = options; row->name; row++) {
		if (is_visible(row))
			add_zsh_row(out, row);
		if (is_visible(row) && option_is_switch(row))
			add_zsh_negated(out, row);
	}
	buf_addstr(out, "\t'*:URL:_urls'\n");
}

static void add_fish_row(struct buf *out, const struct option_row *row)
{
	buf_addstr(out, "complete -c seine");
	if (row->letter)
		buf_addf(out, " -s %c", row->letter);
	buf_addf(out, " -l %s", row->name);
	if (row->choices) {
		buf_addstr(out, " -x -a '");
		add_choices(out, row);
		buf_addch(out, '\'');
	} else if (completes(row, "file")) {
		buf_addstr(out, " -r -F");
	} else if (completes(row, "dir")) {
		buf_addstr(out, " -x -a '(__fish_complete_directories)'");
	} else if (value_needed(row)) {
		buf_addstr(out, " -x");
	}
	buf_addstr(out, " -d '");
	add_quoted(out, row->help, "\\", "\\'");
	buf_addstr(out, "'\n");
}

static void add_fish_negated(struct buf *out, const struct option_row *row)
{
	buf_addf(out, "complete -c seine -l no-%s -d '" OFF, row->name);
	add_quoted(out, row->help, "\\", "\\'");
	buf_addstr(out, "'\n");
}

void docs_fish(struct buf *out)
{
	buf_addstr(out, "# fish completion for seine; " GENERATED " fish\n\n"
			"complete -c seine -f\n");
	for (const struct option_row *row = options; row->name; row++) {
		if (is_visible(row))
			add_fish_row(out, row);
		if (is_visible(row) && option_is_switch(row))
			add_fish_negated(out, row);
	}
}
