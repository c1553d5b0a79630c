/* nearest.c - see nearest.h. Edit distance with transpositions (optimal string
 * alignment): three rows of the matrix are enough, since a transposition looks two rows
 * back. */
#include "cli/nearest.h"

#include <string.h>

#include "cli/options.h"

#define NAME_MAX_LEN 32 /* longer than any name in the table */
#define PREFIX_MIN 3    /* bytes of a name that say something */

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Both at most NAME_MAX_LEN bytes. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3];
		const size_t *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = min(last[j], now[j - 1]) + 1;
			now[j] = min(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				now[j] = min(now[j], before[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

/* The only name that begins like that; NULL when there are none or several. */
static const char *completed(const char *name, size_t len)
{
	const char *found = NULL;

	for (const struct option_row *row = options; row->name; row++) {
		if ((row->traits & OPTION_HIDDEN) || strncmp(row->name, name, len) != 0)
			continue;
		if (found)
			return NULL;
		found = row->name;
	}
	return found;
}

const char *option_nearest(const char *name, size_t len)
{
	const char *nearest = len < PREFIX_MIN ? NULL : completed(name, len);
	size_t least = len < 6 ? 2 : len < 12 ? 3 : 4; /* fewer edits than this */

	if (nearest || len == 0 || len > NAME_MAX_LEN)
		return nearest;
	for (const struct option_row *row = options; row->name; row++) {
		size_t edits;

		if (row->traits & OPTION_HIDDEN)
			continue;
		edits = distance(name, len, row->name, strlen(row->name));
		if (edits < least) {
			least = edits;
			nearest = row->name;
		}
	}
	return nearest;
}
