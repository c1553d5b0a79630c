/* figures.c - what is shared by the bar and the summary. Widths are in columns of a
 * terminal, never in bytes: a name in Chinese takes two columns and three bytes a
 * character. */
#include "report/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

void figures_add_count(struct buf *out, uint64_t count)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, count);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_addch(out, ',');
		buf_addch(out, digits[i]);
	}
}

void figures_add_counted(struct buf *out, uint64_t count, const char *noun)
{
	size_t len = strlen(noun);

	figures_add_count(out, count);
	buf_addch(out, ' ');
	if (count == 1)
		buf_addstr(out, noun);
	else if (noun[len - 1] == 'y')
		buf_addf(out, "%.*sies", (int)len - 1, noun);
	else
		buf_addf(out, "%ss", noun);
}

void figures_add_size(struct buf *out, int64_t bytes)
{
	char text[UNITS_LEN];

	buf_addstr(out, units_format_size(text, bytes));
}

void figures_add_duration(struct buf *out, nstime span)
{
	char text[UNITS_LEN];

	buf_addstr(out, units_format_duration(text, span));
}

double figures_per_second(double amount, nstime span)
{
	return span > 0 ? amount * (double)NS_PER_SEC / (double)span : 0;
}

void figures_add_rate(struct buf *out, int64_t bytes, nstime span)
{
	double rate = figures_per_second((double)bytes, span);

	/* A span of next to nothing must not make more than an integer holds. */
	figures_add_size(out, rate < 9e18 ? (int64_t)rate : INT64_MAX);
	buf_addstr(out, "/s");
}

/* The length of the longest start of text that fits; *width gets its columns. */
static size_t fitting(const char *text, size_t len, int columns, int *width)
{
	size_t end = 0;

	*width = 0;
	while (end < len) {
		unsigned code;
		size_t size = text_utf8_next(text + end, len - end, &code);
		int more;

		if (size == 0)
			size = 1;
		more = text_width(text + end, size);
		if (*width + more > columns)
			break;
		*width += more;
		end += size;
	}
	return end;
}

void figures_cut(struct buf *out, int columns)
{
	int width;

	buf_truncate(out, fitting(out->data, out->len, columns, &width));
}

void figures_add_shortened(struct buf *out, const char *text, int columns)
{
	static const char gap[] = "...";
	size_t len = strlen(text), head, skip;
	int total = text_width(text, len), kept, skipped;

	if (columns <= 0)
		return;
	if (total <= columns) {
		buf_add(out, text, len);
		return;
	}
	if (columns <= (int)strlen(gap)) {
		buf_add(out, text, fitting(text, len, columns, &kept));
		return;
	}
	head = fitting(text, len, (columns - (int)strlen(gap)) / 2, &kept);
	buf_add(out, text, head);
	buf_addstr(out, gap);
	/* What is skipped must be at least as wide as what is too much; one wide
	 * character more, where it ends in the middle of one. */
	columns -= kept + (int)strlen(gap);
	skip = fitting(text, len, total - columns, &skipped);
	while (total - skipped > columns && skip < len) {
		unsigned code;
		size_t size = text_utf8_next(text + skip, len - skip, &code);

		skipped += text_width(text + skip, size ? size : 1);
		skip += size ? size : 1;
	}
	buf_add(out, text + skip, len - skip);
}
