/* format.c - see format.h. */
#include "input/format.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "input/csv.h"
#include "input/jsonl.h"
#include "input/list.h"
#include "input/metalink.h"

static enum sniffed begins_with(const char *head, size_t len, const char *magic)
{
	size_t want = strlen(magic);

	if (memcmp(head, magic, len < want ? len : want) != 0)
		return SNIFFED_NO;
	return len < want ? SNIFFED_MORE : SNIFFED_YES;
}

static size_t skip_space(const char *head, size_t len)
{
	size_t at = 0;

	while (at < len && head[at] && strchr(" \t\r\n", head[at]))
		at++;
	return at;
}

/* No URL begins like that; an array is better told so than taken for URLs. */
static enum sniffed sniff_jsonl(const char *head, size_t len)
{
	size_t at = skip_space(head, len);

	if (at == len)
		return SNIFFED_MORE;
	return head[at] == '{' || head[at] == '[' ? SNIFFED_YES : SNIFFED_NO;
}

/* `url`, quoted or not. */
static bool names_urls(const char *cell, size_t len)
{
	while (len > 0 && strchr(" \t\r\"", cell[len - 1]))
		len--;
	while (len > 0 && strchr(" \t\"", *cell)) {
		cell++;
		len--;
	}
	return len == 3 && strncasecmp(cell, "url", 3) == 0;
}

/* Of the two, the one that a header uses; 0: none yet. */
static char first_delimiter(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == ',' || text[i] == '\t')
			return text[i];
	return '\0';
}

/* Several columns are named, URLs among them: no line of a list is like that. What comes first
 * decides, so that it does not matter how much is here already. */
static enum sniffed sniff_header(const char *head, size_t len, char delimiter)
{
	size_t at = skip_space(head, len);
	const char *cell = head + at, *newline = memchr(cell, '\n', len - at);
	const char *end = newline ? newline : head + len, *next;
	char first = first_delimiter(cell, (size_t)(end - cell));

	if ((first && first != delimiter) ||
		(cell < end && (*cell == '#' || *cell == '<')))
		return SNIFFED_NO;
	while ((next = memchr(cell, delimiter, (size_t)(end - cell)))) {
		if (names_urls(cell, (size_t)(next - cell)))
			return SNIFFED_YES;
		if (memmem(cell, (size_t)(next - cell), "://", 3))
			return SNIFFED_NO;
		cell = next + 1;
	}
	if (!newline && !memmem(cell, (size_t)(end - cell), "://", 3))
		return SNIFFED_MORE;
	return newline && first && names_urls(cell, (size_t)(end - cell)) ? SNIFFED_YES
									  : SNIFFED_NO;
}

/* Whatever follows Google's mark, it is theirs. */
static enum sniffed sniff_csv(const char *head, size_t len)
{
	return begins_with(head, len, CSV_GOOGLE) == SNIFFED_YES
		       ? SNIFFED_NO
		       : sniff_header(head, len, ',');
}

static enum sniffed sniff_tsv(const char *head, size_t len)
{
	enum sniffed google = begins_with(head, len, CSV_GOOGLE);

	return google == SNIFFED_YES ? google : sniff_header(head, len, '\t');
}

static enum sniffed sniff_metalink(const char *head, size_t len)
{
	size_t at = skip_space(head, len);
	enum sniffed xml = begins_with(head + at, len - at, "<?xml");
	enum sniffed bare = begins_with(head + at, len - at, "<metalink");

	return xml == SNIFFED_NO ? bare : xml;
}

static struct source *open_jsonl(
	struct reader *reader, const char *name, const struct settings *settings)
{
	return jsonl_open(reader, name, settings->only);
}

static struct source *open_csv(struct reader *reader, const char *name,
	const struct settings *settings _unused_)
{
	return csv_open(reader, name, ',');
}

static struct source *open_tsv(struct reader *reader, const char *name,
	const struct settings *settings _unused_)
{
	return csv_open(reader, name, '\t');
}

static struct source *open_metalink(
	struct reader *reader, const char *name, const struct settings *settings)
{
	return metalink_open(reader, name, settings->metalink_location);
}

static struct source *open_list(struct reader *reader, const char *name,
	const struct settings *settings _unused_)
{
	return list_open(reader, name);
}

static const struct format formats[] = {
	[FORMAT_JSONL] = {"jsonl", {".jsonl", ".ndjson"}, sniff_jsonl, open_jsonl},
	[FORMAT_CSV] = {"csv", {".csv"}, sniff_csv, open_csv},
	[FORMAT_TSV] = {"tsv", {".tsv"}, sniff_tsv, open_tsv},
	[FORMAT_METALINK] = {"metalink", {".meta4", ".metalink"}, sniff_metalink,
		open_metalink},
	[FORMAT_LIST] = {"list", {NULL}, NULL, open_list},
};

const struct format *format_get(enum input_format format)
{
	return &formats[format];
}

static bool ends_with(const char *name, size_t len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	return len > suffix_len &&
	       strncasecmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

const struct format *format_by_name(const char *name)
{
	size_t len = strlen(name);

	if (ends_with(name, len, ".gz"))
		len -= strlen(".gz");
	for (const struct format *f = formats; f < formats + ARRAY_LEN(formats); f++)
		for (size_t i = 0; i < FORMAT_SUFFIXES && f->suffixes[i]; i++)
			if (ends_with(name, len, f->suffixes[i]))
				return f;
	return NULL;
}

const struct format *format_by_head(const char *head, size_t len, bool all)
{
	bool more = false;

	if (len > FORMAT_HEAD_MAX)
		len = FORMAT_HEAD_MAX;
	for (const struct format *f = formats; f < formats + ARRAY_LEN(formats); f++) {
		enum sniffed sniffed = f->sniff ? f->sniff(head, len) : SNIFFED_NO;

		if (sniffed == SNIFFED_YES)
			return f;
		more |= sniffed == SNIFFED_MORE;
	}
	return more && !all && len < FORMAT_HEAD_MAX ? NULL : &formats[FORMAT_LIST];
}
