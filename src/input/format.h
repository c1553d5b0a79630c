/* format.h - the table of input formats, and which one an input is of.
 *
 * Rows: JSON Lines, CSV, TSV, Metalink, and the list, which takes what no other does. A further
 * format is a file, a row, and a word of enum input_format. Stateless; any thread. */
#ifndef SEINE_INPUT_FORMAT_H
#define SEINE_INPUT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "core/settings.h"
#include "core/source.h"
#include "input/reader.h"

#define FORMAT_HEAD_MAX 512 /* bytes of an input, white space in front too, that tell */
#define FORMAT_SUFFIXES 2

enum sniffed { SNIFFED_NO, SNIFFED_YES, SNIFFED_MORE /* too few bytes to tell */ };

struct format {
	const char *name;
	/* Of names that tell it; ".gz" may follow. */
	const char *suffixes[FORMAT_SUFFIXES];
	/* Is an input that begins like this one of it? NULL: its content does not tell. */
	enum sniffed (*sniff)(const char *head, size_t len);
	/* Takes the reader. The name and the settings are borrowed for the source's life, the
	 * name for that of its entries, too. */
	struct source *(*open)(struct reader *reader, const char *name,
		const struct settings *settings);
};

/* Any but FORMAT_AUTO. */
const struct format *format_get(enum input_format format);
/* NULL: the name does not tell. */
const struct format *format_by_name(const char *name);
/* By the first bytes. NULL: they are too few; ask again when there are more. `all`: there will
 * be no more. */
const struct format *format_by_head(const char *head, size_t len, bool all);

#endif
