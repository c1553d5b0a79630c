/* fuzz_csv.c - input/csv.h: see entries.h and, for commas, written.h for the claims. It is
 * tab-separated when there is a TAB in the first line, or that is Google's. */
#include "input/csv.h"

#include <string.h>

#include "entries.h"
#include "written.h"

static struct source *open_commas(void)
{
	return csv_open(entries_reader(), "-", ',');
}

static struct source *open_tabs(void)
{
	return csv_open(entries_reader(), "-", '\t');
}

static void add_cell(struct buf *input, const char *text)
{
	buf_addch(input, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_addch(input, '"');
		buf_addch(input, *text);
	}
	buf_addch(input, '"');
}

static void add_record(struct buf *input, const char *url, const char *out)
{
	add_cell(input, url);
	buf_addch(input, ',');
	add_cell(input, out);
	buf_addstr(input, "\r\n");
}

void fuzz_csv(const uint8_t *data, size_t len)
{
	const uint8_t *end = len > 0 ? memchr(data, '\n', len) : NULL;
	size_t first = end ? (size_t)(end - data) : len;
	bool google = first >= strlen(CSV_GOOGLE) &&
		      memcmp(data, CSV_GOOGLE, strlen(CSV_GOOGLE)) == 0;
	bool tabs = google || (first > 0 && memchr(data, '\t', first));

	entries_check(tabs ? open_tabs : open_commas, ENTRIES_QUOTE_NOTHING, data, len);
	if (!tabs)
		written_check("url,out\r\n", add_record, open_commas,
			(struct fuzz_bytes){.at = data, .left = len});
}
