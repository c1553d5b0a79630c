/* journal_reader.h - the records of a journal, one after the other, up to the first bad one.
 *
 * Reads in large pieces and never holds the whole; changes nothing. One owner; no lock. */
#ifndef SEINE_STORE_JOURNAL_READER_H
#define SEINE_STORE_JOURNAL_READER_H

#include <stdint.h>

#include "base/attr.h"
#include "store/journal_format.h"

struct journal_reader;

/* The descriptor is borrowed. NULL: it does not begin as a journal does, or cannot be read;
 * *result is then 0 or -errno. */
struct journal_reader *journal_reader_new(int fd, int *result) must_check;
void journal_reader_free(struct journal_reader *reader); /* NULL is fine */

/* The next record, whose texts live until the next call. Its length in bytes; 0 at the end of
 * what is valid (also of a file that ends in the middle of a record); -errno. */
int journal_reader_next(
	struct journal_reader *reader, struct record *record) must_check;

/* Where the last record ends, and what one behind it must be written with. */
int64_t journal_reader_end(const struct journal_reader *reader);
uint64_t journal_reader_sequence(const struct journal_reader *reader);
uint32_t journal_reader_salt(const struct journal_reader *reader);

#endif
