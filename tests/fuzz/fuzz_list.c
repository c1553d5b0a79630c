/* fuzz_list.c - input/list.h over input/reader.h, gzip too: see entries.h for the claims.
 *
 * And of a list that is plain text: the entries are the lines in column 0 that have a URL, and
 * none with a space and a scheme in it, in their order, each with the last out= of its own option
 * lines, and nobody else's; those with an option whose value is none are not among them. */
#include "input/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "entries.h"
#include "feeding.h"
#include "input/fields.h"

#define SPACE " \t"

static struct source *open_list(void)
{
	return list_open(entries_reader(), "-");
}

/* The text without white space around, which is cut off in place. */
static char *trimmed(char *text)
{
	size_t len;

	text += strspn(text, SPACE);
	for (len = strlen(text); len > 0 && strchr(SPACE, text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

/* Without a pair of quotes, too. */
static char *unquoted(char *text)
{
	size_t len;

	text = trimmed(text);
	len = strlen(text);
	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return text;
	text[len - 1] = '\0';
	return trimmed(text + 1);
}

/* Mirrors between tabs, none of which is two. */
static bool has_url(char *line)
{
	bool found = false, two = false;

	for (char *url; (url = strsep(&line, "\t"));) {
		url = unquoted(url);
		found |= *url != '\0';
		two |= strstr(url, " http://") || strstr(url, " https://") ||
		       strstr(url, " s3://");
	}
	return found && !two;
}

/* The value, if the line is an out= or known-as= that has one: the last of them is the name. */
static const char *out_of(char *line)
{
	char *value = strchr(line, '=');
	const char *name;

	if (!value)
		return NULL;
	*value++ = '\0';
	value = trimmed(value);
	name = trimmed(line);
	return (strcmp(name, "out") == 0 || strcmp(name, "known-as") == 0) && *value
		       ? value
		       : NULL;
}

/* The last entry that there should be. */
struct last {
	size_t line;  /* 0: none */
	bool spoiled; /* ... that is not to be fetched */
	char *out;
};

/* Nothing more comes to it: add "LINE OUT". */
static void end_entry(struct last *last, struct buf *wanted)
{
	if (last->line > 0 && !last->spoiled)
		buf_addf(wanted, "%zu %s\n", last->line, last->out ? last->out : "");
	free(last->out);
	*last = (struct last){.line = 0};
}

/* A value that is none of an option that there is. */
static bool is_bad_value(const char *line)
{
	char *copy _cleanup_(freep) = xstrdup(line);
	char *value = strchr(copy, '=');
	struct entry *entry;
	struct error err;
	bool bad;

	if (!value)
		return false;
	*value++ = '\0';
	value = trimmed(value);
	if (!field_find(trimmed(copy)))
		return false;
	entry = entry_new();
	bad = field_apply(entry, trimmed(copy), value, &err) != 0;
	entry_free(entry);
	return bad;
}

static void take_option(struct last *last, char *line)
{
	const char *value;

	last->spoiled |= is_bad_value(line);
	value = out_of(line);

	if (last->line == 0 || !value)
		return;
	free(last->out);
	last->out = xstrdup(value);
}

/* Has the next line a NUL in it? Then it is bad, whatever it is. */
static bool is_bad(const struct fuzz_bytes *bytes)
{
	const uint8_t *end = memchr(bytes->at, '\n', bytes->left);

	return memchr(bytes->at, '\0', end ? (size_t)(end - bytes->at) : bytes->left);
}

static void add_wanted(struct buf *wanted, struct fuzz_bytes bytes)
{
	struct last last = {.line = 0};

	for (size_t number = 1; bytes.left > 0; number++) {
		bool bad = is_bad(&bytes);
		char *line _cleanup_(freep) = fuzz_take_line(&bytes);

		if (*line == '#' || (!bad && line[strspn(line, SPACE)] == '\0'))
			continue;
		if (*line && strchr(SPACE, *line)) {
			if (!bad)
				take_option(&last, line);
			continue;
		}
		end_entry(&last, wanted);
		if (!bad && has_url(line))
			last.line = number;
	}
	end_entry(&last, wanted);
}

static void add_found(struct buf *found, const uint8_t *data, size_t len)
{
	struct feeding feeding;
	struct source *source;
	struct entry *entry;
	enum source_status status = SOURCE_AGAIN;

	feeding_begin(&feeding, FEED_FILE, data, len);
	source = open_list();
	while (status != SOURCE_END) {
		status = source_next(source, &entry, NULL);
		if (status == SOURCE_AGAIN)
			feeding_wait(&feeding, source_fd(source));
		if (status != SOURCE_ENTRY)
			continue;
		buf_addf(found, "%zu %s\n", (size_t)entry->line,
			entry->out ? entry->out : "");
		entry_free(entry);
	}
	source_free(source);
	feeding_end(&feeding);
}

/* Without CR, byte order mark and gzip, whose effect is the reader's business. */
static bool is_plain(const uint8_t *data, size_t len)
{
	return len > 0 && len <= READER_LINE_MAX && data[0] < 0x80 && data[0] != 0x1f &&
	       !memchr(data, '\r', len);
}

void fuzz_list(const uint8_t *data, size_t len)
{
	_cleanup_(buf_release) struct buf wanted = BUF_INIT, found = BUF_INIT;

	entries_check(open_list, ENTRIES_QUOTE_NOTHING, data, len);
	if (!is_plain(data, len))
		return;
	add_wanted(&wanted, (struct fuzz_bytes){.at = data, .left = len});
	add_found(&found, data, len);
	must(strcmp(wanted.data, found.data) == 0);
}
