/* docs_man.c - the OPTIONS section in mdoc.
 *
 * The table holds plain sentences; the markup is found in them: a word "--name" or "-x"
 * is a flag, a word that is the row's argument is a metavariable, `...` is literal.
 * Each of these is a macro on a line of its own, punctuation after it being further
 * arguments, and every sentence begins a line, as mdoc wants it. Brackets next to
 * marked words are not understood: the texts do without. */
#include <stdbool.h>
#include <string.h>

#include "cli/docs.h"
#include "cli/options.h"

#define FILL 78 /* columns of the source, so that a change is a small diff */

/* One paragraph being written. */
struct paragraph {
	struct buf *out;
	size_t line; /* bytes in the text line under way; 0: at the start of a line */
};

static void end_line(struct paragraph *par)
{
	if (par->line)
		buf_addch(par->out, '\n');
	par->line = 0;
}

/* Text for troff: no escapes, and "-" that can be copied from a terminal. */
static void add_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			buf_addstr(out, "\\e");
		else if (text[i] == '-')
			buf_addstr(out, "\\-");
		else
			buf_addch(out, text[i]);
	}
}

static void add_word(struct paragraph *par, const char *word, size_t len)
{
	if (par->line && par->line + 1 + len > FILL)
		end_line(par);
	if (par->line) {
		buf_addch(par->out, ' ');
		par->line++;
	}
	/* No requests; but a hyphen within a word of prose stays one. */
	if (word[0] == '.' || word[0] == '\'')
		buf_addstr(par->out, "\\&");
	buf_add(par->out, word, len);
	par->line += len;
}

/* ".MACRO text , ." on its own line; `tail` is what follows the marked word. "\&" keeps
 * a literal from being taken for a macro or for punctuation. */
static void add_macro(struct paragraph *par, const char *macro, const char *text,
	size_t len, const char *tail, size_t tail_len)
{
	end_line(par);
	buf_addf(par->out, ".%s", macro);
	add_escaped(par->out, text, len);
	for (size_t i = 0; i < tail_len; i++) {
		buf_addch(par->out, ' ');
		buf_addch(par->out, tail[i]);
	}
	buf_addch(par->out, '\n');
}

static void add_flag(struct paragraph *par, const char *flag, size_t len,
	const char *tail, size_t tail_len)
{
	size_t dashes = flag[1] == '-' ? 2 : 1;

	add_macro(par, dashes == 2 ? "Fl Fl " : "Fl ", flag + dashes, len - dashes,
		tail, tail_len);
}

static bool is_flag(const char *word, size_t len)
{
	if (len > 3 && word[0] == '-' && word[1] == '-')
		return option_find(word + 2, len - 2) != NULL;
	return len == 2 && word[0] == '-' && option_find_letter(word[1]);
}

/* One word (or quoted literal) from text; returns where the next one begins. */
static const char *add_token(
	struct paragraph *par, const struct option_row *row, const char *text)
{
	const char *end = *text == '`' ? strchr(text + 1, '`') : NULL;
	const char *space = strchrnul(end ? end : text, ' ');
	const char *tail = space;

	if (end) {
		add_macro(par, "Ql \\&", text + 1, (size_t)(end - text - 1), end + 1,
			(size_t)(space - end - 1));
		return space;
	}
	while (tail > text && strchr(".,:;", tail[-1]))
		tail--;
	if (is_flag(text, (size_t)(tail - text)))
		add_flag(
			par, text, (size_t)(tail - text), tail, (size_t)(space - tail));
	else if (row->argument && strlen(row->argument) == (size_t)(tail - text) &&
		 strncmp(row->argument, text, strlen(row->argument)) == 0)
		add_macro(par, "Ar ", text, (size_t)(tail - text), tail,
			(size_t)(space - tail));
	else
		add_word(par, text, (size_t)(space - text));
	if (space[-1] == '.')
		end_line(par);
	return space;
}

static void add_paragraph(
	struct buf *out, const struct option_row *row, const char *text)
{
	struct paragraph par = {.out = out};

	while (*text) {
		text = add_token(&par, row, text);
		while (*text == ' ')
			text++;
	}
	end_line(&par);
}

static void add_row(struct buf *out, const struct option_row *row)
{
	const char *fallback = row->shown ? row->shown : row->fallback;

	buf_addstr(out, ".It ");
	if (row->letter)
		buf_addf(out, "Fl %c , ", row->letter);
	buf_addstr(out, "Fl Fl ");
	add_escaped(out, row->name, strlen(row->name));
	if (row->bare)
		buf_addf(out, " Ns Op = Ns Ar %s", row->argument);
	else if (row->argument)
		buf_addf(out, " Ar %s", row->argument);
	buf_addch(out, '\n');
	add_paragraph(out, row, row->man);
	if (row->type == OPTION_TEXTS)
		buf_addstr(out, "May be given more than once.\n");
	if (fallback) {
		buf_addstr(out, "The default is\n.Ql \\&");
		add_escaped(out, fallback, strlen(fallback));
		buf_addstr(out, " .\n");
	}
}

void docs_man(struct buf *out)
{
	const char *group = "";

	for (const struct option_row *row = options; row->name; row++) {
		if (row->traits & OPTION_HIDDEN)
			continue;
		if (strcmp(group, row->group) != 0) {
			if (*group)
				buf_addstr(out, ".El\n");
			group = row->group;
			buf_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", group);
		}
		add_row(out, row);
	}
	buf_addstr(out, ".El\n");
}
