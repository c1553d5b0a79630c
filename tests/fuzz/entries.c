/* entries.c - see entries.h. What a source tells is written down as a text, so that two ways of
 * reading are compared by comparing texts. */
#include "entries.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "feeding.h"

static void check_one_line(const char *text)
{
	must(!text || !strpbrk(text, "\r\n"));
}

static void check_header(const char *header)
{
	const char *colon = strchr(header, ':');

	must(colon && colon > header);
	must(!memchr(header, ' ', (size_t)(colon - header)));
	check_one_line(header);
}

static void check_pieces(const struct entry *entry)
{
	const struct pieces *pieces = entry->pieces;

	if (!pieces)
		return;
	must(pieces->alg != DIGEST_NONE && checksum_len(pieces->alg) > 0);
	must(pieces->length >= 1 && pieces->count >= 1);
	if (entry->size >= 0)
		must(pieces->count == (uint64_t)entry->size / (uint64_t)pieces->length +
					      (entry->size % pieces->length != 0));
}

void entries_check_entry(const struct entry *entry)
{
	must(entry->urls.count >= 1);
	for (size_t i = 0; i < entry->urls.count; i++)
		must(entry->urls.items[i][0]);
	for (size_t i = 0; i < entry->headers.count; i++)
		check_header(entry->headers.items[i]);
	check_one_line(entry->referer);
	check_one_line(entry->user_agent);
	must(!entry->out || entry->out[0]);
	must(!entry->dir || entry->dir[0]);
	must(entry->size >= -1 && entry->max_tries >= 0);
	must(entry->checksum.alg <= DIGEST_SHA512);
	must(entry->line >= 1);
	must(!entry->path && !entry->resume && !entry->is_there);
	check_pieces(entry);
}

void entries_check_error(
	const struct error *err, const char *shown, enum entries_quote quote)
{
	must(err->kind == KIND_INPUT);
	must(strncmp(err->text, shown, strlen(shown)) == 0);
	/* What is wrong with an algorithm's name can only be said with it. */
	must(quote == ENTRIES_QUOTE || !strstr(err->text, FUZZ_SECRET) ||
		strstr(err->text, "unknown checksum algorithm"));
	must(quote == ENTRIES_QUOTE || !strchr(err->text, '\n'));
}

static void add_text(struct buf *told, const char *name, const char *value)
{
	if (value)
		buf_addf(told, " %s=%s", name, value);
}

static void add_pieces(struct buf *told, const struct pieces *pieces)
{
	struct checksum sum = {.alg = pieces->alg};
	size_t len = checksum_len(pieces->alg);

	buf_addf(told, " pieces=%" PRId64, pieces->length);
	for (size_t i = 0; i < pieces->count; i++) {
		memcpy(sum.bytes, pieces->digests + i * len, len);
		buf_addch(told, ',');
		checksum_add(told, &sum);
	}
}

void entries_add(struct buf *told, const struct entry *entry)
{
	buf_addf(told, "%" PRIu64 ":", entry->line);
	for (size_t i = 0; i < entry->urls.count; i++)
		add_text(told, "url", entry->urls.items[i]);
	for (size_t i = 0; i < entry->headers.count; i++)
		add_text(told, "header", entry->headers.items[i]);
	add_text(told, "out", entry->out);
	add_text(told, "dir", entry->dir);
	add_text(told, "referer", entry->referer);
	add_text(told, "user-agent", entry->user_agent);
	buf_addf(told, " size=%" PRId64 " max-tries=%" PRId64 " ", entry->size,
		entry->max_tries);
	checksum_add(told, &entry->checksum);
	if (entry->pieces)
		add_pieces(told, entry->pieces);
	buf_addch(told, '\n');
}

struct reader *entries_reader(void)
{
	struct reader *reader = reader_open("-", NULL);

	must(reader);
	return reader;
}

/* Is it broken in the end? */
static bool read_all(struct source *source, struct feeding *feeding,
	enum entries_quote quote, struct buf *told)
{
	uint64_t line = 0;
	bool broken = false;

	for (;;) {
		struct entry *entry = NULL;
		struct error err = {.kind = KIND_NONE};

		switch (source_next(source, &entry, &err)) {
		case SOURCE_ENTRY:
			entries_check_entry(entry);
			must(entry->line >= line);
			line = entry->line;
			entries_add(told, entry);
			entry_free(entry);
			continue;
		case SOURCE_AGAIN:
			feeding_wait(feeding, source_fd(source));
			continue;
		case SOURCE_BROKEN:
			must(!broken);
			broken = true;
			entries_check_error(&err, "stdin", quote);
			continue;
		case SOURCE_BAD:
			entries_check_error(&err, "stdin", quote);
			buf_addf(told, "error: %s\n", err.text);
			continue;
		case SOURCE_LATER:
			must(!"nothing is fetched for what is on stdin");
			continue;
		case SOURCE_END:
			must(source_next(source, &entry, &err) == SOURCE_END);
			return broken;
		}
	}
}

static bool read_by(enum feed_by by, entries_open *open, enum entries_quote quote,
	const uint8_t *data, size_t len, struct buf *told)
{
	struct feeding feeding;
	struct source *source;
	bool broken;

	feeding_begin(&feeding, by, data, len);
	source = open();
	broken = read_all(source, &feeding, quote, told);
	source_free(source);
	feeding_end(&feeding);
	return broken;
}

void entries_check(
	entries_open *open, enum entries_quote quote, const uint8_t *data, size_t len)
{
	_cleanup_(buf_release) struct buf by_file = BUF_INIT, by_pipe = BUF_INIT;

	bool broken = read_by(FEED_FILE, open, quote, data, len, &by_file);

	must(read_by(FEED_PIPE, open, quote, data, len, &by_pipe) == broken);
	/* Of XML that breaks off libxml2 may have told more, or less. */
	if (broken && quote == ENTRIES_QUOTE)
		must(fuzz_one_begins(&by_file, &by_pipe));
	else
		must(by_file.len == by_pipe.len && fuzz_one_begins(&by_file, &by_pipe));
}
