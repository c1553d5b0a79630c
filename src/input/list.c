/* list.c - the list grammar over the reader's lines.
 *
 * One entry is `held` while its option lines may still come. The next line in column 0,
 * or the end, makes it `ready`, and it goes out before anything else is read. A line
 * that would have been an entry but was bad makes the held one ready too, and leaves
 * `lost` behind: the option lines that follow belong to nobody, least of all to the
 * entry before. */
#include "input/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "input/fields.h"

struct list_source {
	struct source source;
	const char *name;
	struct reader *reader; /* NULL: ended */
	bool lost;             /* there is no entry above that options could be of */
	bool spoiled;          /* `held` is not to be fetched */
	struct entry *held;
	struct entry *ready;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cut the white space off [begin, end), end the text with a NUL, return where it
 * begins. */
static char *trim(char *begin, char *end)
{
	while (begin < end && is_space(*begin))
		begin++;
	while (end > begin && is_space(end[-1]))
		end--;
	*end = '\0';
	return begin;
}

static char *trim_url(char *begin, char *end)
{
	size_t len;

	begin = trim(begin, end);
	len = strlen(begin);
	if (len >= 2 && begin[0] == '"' && begin[len - 1] == '"')
		begin = trim(begin + 1, begin + len - 1);
	return begin;
}

static int bad_line(const struct list_source *list, const char *why, struct error *err)
{
	return reader_refuse(list->reader, reader_number(list->reader), why, err);
}

/* All of an entry's lines have been read. */
static void end_entry(struct list_source *list)
{
	if (list->spoiled)
		entry_free(list->held);
	else
		list->ready = list->held;
	list->held = NULL;
	list->spoiled = false;
}

/* Two URLs, by the looks of it: in none would a space and another scheme follow. */
static bool is_two(const char *url)
{
	static const char *const schemes[] = {" http://", " https://", " s3://"};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strstr(url, schemes[i]))
			return true;
	return false;
}

/* A line in column 0 of which there is no entry. */
static int lose_urls(struct list_source *list, struct entry *entry, const char *why,
	struct error *err)
{
	list->lost = true;
	entry_free(entry);
	return bad_line(list, why, err);
}

/* A line in column 0: the entry before is whole. */
static int take_urls(
	struct list_source *list, char *line, size_t len, struct error *err)
{
	struct entry *entry = entry_new();
	char *const end = line + len;

	end_entry(list);
	for (;;) {
		char *tab = memchr(line, '\t', (size_t)(end - line));
		char *url = trim_url(line, tab ? tab : end);

		if (is_two(url))
			return lose_urls(list, entry,
				"there are URLs with a space between: mirrors of one "
				"file are separated by tabs, and others stand on lines "
				"of their own",
				err);
		if (*url)
			strings_add(&entry->urls, url);
		if (!tab)
			break;
		line = tab + 1;
	}
	if (entry->urls.count == 0)
		return lose_urls(list, entry, "there is no URL in this line", err);
	list->lost = false;
	entry->input = list->name;
	entry->line = reader_number(list->reader);
	list->held = entry;
	return 0;
}

/* What does not look like a name is not quoted by any error: it may be an indented URL,
 * with a password in it. */
static bool split_option(char *line, size_t len, char **name, char **value)
{
	char *equals = memchr(line, '=', len);
	size_t name_len;

	if (!equals)
		return false;
	*name = trim(line, equals);
	*value = trim(equals + 1, line + len);
	name_len = strlen(*name);
	return name_len > 0 && name_len <= FIELD_NAME_MAX &&
	       strspn(*name, FIELD_NAME_CHARS) == name_len;
}

/* A value that is none, of a checksum perhaps: without it the file must not be fetched. */
static int bad_value(struct list_source *list, const char *why, struct error *err)
{
	_cleanup_(freep) char *text =
		xasprintf("%.160s; the URL above it is left out", why);

	list->spoiled = true;
	return bad_line(list, text, err);
}

static int take_option(
	struct list_source *list, char *line, size_t len, struct error *err)
{
	char *name, *value;
	struct error why;

	if (list->lost)
		return 0;
	if (!list->held)
		return bad_line(list,
			"an indented line is an option, and there is no URL above it",
			err);
	if (!split_option(line, len, &name, &value))
		return bad_line(list,
			"an indented line must be name=value, "
			"an option of the URL above it",
			err);
	if (field_apply(list->held, name, value, &why) == 0)
		return 0;
	return field_find(name) ? bad_value(list, why.text, err)
				: bad_line(list, why.text, err);
}

static bool is_indent(char first)
{
	return first == ' ' || first == '\t';
}

/* -1: the line is bad. */
static int take_line(
	struct list_source *list, char *line, size_t len, struct error *err)
{
	if (line[0] == '#' || strspn(line, " \t\r") == len)
		return 0;
	return is_indent(line[0]) ? take_option(list, line, len, err)
				  : take_urls(list, line, len, err);
}

/* The reader threw a line away, of which this is the first byte. */
static void lose_line(struct list_source *list, char first)
{
	if (first == '#' || is_indent(first))
		return;
	end_entry(list);
	list->lost = true;
}

static void end_list(struct list_source *list)
{
	reader_free(list->reader);
	list->reader = NULL;
}

static enum source_status read_on(struct list_source *list, struct error *err)
{
	char *line;
	size_t len;

	while (!list->ready) {
		switch (reader_next(list->reader, &line, &len, err)) {
		case READER_LINE:
			if (take_line(list, line, len, err) < 0)
				return SOURCE_BAD;
			break;
		case READER_AGAIN:
			return SOURCE_AGAIN;
		case READER_BAD:
			lose_line(list, *line);
			return SOURCE_BAD;
		case READER_BROKEN:
			entry_free(list->held);
			list->held = NULL;
			end_list(list);
			return SOURCE_BROKEN;
		case READER_END:
			end_entry(list);
			end_list(list);
			return list->ready ? SOURCE_ENTRY : SOURCE_END;
		}
	}
	return SOURCE_ENTRY;
}

static enum source_status list_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct list_source *list = container_of(source, struct list_source, source);
	enum source_status status = SOURCE_ENTRY;

	if (!list->ready)
		status = list->reader ? read_on(list, err) : SOURCE_END;
	if (status == SOURCE_ENTRY) {
		*entry = list->ready;
		list->ready = NULL;
	}
	return status;
}

static int list_fd(const struct source *source)
{
	const struct list_source *list =
		container_of(source, const struct list_source, source);

	return list->reader ? reader_fd(list->reader) : -1;
}

static void list_free(struct source *source)
{
	struct list_source *list = container_of(source, struct list_source, source);

	reader_free(list->reader);
	entry_free(list->held);
	entry_free(list->ready);
	free(list);
}

static const struct source_ops list_ops = {
	.next = list_next,
	.fd = list_fd,
	.free = list_free,
};

struct source *list_open(struct reader *reader, const char *name)
{
	struct list_source *list = xcalloc(1, sizeof(*list));

	list->source.ops = &list_ops;
	list->reader = reader;
	list->name = name;
	return &list->source;
}
