/* reading.h - for the tests of input formats: what a source makes of bytes that come as a file or
 * through a pipe, written down one line for each entry and error. */
#ifndef SEINE_TESTS_READING_H
#define SEINE_TESTS_READING_H

#include "core/source.h"
#include "feed.h"
#include "input/reader.h"
#include "tap.h"

/* Takes the reader; the input's name is "-". */
typedef struct source *reading_opener(struct reader *reader);

static inline struct reader *reading_open(const char *name)
{
	struct reader *reader = reader_open(name, NULL);

	feed_need(reader != NULL, "open the input");
	return reader;
}

static inline void reading_add_text(
	struct buf *out, const char *name, const char *value)
{
	if (value)
		buf_addf(out, " %s=[%s]", name, value);
}

/* All of an entry that an input can say, on one line. */
static inline void reading_add_entry(struct buf *out, const struct entry *entry)
{
	check_str(entry->input, "-");
	check(entry->urls.count > 0);
	buf_addf(out, "%" PRIu64 ":", entry->line);
	for (size_t i = 0; i < entry->urls.count; i++)
		buf_addf(out, " <%s>", entry->urls.items[i]);
	reading_add_text(out, "out", entry->out);
	reading_add_text(out, "dir", entry->dir);
	if (entry->checksum.alg != DIGEST_NONE) {
		buf_addch(out, ' ');
		checksum_add(out, &entry->checksum);
	}
	if (entry->size != -1)
		buf_addf(out, " size=%" PRId64, entry->size);
	for (size_t i = 0; i < entry->headers.count; i++)
		reading_add_text(out, "header", entry->headers.items[i]);
	reading_add_text(out, "referer", entry->referer);
	reading_add_text(out, "user-agent", entry->user_agent);
	if (entry->max_tries != 0)
		buf_addf(out, " max-tries=%" PRId64, entry->max_tries);
	buf_addch(out, '\n');
}

/* Write down what comes until the source waits for its input, or ends. */
static inline enum source_status reading_drain(struct source *source, struct buf *out)
{
	enum source_status status;
	struct entry *entry;
	struct error err;

	for (;;) {
		status = source_next(source, &entry, &err);
		switch (status) {
		case SOURCE_ENTRY:
			reading_add_entry(out, entry);
			entry_free(entry);
			break;
		case SOURCE_BAD:
			check_int(err.kind, KIND_INPUT);
			buf_addf(out, "! %s\n", err.text);
			break;
		case SOURCE_BROKEN:
			check_int(err.kind, KIND_INPUT);
			buf_addf(out, "broken: %s\n", err.text);
			break;
		case SOURCE_AGAIN:
			if (source_fd(source) >= 0)
				return status;
			break; /* it only took a breath */
		case SOURCE_LATER:
		case SOURCE_END:
			return status;
		}
	}
}

/* The bytes are a file on stdin. */
static inline char *reading_file(reading_opener *open, const char *data, size_t len)
{
	struct buf out = BUF_INIT;
	struct source *source;

	feed_stdin_file(data, len);
	source = open(reading_open("-"));
	check_int(reading_drain(source, &out), SOURCE_END);
	check_int(reading_drain(source, &out), SOURCE_END);
	check_int(source_fd(source), -1);
	source_free(source);
	return buf_detach(&out);
}

/* They come through a pipe, in pieces of up to `most` bytes. */
static inline char *reading_pipe(reading_opener *open, const char *data, size_t len,
	size_t most, uint64_t *state)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct source *source = open(reading_open("-"));

	while (len > 0) {
		size_t part = 1 + feed_below(state, most);
		enum source_status status;

		part = part < len ? part : len;
		feed_write(end, data, part);
		data += part;
		len -= part;
		status = reading_drain(source, &out);
		check(status == SOURCE_AGAIN || status == SOURCE_END);
		if (status == SOURCE_END)
			len = 0; /* it is broken: what follows does not matter */
		else
			check_int(source_fd(source), STDIN_FILENO);
	}
	close(end);
	check_int(reading_drain(source, &out), SOURCE_END);
	source_free(source);
	return buf_detach(&out);
}

/* Both ways, byte by byte in the second. */
static inline void reading_check(
	reading_opener *open, const char *data, size_t len, const char *want)
{
	uint64_t state = 1;
	char *got = reading_file(open, data, len);

	check_str(got, want);
	free(got);
	got = reading_pipe(open, data, len, 1, &state);
	check_str(got, want);
	free(got);
}

#endif
