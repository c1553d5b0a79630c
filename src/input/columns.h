/* columns.h - what the columns of a table mean, and from a row to an entry. Internal to csv.c,
 * whose header says which there are. No error quotes a cell: it may be a credential. */
#ifndef SEINE_INPUT_COLUMNS_H
#define SEINE_INPUT_COLUMNS_H

#include <stddef.h>

#include "base/attr.h"
#include "core/entry.h"
#include "input/cells.h"

struct column;
struct columns {
	struct column *items; /* NULL: not known yet */
	size_t count;
	size_t least; /* cells that a row must have */
};

/* From the cells of the header, which may be changed. `shown` is the input's name, for the log.
 * KIND_INPUT and -1 when there is no URL in such a table, or a column is there twice. */
int columns_from_header(struct columns *columns, const struct cells *header,
	const char *shown, struct error *err) must_check;
/* URL, size, base64 of the MD5. */
void columns_of_google(struct columns *columns);
void columns_release(struct columns *columns);

/* Fill a new entry. KIND_INPUT and -1 when the row is no good one. */
int columns_fill(const struct columns *columns, const struct cells *row,
	struct entry *entry, struct error *err) must_check;

#endif
