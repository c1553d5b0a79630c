/* written.h - inputs that are written by the book: what they say must be what is read. */
#ifndef SEINE_TESTS_FUZZ_WRITTEN_H
#define SEINE_TESTS_FUZZ_WRITTEN_H

#include "entries.h"
#include "fuzz.h"

/* Append a record for an entry; out "" is none. */
typedef void written_add(struct buf *input, const char *url, const char *out);

/* Each pair of lines of the bytes is the URL (unless it is empty) and the out= of an entry, in
 * which a byte 0x02 is a newline, a byte 0x03 a double quote, and what is no UTF-8 is escaped.
 *
 * Claims: of what `add` makes of them, behind the text `head`, `open` reads those entries, in
 * that order, and no error. */
void written_check(const char *head, written_add *add, entries_open *open,
	struct fuzz_bytes bytes);

#endif
