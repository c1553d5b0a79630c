/* reader.h - lines of a file or a pipe, gzip transparent, never blocking, never unbounded. */
#ifndef SEINE_INPUT_READER_H
#define SEINE_INPUT_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"

#define READER_LINE_MAX (64 * 1024) /* bytes of a line, without its end */

struct reader;

enum reader_status {
	READER_LINE,  /* *line, *len: without "\n" or "\r\n"; valid until the next call */
	READER_AGAIN, /* nothing whole yet: wait until reader_fd() is readable */
	READER_BAD,   /* a line too long or with a NUL byte: *err says so; it was skipped */
	READER_BROKEN,/* cannot be read: *err says why */
	READER_END
};

/* `name` is a path, or "-" for stdin. KIND_INPUT on failure. */
struct reader *reader_open(const char *name, struct error *err) must_check;
void reader_free(struct reader *reader);
/* The line is NUL-terminated and may be changed in place. A UTF-8 byte order mark at the
 * start of the input is dropped. */
enum reader_status reader_next(struct reader *reader, char **line, size_t *len,
	struct error *err) must_check;
/* The number, from 1, of the line last returned (or found bad). */
uint64_t reader_number(const struct reader *reader);
int reader_fd(const struct reader *reader);

#endif
