/* list.h - a URL list in aria2's input grammar, streamed.
 *
 * "#" in column 0 begins a comment; blank lines are skipped. Any other line in column 0 is an
 * entry: URLs split on TAB, all of the same file. Following lines that begin with a space or a
 * TAB are one name=value each and belong to it; comments and blanks among them do not end it.
 * Options are those of fields.h. An unknown one, or a value that does not parse, is a bad line
 * by its number, and the entry goes on without it.
 * URLs are trimmed, and freed of a pair of double quotes around them; they are not parsed.
 *
 * An entry is whole only when the next one begins or the list ends, so a list from a pipe
 * streams one entry behind. Of a list that breaks off, the entry that was being read is not
 * given out: options of it (its name, its checksum) may be what is lost. After a line in
 * column 0 that was bad, its option lines are passed over without further complaint. */
#ifndef SEINE_INPUT_LIST_H
#define SEINE_INPUT_LIST_H

#include "base/attr.h"
#include "core/source.h"
#include "input/reader.h"

/* Takes the reader. `name`, a path or READER_STDIN, is borrowed, and entries point to it: it must
 * outlive the source and them. */
struct source *list_open(struct reader *reader, const char *name) must_check;

#endif
