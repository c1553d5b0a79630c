/* reading.h - for the tests of input formats: what a source makes of bytes that come as a file or
 * through a pipe, written down one line for each entry and error. */
#ifndef SEINE_TESTS_READING_H
#define SEINE_TESTS_READING_H

#include <sys/resource.h>

#include "core/source.h"
#include "feed.h"
#include "input/reader.h"
#include "tap.h"

/* Takes the reader; the input's name is "-". */
typedef struct source *reading_opener(struct reader *reader);

static inline struct reader *reading_open(const char *name)
{
	struct reader *reader = reader_open(name, NULL);

	need(reader != NULL, "open the input");
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
	size_t most, struct dice *dice)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct source *source = open(reading_open("-"));

	while (len > 0) {
		size_t part = 1 + dice_below(dice, most);
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
	struct dice dice = {1};
	char *got = reading_file(open, data, len);

	check_str(got, want);
	free(got);
	got = reading_pipe(open, data, len, 1, &dice);
	check_str(got, want);
	free(got);
}

/* At once or in pieces of up to `most` bytes, bare or packed: it is all the same. */
static inline void reading_check_ways(
	reading_opener *open, const struct buf *data, size_t most, struct dice *dice)
{
	char *want = reading_file(open, data->data, data->len), *got;
	struct buf packed = BUF_INIT;

	got = reading_pipe(open, data->data, data->len, most, dice);
	check(strcmp(got, want) == 0);
	free(got);
	feed_gzip_members(&packed, data->data, data->len, dice);
	got = reading_file(open, packed.data, packed.len);
	check(strcmp(got, want) == 0);
	free(got);
	got = reading_pipe(open, packed.data, packed.len, 1 + most / 10, dice);
	check(strcmp(got, want) == 0);
	free(got);
	free(want);
	buf_release(&packed);
}

/* All of these ways, of random lines behind a first one ("": none), the last of which may have no
 * end. */
static inline void reading_check_random(reading_opener *open, const char *first,
	void (*add_line)(struct buf *data, struct dice *dice))
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct buf data = BUF_INIT;
		struct dice dice = {seed};

		buf_addstr(&data, first);
		for (size_t lines = dice_below(&dice, 150); lines > 0; lines--)
			add_line(&data, &dice);
		if (data.len > 0 && seed % 2 == 0)
			buf_truncate(&data, data.len - 1);
		reading_check_ways(open, &data,
			data.len > 100000 ? 30000 : (size_t)1 << seed % 10, &dice);
		if (tap_failed_checks)
			printf("# seed %" PRIu64 "\n", seed);
		buf_release(&data);
	}
}

/* Packed, and cut short right behind this text. */
static inline void reading_check_torn(
	reading_opener *open, const char *text, const char *want)
{
	struct buf packed = BUF_INIT;
	char *got;

	feed_gzip(&packed, text, strlen(text), Z_SYNC_FLUSH);
	got = reading_file(open, packed.data, packed.len);
	check_str(got, want);
	free(got);
	buf_release(&packed);
}

/* Each of these lines is bad, and what is said of them does not have their secret in it. */
static inline void reading_check_secrets(
	reading_opener *open, const char *data, unsigned first, unsigned last)
{
	char *got = reading_file(open, data, strlen(data));

	for (unsigned line = first; line <= last; line++) {
		char place[24];

		(void)snprintf(place, sizeof(place), "stdin:%u: ", line);
		check(strstr(got, place) != NULL);
	}
	check(strstr(got, "canary") == NULL);
	free(got);
}

/* 2^19 times this entry below a first line ("": none), packed to a few KiB: memory does not follow
 * its length. To be run before other tests have taken memory. */
static inline void reading_check_long(
	reading_opener *open, const char *first, const char *text)
{
	enum { ENTRIES = 1 << 19, MEMBER = 1024 };
	struct buf packed = BUF_INIT, member = BUF_INIT;
	uint64_t line = *first ? 2 : 1, lines = 0, count = 0;
	struct rusage before, after;
	struct source *source;
	struct entry *entry;
	struct error err;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	for (int i = 0; i < MEMBER; i++)
		buf_addstr(&member, text);
	feed_gzip(&packed, first, strlen(first), Z_FINISH);
	for (int i = 0; i < ENTRIES / MEMBER; i++)
		feed_gzip(&packed, member.data, member.len, Z_FINISH);
	feed_stdin_file(packed.data, packed.len);
	(void)getrusage(RUSAGE_SELF, &before);
	source = open(reading_open("-"));
	while (source_next(source, &entry, &err) == SOURCE_ENTRY) {
		check_int(entry->line, line + count++ * lines);
		entry_free(entry);
	}
	source_free(source);
	check_int(count, ENTRIES);
	(void)getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__ /* which keeps freed memory for a while */
	check(after.ru_maxrss - before.ru_maxrss < 4096);
#endif
	buf_release(&member);
	buf_release(&packed);
}

#endif
