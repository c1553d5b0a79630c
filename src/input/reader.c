/* reader.c - one text buffer, filled from below, emptied line by line from above.
 *
 * Lines are cut where they lie: the newline becomes a NUL and the caller gets a pointer
 * into the buffer. Only when no newline is left is the beginning of a line (never more
 * than the cap) moved to the front and the rest of the buffer filled again. A line that
 * outgrows the cap is thrown away as it comes in, so memory does not depend on the input.
 *
 * A failure waits in `failure` until the lines before it are delivered. Those who want
 * bytes instead of lines see what is between `start` and `end`. */
#include "input/reader.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "input/stream.h"

/* A line at the cap may have these around it. */
#define WITH_ENDS (READER_LINE_MAX + TEXT_BOM_LEN + 2)
#define TEXT_SIZE ((size_t)128 * 1024 + WITH_ENDS)
#define SHOWN_MAX 80 /* leaves room for the rest of an error text */

struct reader {
	struct stream *stream;
	enum stream_status input; /* MORE while there may be more, else END or FAILED */
	struct error failure;
	char *shown;

	char *text;        /* TEXT_SIZE, and a byte for the NUL of the last line */
	size_t start, end; /* what is not delivered yet */
	size_t scanned;    /* there is no newline from start to here */
	bool begun;        /* whether there is a byte order mark has been looked at */
	bool skipping;     /* inside a line that is too long */
	char first[2];     /* of a bad line */
	uint64_t number;
};

static char *shown_name(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "-") == 0)
		return xstrdup(READER_STDIN);
	if (len <= SHOWN_MAX)
		return xstrdup(name);
	return xasprintf("...%s", name + len - SHOWN_MAX);
}

struct reader *reader_open(const char *name, struct error *err)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));

	reader->shown = shown_name(name);
	reader->stream = stream_open(name, reader->shown, err);
	if (!reader->stream) {
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
	stream_close(reader->stream);
	free(reader->text);
	free(reader->shown);
	free(reader);
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
	if (!reader->begun)
		reader_take(reader,
			text_bom(reader->text + reader->start, stop - reader->start));
	reader->begun = true;
}

/* Read on, behind what is there. False when there is nothing now. */
static bool fill(struct reader *reader)
{
	size_t len = reader->end - reader->start, got;
	enum stream_status status;

	if (reader->start > 0 && len > 0)
		memmove(reader->text, reader->text + reader->start, len);
	reader->scanned -= reader->start;
	reader->start = 0;
	reader->end = len;
	status = stream_read(reader->stream, reader->text + len, TEXT_SIZE - len, &got,
		&reader->failure);
	reader->end += got;
	if (status == STREAM_NOT_NOW)
		return false;
	reader->input = status;
	return true;
}

/* The same where there is no newline in the text: what is there is the beginning of a
 * line. */
static bool fill_line(struct reader *reader)
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
	reader->input = STREAM_END;
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
	if (reader->input == STREAM_FAILED)
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

		if (newline)
			return take_line(reader, (size_t)(newline - reader->text), 1,
				line, len, err);
		reader->scanned = reader->end;
		if (reader->input != STREAM_MORE)
			return take_rest(reader, line, len, err);
		if (!fill_line(reader))
			return READER_AGAIN;
	}
}

/* Can it be said where the text begins: after a byte order mark? */
static bool is_begun(struct reader *reader)
{
	size_t len = reader->end - reader->start;

	if (reader->input == STREAM_MORE &&
		(len == 0 || (len < TEXT_BOM_LEN &&
				     reader->text[reader->start] == TEXT_BOM[0])))
		return reader->begun;
	drop_bom(reader, reader->end);
	return true;
}

enum reader_status reader_peek_more(struct reader *reader, size_t least,
	const char **data, size_t *len, struct error *err)
{
	for (;;) {
		bool begun = is_begun(reader);

		*data = reader->text + reader->start;
		*len = reader->end - reader->start;
		if (reader->input == STREAM_FAILED && *len == 0)
			return break_off(reader, err);
		if (begun && *len > 0 &&
			(*len >= least || reader->input != STREAM_MORE))
			return READER_LINE;
		if (reader->input != STREAM_MORE)
			return READER_END;
		if (!fill(reader))
			return READER_AGAIN;
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
	return stream_fd(reader->stream);
}
