/* reader.h - lines (or bytes) of a file or a pipe, gzip transparent, never blocking, never
 * unbounded.
 *
 * gzip is known by its first bytes; concatenated members are one text. Of input that breaks
 * off (a read error, gzip that is cut short or damaged) the whole lines before the break come
 * out first; the torn line does not, for half a URL is a wrong URL. One thread at a time. */
#ifndef SEINE_INPUT_READER_H
#define SEINE_INPUT_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"

#define READER_STDIN "stdin"        /* what people and programs are told of "-" */
#define READER_LINE_MAX (64 * 1024) /* bytes of a line, without its end */

struct reader;

enum reader_status {
	READER_LINE, /* *line, *len: without "\n" or "\r\n"; valid until the next call */
	READER_AGAIN, /* nothing whole yet: wait until reader_fd() is readable */
	/* A line too long or with a NUL byte: *err says so; it was skipped. *line: its
	 * first byte, so that its kind can be told; *len: 1. */
	READER_BAD,
	READER_BROKEN, /* cannot be read any further: *err says why; then READER_END */
	READER_END
};

/* `name` is a path, or "-" for stdin. KIND_INPUT on failure. */
struct reader *reader_open(const char *name, struct error *err) must_check;
void reader_free(struct reader *reader);
/* A line is NUL-terminated and may be changed in place. A UTF-8 byte order mark at the
 * start of the input is dropped. */
enum reader_status reader_next(
	struct reader *reader, char **line, size_t *len, struct error *err) must_check;

/* For formats that are not made of lines, and to find out what the input is: the next bytes,
 * NUL bytes and line ends among them, valid until the next call. READER_LINE: *len (at least 1)
 * of them are there; READER_AGAIN, _BROKEN (after the bytes before the break) and _END as above;
 * never READER_BAD. What is not taken stays, also for reader_next. */
enum reader_status reader_peek(struct reader *reader, const char **data, size_t *len,
	struct error *err) must_check;
/* The same, but READER_AGAIN while there are fewer than `least` (at most READER_LINE_MAX) bytes
 * and the input has not ended: fewer than that are all that will come. */
enum reader_status reader_peek_more(struct reader *reader, size_t least,
	const char **data, size_t *len, struct error *err) must_check;
/* The first `count` of the bytes last peeked at are done with. They do not count as lines. */
void reader_take(struct reader *reader, size_t count);

/* The number, from 1, of the line last returned (or found bad). */
uint64_t reader_number(const struct reader *reader);
/* The input as messages name it: READER_STDIN for "-"; of a very long path the last part. */
const char *reader_shown(const struct reader *reader);
/* KIND_INPUT and -1: what is wrong with a line, after the input's name and the line's number. */
int reader_refuse(const struct reader *reader, uint64_t number, const char *why,
	struct error *err);
/* -1 for what can be read at any time (a regular file): READER_AGAIN is a breath there. */
int reader_fd(const struct reader *reader);

#endif
