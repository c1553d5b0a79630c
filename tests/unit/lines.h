/* lines.h - what the tests of the reader share: what it says of bytes that come as a file or
 * through a pipe, one line each. */
#ifndef SEINE_TESTS_LINES_H
#define SEINE_TESTS_LINES_H

#include "input/reader.h"

#include "base/alloc.h"
#include "feed.h"
#include "tap.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BOM "\xef\xbb\xbf"

/* Write down, one line each, what the reader says until it says AGAIN or END. */
static inline enum reader_status drain(struct reader *reader, struct buf *out)
{
	enum reader_status status;
	struct error err;
	char *line;
	size_t len;

	for (;;) {
		status = reader_next(reader, &line, &len, &err);
		switch (status) {
		case READER_LINE:
			check_int(strlen(line), len);
			buf_addf(out, "%" PRIu64 " [", reader_number(reader));
			buf_add(out, line, len);
			buf_addstr(out, "]\n");
			break;
		case READER_BAD:
			check_int(err.kind, KIND_INPUT);
			check_int(len, 1);
			buf_addf(out, "%" PRIu64 " bad %02x: %s\n",
				reader_number(reader), (unsigned char)*line, err.text);
			break;
		case READER_BROKEN:
			check_int(err.kind, KIND_INPUT);
			buf_addf(out, "broken: %s\n", err.text);
			break;
		case READER_AGAIN:
			if (reader_fd(reader) < 0)
				break; /* only a breath */
			return status;
		case READER_END:
			return status;
		}
	}
}

/* What the reader makes of bytes that are a file on stdin. */
static inline char *read_file(const char *data, size_t len)
{
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	feed_stdin_file(data, len);
	reader = reader_open("-", &err);
	check(reader != NULL);
	check_int(reader_fd(reader), -1);
	check_int(drain(reader, &out), READER_END);
	check_int(drain(reader, &out), READER_END);
	reader_free(reader);
	return buf_detach(&out);
}

/* The same through a pipe, in pieces of up to `most` bytes. */
static inline char *read_pipe(
	const char *data, size_t len, size_t most, struct dice *dice)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	reader = reader_open("-", &err);
	check(reader != NULL);
	check_int(reader_fd(reader), STDIN_FILENO);
	while (len > 0) {
		size_t part = 1 + dice_below(dice, most);

		part = part < len ? part : len;
		feed_write(end, data, part);
		data += part;
		len -= part;
		if (drain(reader, &out) == READER_END)
			len = 0; /* it is broken: what follows does not matter */
	}
	close(end);
	check_int(drain(reader, &out), READER_END);
	reader_free(reader);
	return buf_detach(&out);
}

static inline void check_lines(const char *data, size_t len, const char *want)
{
	struct dice dice = {1};
	char *got = read_file(data, len);

	check_str(got, want);
	free(got);
	got = read_pipe(data, len, 1, &dice);
	check_str(got, want);
	free(got);
}

#define CHECK_LINES(data, want) check_lines(data, sizeof(data) - 1, want)

#endif
