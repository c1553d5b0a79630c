/* docs_man.c - the OPTIONS section in mdoc.
 *
 * The table holds plain sentences; the markup is found in them: a word "--name", "--no-name"
 * or "-x" is a flag, a word that is the row's argument is a metavariable, `...` is literal.
 * Each of these is a macro on a line of its own, punctuation after it being further
 * arguments, and every sentence begins a line, as mdoc wants it. One alone in brackets is
 * understood; the texts do without brackets that begin with one and have more in them. */
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

/* A word of the text, or a literal, which may have spaces in it. */
struct token {
	const char *macro; /* that marks it; NULL: none, it is prose */
	const char *text;  /* what is marked ... */
	size_t len;
	/* ... what stands behind that: punctuation, one character each. */
	const char *tail;
	const char *end;
};

/* ".MACRO text , ." on its own line. */
static void add_macro(struct paragraph *par, const struct token *token, bool bracketed)
{
	end_line(par);
	buf_addf(par->out, bracketed ? ".Pq %s" : ".%s", token->macro);
	add_escaped(par->out, token->text, token->len);
	for (const char *c = token->tail + bracketed; c < token->end; c++) {
		buf_addch(par->out, ' ');
		buf_addch(par->out, *c);
	}
	buf_addch(par->out, '\n');
}

static bool is_option(const char *name, size_t len)
{
	return option_find(name, len) || option_find_negated(name, len);
}

/* Set the macro, if the token is to be marked, and take the dashes of a flag off. "\&" keeps a
 * literal from being taken for a macro or for punctuation. */
static void mark(struct token *token, const struct option_row *row)
{
	const char *text = token->text;
	size_t len = token->len;

	if (len > 3 && strncmp(text, "--", 2) == 0 && is_option(text + 2, len - 2)) {
		token->macro = "Fl Fl ";
		token->text += 2;
		token->len -= 2;
	} else if (len == 2 && text[0] == '-' && option_find_letter(text[1])) {
		token->macro = "Fl ";
		token->text++;
		token->len--;
	} else if (row->argument && strlen(row->argument) == len &&
		   strncmp(row->argument, text, len) == 0) {
		token->macro = "Ar ";
	}
}

static struct token read_token(const struct option_row *row, const char *text)
{
	const char *quote = *text == '`' ? strchr(text + 1, '`') : NULL;
	struct token token = {
		.text = text, .end = strchrnul(quote ? quote : text, ' ')};

	if (quote) {
		token.macro = "Ql \\&";
		token.text++;
		token.tail = quote + 1;
		token.len = (size_t)(quote - token.text);
		return token;
	}
	token.tail = token.end;
	while (token.tail > text && strchr(".,:;)", token.tail[-1]))
		token.tail--;
	token.len = (size_t)(token.tail - text);
	mark(&token, row);
	return token;
}

/* Add what begins here; returns where that ends. */
static const char *add_token(
	struct paragraph *par, const struct option_row *row, const char *text)
{
	bool bracketed = *text == '(';
	struct token token = read_token(row, text + bracketed);

	if (token.macro && (!bracketed || *token.tail == ')'))
		add_macro(par, &token, bracketed);
	else
		add_word(par, text, (size_t)(token.end - text));
	if (token.end[-1] == '.')
		end_line(par);
	return token.end;
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
	/* Of a flag the text says it, before it says what --no-NAME does. */
	if (fallback && row->type != OPTION_FLAG) {
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
