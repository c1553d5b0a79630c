/* list.c - the list grammar over the reader's lines.
 *
 * One entry is `held` while its option lines may still come. The next line in column 0,
 * or the end, makes it `ready`, and it goes out before anything else is read. A line
 * that would have been an entry but was bad makes the held one ready too, and leaves
 * `lost` behind: the option lines that follow belong to nobody, least of all to the
 * entry before. */
#include "input/list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/units.h"
#include "input/reader.h"

#define NAME_SHOWN 40 /* longest option name that an error quotes */
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define TOKEN_CHARS                                                                    \
	NAME_CHARS                                                                     \
	"!#$%&'*+.^`|~" /* of a header's name: RFC 9110, 5.6.2              \
				    */

struct list_source {
	struct source source;
	const char *name;
	struct reader *reader; /* NULL: not opened yet, or ended */
	bool ended;
	bool lost;
	struct entry *held;
	struct entry *ready;
};

static int set_text(
	char **field, const char *name, const char *value, struct error *err)
{
	if (!*value)
		return error_set(err, KIND_INPUT, 0, "%s: it needs a value", name);
	free(*field);
	*field = xstrdup(value);
	return 0;
}

static int set_out(struct entry *entry, const char *value, struct error *err)
{
	return set_text(&entry->out, "out", value, err);
}

static int set_dir(struct entry *entry, const char *value, struct error *err)
{
	return set_text(&entry->dir, "dir", value, err);
}

static int set_checksum(struct entry *entry, const char *value, struct error *err)
{
	struct checksum checksum = {.alg = DIGEST_NONE};

	if (checksum_parse(&checksum, value, err) < 0)
		return -1;
	checksum_keep_stronger(&entry->checksum, &checksum);
	return 0;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* No error quotes the header: it may be a credential. */
static int add_header(struct entry *entry, const char *value, struct error *err)
{
	size_t name_len = strspn(value, TOKEN_CHARS);

	if (name_len == 0 || value[name_len] != ':')
		return error_set(
			err, KIND_INPUT, 0, "header: it must be \"Name: value\"");
	if (has_control(value))
		return error_set(err, KIND_INPUT, 0,
			"header: there is a control character in it");
	strings_add(&entry->headers, value);
	return 0;
}

/* An empty one is a wish too: to send none. */
static int set_field(
	char **field, const char *name, const char *value, struct error *err)
{
	if (has_control(value))
		return error_set(err, KIND_INPUT, 0,
			"%s: there is a control character in it", name);
	free(*field);
	*field = xstrdup(value);
	return 0;
}

static int set_referer(struct entry *entry, const char *value, struct error *err)
{
	return set_field(&entry->referer, "referer", value, err);
}

static int set_user_agent(struct entry *entry, const char *value, struct error *err)
{
	return set_field(&entry->user_agent, "user-agent", value, err);
}

static int set_max_tries(struct entry *entry, const char *value, struct error *err)
{
	int64_t count;

	if (units_parse_count(value, &count) < 0 || count < 1)
		return error_set(err, KIND_INPUT, 0,
			"max-tries: it must be a whole number from 1");
	entry->max_tries = count;
	return 0;
}

static int set_size(struct entry *entry, const char *value, struct error *err)
{
	if (units_parse_size(value, &entry->size) < 0)
		return error_set(
			err, KIND_INPUT, 0, "size: it must be bytes, as 4096 or 1.5G");
	return 0;
}

static const struct option {
	const char *name;
	int (*set)(struct entry *entry, const char *value, struct error *err);
} known_options[] = {
	{"out", set_out},
	{"dir", set_dir},
	{"checksum", set_checksum},
	{"header", add_header},
	{"referer", set_referer},
	{"user-agent", set_user_agent},
	{"max-tries", set_max_tries},
	{"size", set_size},
};

/* What lists written for aria2 may have, so that the error can say more than "unknown".
 */
static const char *const aria2_options[] = {
	"all-proxy",
	"allow-overwrite",
	"auto-file-renaming",
	"conditional-get",
	"connect-timeout",
	"continue",
	"dry-run",
	"gid",
	"http-passwd",
	"http-user",
	"max-connection-per-server",
	"max-download-limit",
	"min-split-size",
	"pause",
	"retry-wait",
	"split",
	"timeout",
};

static int refuse_option(const char *name, struct error *err)
{
	_cleanup_(buf_release) struct buf known = BUF_INIT;
	const char *what = "unknown option";
	size_t i;

	for (i = 0; i < ARRAY_LEN(aria2_options); i++)
		if (strcmp(name, aria2_options[i]) == 0)
			what = "not supported here: aria2's option";
	for (i = 0; i < ARRAY_LEN(known_options); i++)
		buf_addf(&known, " %s", known_options[i].name);
	return error_set(
		err, KIND_INPUT, 0, "%s '%s'; known:%s", what, name, known.data);
}

int list_option(
	struct entry *entry, const char *name, const char *value, struct error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(known_options); i++)
		if (strcmp(name, known_options[i].name) == 0)
			return known_options[i].set(entry, value, err);
	return refuse_option(name, err);
}

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

static int bad_line(
	const struct list_source *list, const struct error *why, struct error *err)
{
	return error_set(err, KIND_INPUT, 0, "%s:%" PRIu64 ": %s",
		reader_shown(list->reader), reader_number(list->reader), why->text);
}

/* A line in column 0: the entry before is whole. */
static int take_urls(
	struct list_source *list, char *line, size_t len, struct error *err)
{
	struct entry *entry = entry_new();
	char *const end = line + len;
	struct error why;

	list->ready = list->held;
	list->held = NULL;
	for (;;) {
		char *tab = memchr(line, '\t', (size_t)(end - line));
		char *url = trim_url(line, tab ? tab : end);

		if (*url)
			strings_add(&entry->urls, url);
		if (!tab)
			break;
		line = tab + 1;
	}
	list->lost = entry->urls.count == 0;
	if (list->lost) {
		entry_free(entry);
		(void)error_set(&why, KIND_INPUT, 0, "there is no URL in this line");
		return bad_line(list, &why, err);
	}
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
	return name_len > 0 && name_len <= NAME_SHOWN &&
	       strspn(*name, NAME_CHARS) == name_len;
}

static int take_option(
	struct list_source *list, char *line, size_t len, struct error *err)
{
	char *name, *value;
	struct error why;

	if (list->lost)
		return 0;
	if (!list->held)
		(void)error_set(&why, KIND_INPUT, 0,
			"an indented line is an option, and there is no URL above it");
	else if (!split_option(line, len, &name, &value))
		(void)error_set(&why, KIND_INPUT, 0,
			"an indented line must be name=value, an option of the URL "
			"above it");
	else if (list_option(list->held, name, value, &why) == 0)
		return 0;
	return bad_line(list, &why, err);
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
	list->ready = list->held;
	list->held = NULL;
	list->lost = true;
}

static void end_list(struct list_source *list)
{
	reader_free(list->reader);
	list->reader = NULL;
	list->ended = true;
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
			list->ready = list->held;
			list->held = NULL;
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

	if (!list->ready && list->ended)
		return SOURCE_END;
	if (!list->ready && !list->reader) {
		list->reader = reader_open(list->name, err);
		list->ended = !list->reader;
		if (list->ended)
			return SOURCE_BROKEN;
	}
	if (!list->ready)
		status = read_on(list, err);
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

static const struct source_ops list_ops = {list_next, list_fd, list_free};

struct source *list_open(const char *name)
{
	struct list_source *list = xcalloc(1, sizeof(*list));

	list->source.ops = &list_ops;
	list->name = name;
	return &list->source;
}
