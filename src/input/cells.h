/* cells.h - one record of separated values, cut into its cells.
 *
 * With commas the grammar is that of RFC 4180, section 2: a cell that begins with a double quote
 * ends at the next one that is not doubled, and may have commas and line ends between. Quotes
 * elsewhere are characters like others. With tabs (text/tab-separated-values) a record is one
 * line, and a cell is quoted only if it is so from its beginning to its end: in such files
 * quotes that are never closed are common. Does not know what the cells mean. Pure. */
#ifndef SEINE_INPUT_CELLS_H
#define SEINE_INPUT_CELLS_H

#include <stddef.h>

#include "base/attr.h"
#include "base/diag.h"

/* Where in a record of the comma grammar a text has come to. */
enum cells_state {
	CELLS_BEGIN, /* of a cell; the state of an empty record */
	CELLS_BARE,
	CELLS_QUOTED, /* between the quotes: the record goes on in the next line */
	CELLS_HALF_QUOTE /* behind a quote that ends the cell, unless another one follows */
};

/* The state after this line (without its end), if that before it was `state`. */
enum cells_state cells_scan(
	enum cells_state state, const char *line, size_t len) must_check;

struct cells {
	char **items; /* into the text that was cut */
	size_t count, room;
};

/* Cut the text, in place, which must be NUL-terminated at `len`. White space around a cell does
 * not count, but within quotes. KIND_INPUT and -1 when there is something between a closing
 * quote and the next comma. Cells of before are forgotten. */
int cells_cut(struct cells *cells, char *text, size_t len, char delimiter,
	struct error *err) must_check;
void cells_release(struct cells *cells);

#endif
