/* entries.h - what every format of input promises, for the targets that read one. */
#ifndef SEINE_TESTS_FUZZ_ENTRIES_H
#define SEINE_TESTS_FUZZ_ENTRIES_H

#include "core/source.h"
#include "fuzz.h"
#include "input/reader.h"

/* One that reads stdin: called once for the bytes as a file, once for them as a pipe. */
typedef struct source *entries_open(void);
struct reader *entries_reader(void); /* of stdin, for it to take */

/* May errors quote what is in the input? */
enum entries_quote { ENTRIES_QUOTE_NOTHING, ENTRIES_QUOTE };

/* Claims: the same entries and errors come of the bytes as a file and as a pipe (where
 * errors quote what is in the input, it is XML perhaps: of that, when it breaks off, the one
 * may have brought more than the other). Each entry has a URL and the line that it is of, in
 * order; its headers are headers, on one line; its sizes and counts are none below their
 * least; its pieces are as many as its size has. Errors are one line, say where, and where
 * they quote nothing do not have FUZZ_SECRET in them. */
void entries_check(
	entries_open *open, enum entries_quote quote, const uint8_t *data, size_t len);

/* The claims about one entry and about one error, for targets that have them in other ways. */
void entries_check_entry(const struct entry *entry);
void entries_check_error(
	const struct error *err, const char *shown, enum entries_quote quote);
/* Append all that an entry says. */
void entries_add(struct buf *told, const struct entry *entry);

#endif
