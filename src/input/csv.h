/* csv.h - comma- and tab-separated values (cells.h says how they are written) with a header row,
 * one entry a record, streamed.
 *
 * Columns are known by the first row: `url` (needed; each further one holds mirrors), the options
 * of fields.h, and `sha256`, `md5` and the other algorithms of core/checksum, for digests in
 * hexadecimal. Case does not matter, nor "_" for "-". Columns of other names are not used, which
 * the log says. An empty cell is as good as none. A file whose first line is TsvHttpData-1.0
 * (Google's Storage Transfer Service) has the columns URL, length and base64 of the MD5, the
 * last two of which may be missing.
 *
 * A record with more or fewer cells than the header, a wrong quote, or a value that does not
 * parse is a bad one, by the number of its first line, and is left out as a whole. So is one that
 * is over READER_LINE_MAX long, or has a bad line in it: what follows is read as a new record.
 * Without a column for URLs the whole input is refused. Blank lines are skipped. */
#ifndef SEINE_INPUT_CSV_H
#define SEINE_INPUT_CSV_H

#include "base/attr.h"
#include "core/source.h"
#include "input/reader.h"

/* What Google's files begin with. */
#define CSV_GOOGLE "TsvHttpData-1.0"

/* Takes the reader. `name`, a path or READER_STDIN, is borrowed, and entries point to it: it must
 * outlive the source and them. */
struct source *csv_open(
	struct reader *reader, const char *name, char delimiter) must_check;

#endif
