/* feed.h - input for the tests of input/: bytes put on stdin as a file or as a pipe, packed by
 * gzip on demand. */
#ifndef SEINE_TESTS_FEED_H
#define SEINE_TESTS_FEED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "dice.h"
#include "need.h"

static inline void feed_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t count = write(fd, at, len);

		need(count > 0, "write");
		at += count;
		len -= (size_t)count;
	}
}

/* A regular file (in memory) with this in it, at its beginning. */
static inline int feed_file(const void *data, size_t len)
{
	int fd = memfd_create("feed", MFD_CLOEXEC);

	need(fd >= 0, "memfd_create");
	feed_write(fd, data, len);
	need(lseek(fd, 0, SEEK_SET) == 0, "lseek");
	return fd;
}

static inline void feed_stdin(int fd)
{
	if (fd == STDIN_FILENO)
		return;
	need(dup2(fd, STDIN_FILENO) == STDIN_FILENO, "dup2");
	close(fd);
}

/* The data is a file on stdin. */
static inline void feed_stdin_file(const void *data, size_t len)
{
	feed_stdin(feed_file(data, len));
}

/* Stdin is a pipe; returns the end to write to. */
static inline int feed_stdin_pipe(void)
{
	int ends[2];

	need(pipe(ends) == 0, "pipe");
	feed_stdin(ends[0]);
	return ends[1];
}

/* Append one gzip member; `flush` as for deflate(): Z_FINISH ends it, Z_SYNC_FLUSH only
 * makes everything readable. */
static inline void feed_gzip(struct buf *out, const void *data, size_t len, int flush)
{
	static unsigned char space[65536];
	z_stream z = {.next_in = (unsigned char *)data, .avail_in = (uInt)len};

	need(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) ==
			Z_OK,
		"deflateInit2");
	do {
		z.next_out = space;
		z.avail_out = sizeof(space);
		need(deflate(&z, flush) != Z_STREAM_ERROR, "deflate");
		buf_add(out, space, sizeof(space) - z.avail_out);
	} while (z.avail_out == 0);
	(void)deflateEnd(&z);
}

/* Append the data as one to five members, cut anywhere. */
static inline void feed_gzip_members(
	struct buf *out, const char *data, size_t len, struct dice *dice)
{
	size_t left = dice_below(dice, 5);

	for (; left > 0; left--) {
		size_t part = dice_below(dice, len + 1);

		feed_gzip(out, data, part, Z_FINISH);
		data += part;
		len -= part;
	}
	feed_gzip(out, data, len, Z_FINISH);
}

#endif
