/* jsonl.h - JSON Lines (https://jsonlines.org): one entry a line, streamed.
 *
 * A line is an object, or a URL alone in quotes. Of an object `url` is the URL, or an array of
 * mirrors; the other members are named as the options of fields.h, and members.h says what they
 * may be. A line may also be a record of --results (rerun.h). Blank lines are skipped.
 *
 * Anything else is a bad line by its number, an unknown member too, and is left out as a whole:
 * the file was not to be fetched without what the line says. So are lines that are too long
 * (READER_LINE_MAX) and objects in which a key is there twice. */
#ifndef SEINE_INPUT_JSONL_H
#define SEINE_INPUT_JSONL_H

#include "base/attr.h"
#include "core/settings.h"
#include "core/source.h"
#include "input/reader.h"

/* Takes the reader. `name`, a path or READER_STDIN, is borrowed, and entries point to it: it must
 * outlive the source and them. Of records of --results, `only` says which count. */
struct source *jsonl_open(
	struct reader *reader, const char *name, enum only only) must_check;

#endif
