/* reader.c - one text buffer, filled from below, emptied line by line from above.
 *
 * Lines are cut where they lie: the newline becomes a NUL and the caller gets a pointer
 * into the buffer. Only when no newline is left is the beginning of a line (never more
 * than the cap) moved to the front and the rest of the buffer filled again, either by
 * read() itself or by inflate() from a second buffer. A line that outgrows the cap is
 * thrown away as it comes in, so memory does not depend on the input.
 *
 * What can keep us waiting (pipe, socket, terminal) is asked by poll() before each
 * read(): its descriptor is shared with whoever started us, so making it non-blocking
 * is not ours to do. After GIVE_WAY bytes READER_AGAIN is said even if there is more,
 * so that no input, whatever its lines are like, keeps the caller from its transfers.
 *
 * A failure waits in `failure` until the lines before it are delivered. Those who want
 * bytes instead of lines see what is between `start` and `end`. */
#include "input/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"

#define BOM "\xef\xbb\xbf"
#define BOM_LEN 3
#define GZIP_MAGIC_1 0x1f
#define GZIP_MAGIC_2 0x8b

/* A line at the cap may have these around it. */
#define WITH_ENDS (READER_LINE_MAX + BOM_LEN + 2)
#define PACKED_SIZE ((size_t)64 * 1024)
#define TEXT_SIZE ((size_t)128 * 1024 + WITH_ENDS)
#define GIVE_WAY ((size_t)512 * 1024)
#define SHOWN_MAX 80 /* leaves room for the rest of an error text */

enum coding {
	CODING_UNKNOWN, /* fewer bytes seen than it takes to tell */
	CODING_PLAIN,
	CODING_GZIP_BETWEEN, /* where a member may begin, or the input end */
	CODING_GZIP_INSIDE
};

enum filled { FILLED, NOT_NOW, AT_END, FAILED };

struct reader {
	int fd;
	bool is_stdin; /* not ours to close */
	bool may_wait;
	enum coding coding;
	enum filled input; /* FILLED while there may be more, else AT_END or FAILED */
	struct error failure;
	char *shown;

	z_stream z;
	unsigned char *packed; /* NULL: not gzip */
	bool inflate_has_more; /* it stopped only because the text buffer was full */

	char *text;        /* TEXT_SIZE, and a byte for the NUL of the last line */
	size_t start, end; /* what is not delivered yet */
	size_t scanned;    /* there is no newline from start to here */
	bool begun;        /* whether there is a byte order mark has been looked at */
	bool skipping;     /* inside a line that is too long */
	char first[2];     /* of a bad line */
	uint64_t number;
	size_t since_again;
};

static char *shown_name(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "-") == 0)
		return xstrdup("stdin");
	if (len <= SHOWN_MAX)
		return xstrdup(name);
	return xasprintf("...%s", name + len - SHOWN_MAX);
}

/* Open what `name` says and learn what it is. A FIFO is opened without waiting for its
 * writer: poll() knows "no writer yet" from "no writer any more". */
static int open_input(struct reader *reader, const char *name, struct error *err)
{
	struct stat status;

	if (strcmp(name, "-") == 0) {
		reader->is_stdin = true;
		reader->fd = STDIN_FILENO;
	} else {
		reader->fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	}
	if (reader->fd < 0 || fstat(reader->fd, &status) < 0)
		return error_errno(
			err, KIND_INPUT, errno, "%s: cannot open", reader->shown);
	if (S_ISDIR(status.st_mode))
		return error_errno(
			err, KIND_INPUT, EISDIR, "%s: cannot read", reader->shown);
	reader->may_wait = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
			   isatty(reader->fd);
	return 0;
}

struct reader *reader_open(const char *name, struct error *err)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));

	reader->fd = -1;
	reader->shown = shown_name(name);
	if (open_input(reader, name, err) < 0) {
		reader_free(reader);
		return NULL;
	}
	reader->text = xmalloc(TEXT_SIZE + 1);
	return reader;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	if (reader->fd >= 0 && !reader->is_stdin)
		(void)close(reader->fd); /* only read from: nothing to lose */
	if (reader->packed)
		(void)inflateEnd(&reader->z);
	free(reader->packed);
	free(reader->text);
	free(reader->shown);
	free(reader);
}

static bool is_readable(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	int ready;

	do
		ready = poll(&poller, 1, 0);
	while (ready < 0 && errno == EINTR);
	return ready != 0; /* let read() name what poll() found wrong */
}

static enum filled read_some(
	struct reader *reader, void *space, size_t room, size_t *got)
{
	ssize_t count;

	if (reader->may_wait &&
		(reader->since_again >= GIVE_WAY || !is_readable(reader->fd)))
		return NOT_NOW;
	do
		count = read(reader->fd, space, room);
	while (count < 0 && errno == EINTR);
	if (count < 0 && errno == EAGAIN && reader->may_wait)
		return NOT_NOW;
	if (count < 0) {
		(void)error_errno(&reader->failure, KIND_INPUT, errno,
			"%s: cannot read", reader->shown);
		return FAILED;
	}
	*got = (size_t)count;
	reader->since_again += *got;
	return count > 0 ? FILLED : AT_END;
}

static enum filled fail_gzip(struct reader *reader, const char *what)
{
	(void)error_set(&reader->failure, KIND_INPUT, 0, "%s: its gzip data is %s",
		reader->shown, what);
	return FAILED;
}

/* The text read so far, all of it, is gzip: from now on that has a buffer of its own.
 */
static enum filled begin_gzip(struct reader *reader)
{
	size_t len = reader->end;

	if (inflateInit2(&reader->z, 16 + MAX_WBITS) != Z_OK)
		return fail_gzip(reader, "not to be unpacked: zlib does not start");
	reader->packed = xmalloc(PACKED_SIZE);
	memcpy(reader->packed, reader->text, len);
	reader->z.next_in = reader->packed;
	reader->z.avail_in = (uInt)len;
	reader->end = reader->scanned = 0;
	reader->coding = CODING_GZIP_BETWEEN;
	return FILLED;
}

static enum filled fill_plain(struct reader *reader)
{
	/* What may yet turn out to be gzip must fit into `packed`. */
	size_t size = reader->coding == CODING_PLAIN ? TEXT_SIZE : PACKED_SIZE;
	const unsigned char *begin = (unsigned char *)reader->text;
	enum filled filled;
	size_t got = 0;

	filled =
		read_some(reader, reader->text + reader->end, size - reader->end, &got);
	reader->end += got;
	if (filled != FILLED || reader->coding == CODING_PLAIN)
		return filled;
	if (begin[0] == GZIP_MAGIC_1 && reader->end < 2)
		return FILLED;
	if (begin[0] == GZIP_MAGIC_1 && begin[1] == GZIP_MAGIC_2)
		return begin_gzip(reader);
	reader->coding = CODING_PLAIN;
	return FILLED;
}

/* Have something in `packed` that belongs to a member, or say why not. */
static enum filled fill_packed(struct reader *reader)
{
	z_stream *z = &reader->z;
	enum filled filled;
	size_t got = 0;

	if (z->avail_in == 0 && !reader->inflate_has_more) {
		filled = read_some(reader, reader->packed, PACKED_SIZE, &got);
		if (filled == AT_END && reader->coding == CODING_GZIP_INSIDE)
			return fail_gzip(reader, "cut short");
		if (filled != FILLED)
			return filled;
		z->next_in = reader->packed;
		z->avail_in = (uInt)got;
	}
	/* Zeros after a member are the padding of tapes and block devices. */
	while (reader->coding == CODING_GZIP_BETWEEN && z->avail_in > 0) {
		if (*z->next_in != 0) {
			reader->coding = CODING_GZIP_INSIDE;
			break;
		}
		z->next_in++;
		z->avail_in--;
	}
	return FILLED;
}

static enum filled fill_gzip(struct reader *reader)
{
	size_t room = TEXT_SIZE - reader->end;
	z_stream *z = &reader->z;
	enum filled filled = fill_packed(reader);
	int verdict;

	if (filled != FILLED || reader->coding == CODING_GZIP_BETWEEN)
		return filled;
	z->next_out = (unsigned char *)reader->text + reader->end;
	z->avail_out = (uInt)room;
	verdict = inflate(z, Z_NO_FLUSH);
	reader->end += room - z->avail_out;
	reader->inflate_has_more = z->avail_out == 0;
	if (verdict == Z_OK || verdict == Z_BUF_ERROR)
		return FILLED;
	if (verdict != Z_STREAM_END || inflateReset(z) != Z_OK)
		return fail_gzip(reader, "damaged");
	reader->inflate_has_more = false;
	reader->coding = CODING_GZIP_BETWEEN;
	return FILLED;
}

void reader_take(struct reader *reader, size_t count)
{
	reader->start += count;
	if (reader->scanned < reader->start)
		reader->scanned = reader->start;
}

/* A byte order mark is no part of the first line, which ends at or after `stop`. */
static void drop_bom(struct reader *reader, size_t stop)
{
	if (!reader->begun && stop - reader->start >= BOM_LEN &&
		memcmp(reader->text + reader->start, BOM, BOM_LEN) == 0)
		reader_take(reader, BOM_LEN);
	reader->begun = true;
}

/* Read on, behind what is there. */
static enum filled fill(struct reader *reader)
{
	size_t len = reader->end - reader->start;

	if (reader->start > 0 && len > 0)
		memmove(reader->text, reader->text + reader->start, len);
	reader->scanned -= reader->start;
	reader->start = 0;
	reader->end = len;
	return reader->packed ? fill_gzip(reader) : fill_plain(reader);
}

/* The same where there is no newline in the text: what is there is the beginning of a
 * line. */
static enum filled fill_line(struct reader *reader)
{
	if (reader->end - reader->start > WITH_ENDS && !reader->skipping) {
		drop_bom(reader, reader->end);
		reader->skipping = true;
		reader->first[0] = reader->text[reader->start];
	}
	if (reader->skipping)
		reader->start = reader->scanned = reader->end;
	return fill(reader);
}

static enum reader_status bad_line(struct reader *reader, char **line, size_t *len,
	struct error *err, const char *what)
{
	*line = reader->first;
	*len = 1;
	(void)error_set(err, KIND_INPUT, 0, "%s:%" PRIu64 ": %s; it is skipped",
		reader->shown, reader->number, what);
	return READER_BAD;
}

/* Deliver what lies between start and stop; a line end of `skip` bytes follows. */
static enum reader_status take_line(struct reader *reader, size_t stop, size_t skip,
	char **line, size_t *len, struct error *err)
{
	char *text = reader->text;
	size_t start;

	if (!reader->skipping)
		drop_bom(reader, stop);
	start = reader->start;
	reader->start = reader->scanned = stop + skip;
	reader->number++;
	if (reader->skipping) {
		reader->skipping = false;
		return bad_line(reader, line, len, err, "the line is over 64 KiB long");
	}
	if (stop > start && text[stop - 1] == '\r')
		stop--;
	text[stop] = '\0';
	reader->first[0] = text[start];
	if (stop - start > READER_LINE_MAX)
		return bad_line(reader, line, len, err, "the line is over 64 KiB long");
	if (memchr(text + start, '\0', stop - start))
		return bad_line(
			reader, line, len, err, "the line has a NUL byte in it");
	*line = text + start;
	*len = stop - start;
	return READER_LINE;
}

static enum reader_status break_off(struct reader *reader, struct error *err)
{
	reader->input = AT_END;
	reader->start = reader->end = reader->scanned = 0;
	reader->skipping = false;
	if (err)
		*err = reader->failure;
	return READER_BROKEN;
}

/* Nothing more comes: the rest is the last line, if it is one. */
static enum reader_status take_rest(
	struct reader *reader, char **line, size_t *len, struct error *err)
{
	if (reader->input == FAILED)
		return break_off(reader, err);
	if (reader->start == reader->end && !reader->skipping)
		return READER_END;
	return take_line(reader, reader->end, 0, line, len, err);
}

enum reader_status reader_next(
	struct reader *reader, char **line, size_t *len, struct error *err)
{
	for (;;) {
		char *newline = memchr(reader->text + reader->scanned, '\n',
			reader->end - reader->scanned);
		enum filled filled;

		if (newline)
			return take_line(reader, (size_t)(newline - reader->text), 1,
				line, len, err);
		reader->scanned = reader->end;
		if (reader->input != FILLED)
			return take_rest(reader, line, len, err);
		filled = fill_line(reader);
		if (filled == NOT_NOW) {
			reader->since_again = 0;
			return READER_AGAIN;
		}
		reader->input = filled;
	}
}

/* Can it be said where the text begins: after a byte order mark, after a gzip header? */
static bool is_begun(struct reader *reader)
{
	size_t len = reader->end - reader->start;

	if (reader->input == FILLED &&
		(reader->coding == CODING_UNKNOWN || len == 0 ||
			(len < BOM_LEN && reader->text[reader->start] == BOM[0])))
		return reader->begun;
	drop_bom(reader, reader->end);
	return true;
}

enum reader_status reader_peek_more(struct reader *reader, size_t least,
	const char **data, size_t *len, struct error *err)
{
	for (;;) {
		bool begun = is_begun(reader);
		enum filled filled;

		*data = reader->text + reader->start;
		*len = reader->end - reader->start;
		if (reader->input == FAILED && *len == 0)
			return break_off(reader, err);
		if (begun && *len > 0 && (*len >= least || reader->input != FILLED))
			return READER_LINE;
		if (reader->input != FILLED)
			return READER_END;
		filled = fill(reader);
		if (filled == NOT_NOW) {
			reader->since_again = 0;
			return READER_AGAIN;
		}
		reader->input = filled;
	}
}

enum reader_status reader_peek(
	struct reader *reader, const char **data, size_t *len, struct error *err)
{
	return reader_peek_more(reader, 1, data, len, err);
}

uint64_t reader_number(const struct reader *reader)
{
	return reader->number;
}

const char *reader_shown(const struct reader *reader)
{
	return reader->shown;
}

int reader_refuse(const struct reader *reader, uint64_t number, const char *why,
	struct error *err)
{
	return error_set(
		err, KIND_INPUT, 0, "%s:%" PRIu64 ": %s", reader->shown, number, why);
}

int reader_fd(const struct reader *reader)
{
	return reader->may_wait ? reader->fd : -1;
}
