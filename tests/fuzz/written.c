/* written.c - see written.h. */
#include "written.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "feeding.h"

#define PAIRS_MAX 16

struct pair {
	char *url, *out;
};

/* A line of the bytes without what would be lost: returns are a part of line ends. */
static char *take_value(struct fuzz_bytes *bytes)
{
	char *line = fuzz_take_line(bytes);
	struct buf value = BUF_INIT;

	for (char *at = line; *at; at++)
		*at = *at == '\2' ? '\n' : *at == '\3' ? '"' : *at == '\r' ? ' ' : *at;
	text_add_utf8(&value, line, strlen(line));
	free(line);
	return buf_detach(&value);
}

static size_t take_pairs(struct fuzz_bytes bytes, struct pair *pairs)
{
	size_t count = 0;

	while (bytes.left > 0 && count < PAIRS_MAX) {
		struct pair pair = {.url = take_value(&bytes)};

		pair.out = take_value(&bytes);
		if (*pair.url) {
			pairs[count++] = pair;
			continue;
		}
		free(pair.url);
		free(pair.out);
	}
	return count;
}

static void check_entry(const struct pair *pair, const struct entry *entry)
{
	must(entry->urls.count == 1 && strcmp(entry->urls.items[0], pair->url) == 0);
	if (*pair->out)
		must(entry->out && strcmp(entry->out, pair->out) == 0);
	else
		must(!entry->out);
}

static void read_pairs(entries_open *open, const struct buf *input,
	const struct pair *pairs, size_t count)
{
	struct feeding feeding;
	struct source *source;
	enum source_status status = SOURCE_AGAIN;
	size_t read = 0;

	feeding_begin(&feeding, FEED_FILE, (const uint8_t *)input->data, input->len);
	source = open();
	while (status != SOURCE_END) {
		struct entry *entry = NULL;

		status = source_next(source, &entry, NULL);
		must(status != SOURCE_BAD && status != SOURCE_BROKEN);
		if (status == SOURCE_AGAIN)
			feeding_wait(&feeding, source_fd(source));
		if (status != SOURCE_ENTRY)
			continue;
		must(read < count);
		check_entry(&pairs[read++], entry);
		entry_free(entry);
	}
	must(read == count);
	source_free(source);
	feeding_end(&feeding);
}

void written_check(
	const char *head, written_add *add, entries_open *open, struct fuzz_bytes bytes)
{
	_cleanup_(buf_release) struct buf input = BUF_INIT;
	struct pair pairs[PAIRS_MAX];
	size_t count = take_pairs(bytes, pairs);

	buf_addstr(&input, head);
	for (size_t i = 0; i < count; i++)
		add(&input, pairs[i].url, pairs[i].out);
	read_pairs(open, &input, pairs, count);
	for (size_t i = 0; i < count; i++) {
		free(pairs[i].url);
		free(pairs[i].out);
	}
}
