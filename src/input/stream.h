/* stream.h - the bytes of one input: a file, a pipe or standard input, unpacked on the way where
 * they are gzip (RFC 1952), which is seen by how they begin. What is compressed in another way is
 * refused.
 *
 * Never waits: when a pipe, socket or terminal has nothing, that is said. Knows no lines. Not
 * thread-safe. */
#ifndef SEINE_INPUT_STREAM_H
#define SEINE_INPUT_STREAM_H

#include <stddef.h>

#include "base/attr.h"
#include "base/diag.h"

struct stream;

/* "-" is standard input. KIND_INPUT and NULL when it cannot be opened. `shown` (borrowed for
 * the stream's life) is what errors call it. */
struct stream *stream_open(
	const char *name, const char *shown, struct error *err) must_check;
void stream_close(struct stream *stream); /* NULL is fine */

enum stream_status {
	STREAM_MORE,    /* *got bytes, perhaps none: call again */
	STREAM_NOT_NOW, /* nothing yet; or enough for now, so that nobody else is kept */
	STREAM_END,
	STREAM_FAILED /* *err says why: it could not be read or unpacked */
};

/* The next bytes, at most `room` (at least 1), to `out`. */
enum stream_status stream_read(struct stream *stream, char *out, size_t room,
	size_t *got, struct error *err) must_check;

/* What becomes readable when there is more; -1: it can be read at any time. */
int stream_fd(const struct stream *stream);

#endif
