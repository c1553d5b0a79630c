/* cells.c - see cells.h. */
#include "input/cells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static bool is_space(char c, char delimiter)
{
	return c != delimiter && (c == ' ' || c == '\t' || c == '\r');
}

enum cells_state cells_scan(enum cells_state state, const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = line[i];

		if (state == CELLS_QUOTED)
			state = c == '"' ? CELLS_HALF_QUOTE : CELLS_QUOTED;
		else if (c == ',')
			state = CELLS_BEGIN;
		else if (c == '"' && state != CELLS_BARE)
			state = CELLS_QUOTED;
		else if (state != CELLS_BEGIN || !is_space(c, ','))
			state = CELLS_BARE;
	}
	return state;
}

static void add(struct cells *cells, char *item)
{
	if (cells->count == cells->room) {
		cells->room = cells->room ? 2 * cells->room : 16;
		cells->items =
			xreallocarray(cells->items, cells->room, sizeof(*cells->items));
	}
	cells->items[cells->count++] = item;
}

static char *skip_space(char *text, const char *end, char delimiter)
{
	while (text < end && is_space(*text, delimiter))
		text++;
	return text;
}

/* The quote that closes the cell which begins at `text`; NULL when none does. */
static char *closing_quote(char *text, const char *end)
{
	for (char *at = text + 1; at < end; at++) {
		if (*at != '"')
			continue;
		if (at + 1 == end || at[1] != '"')
			return at;
		at++;
	}
	return NULL;
}

/* [begin, end) is what stands between the quotes. */
static char *unquote(char *begin, const char *end)
{
	char *to = begin;

	for (const char *from = begin; from < end; from++) {
		*to++ = *from;
		if (*from == '"')
			from++;
	}
	*to = '\0';
	return begin;
}

static char *trim_end(char *begin, char *end, char delimiter)
{
	while (end > begin && is_space(end[-1], delimiter))
		end--;
	*end = '\0';
	return begin;
}

/* The cell that begins at `text`; *stop gets the place of the delimiter behind it, or the
 * end. NULL when it is wrongly quoted. */
static char *take_cell(char *text, char *end, char delimiter, char **stop)
{
	char *quote;

	text = skip_space(text, end, delimiter);
	quote = *text == '"' ? closing_quote(text, end) : NULL;
	if (quote) {
		*stop = skip_space(quote + 1, end, delimiter);
		if (*stop == end || **stop == delimiter)
			return unquote(text + 1, quote);
	}
	if (*text == '"' && delimiter == ',')
		return NULL;
	*stop = memchr(text, delimiter, (size_t)(end - text));
	if (!*stop)
		*stop = end;
	return trim_end(text, *stop, delimiter);
}

int cells_cut(
	struct cells *cells, char *text, size_t len, char delimiter, struct error *err)
{
	char *const end = text + len;

	cells->count = 0;
	for (;;) {
		char *stop, *item = take_cell(text, end, delimiter, &stop);

		if (!item)
			return error_set(err, KIND_INPUT, 0,
				"there is something behind the closing quote of a "
				"value; a quote in it is written \"\"");
		add(cells, item);
		if (stop == end)
			return 0;
		text = stop + 1;
	}
}

void cells_release(struct cells *cells)
{
	free(cells->items);
	*cells = (struct cells){0};
}
