/* stream.c - see stream.h.
 *
 * What is read goes to `packed` first, until it is seen whether it is compressed; plain bytes go
 * straight to the caller after that.
 *
 * What can keep us waiting (pipe, socket, terminal) is asked by poll() before each
 * read(): its descriptor is shared with whoever started us, so making it non-blocking
 * is not ours to do. After GIVE_WAY bytes STREAM_NOT_NOW is said even if there is more,
 * so that no input, whatever it is like, keeps the caller from its transfers. */
#include "input/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "input/packing.h"

#define PACKED_SIZE ((size_t)64 * 1024)
#define GIVE_WAY ((size_t)512 * 1024)

enum coding {
	CODING_UNKNOWN, /* fewer bytes seen than it takes to tell */
	CODING_PLAIN,
	CODING_GZIP_BETWEEN, /* where a member may begin, or the input end */
	CODING_GZIP_INSIDE
};

struct stream {
	const char *shown;
	int fd;
	bool is_stdin; /* not ours to close */
	bool may_wait;
	size_t since_gave_way;

	enum coding coding;
	bool ended; /* nothing more is to be read */
	z_stream z; /* its input is what of `packed` has not been used */
	bool inflating;
	bool inflate_has_more; /* it stopped only because there was no room */
	unsigned char *packed; /* PACKED_SIZE */
};

/* Open what `name` says and learn what it is. A FIFO is opened without waiting for its
 * writer: poll() knows "no writer yet" from "no writer any more". */
static int open_input(struct stream *stream, const char *name, struct error *err)
{
	struct stat status;

	if (strcmp(name, "-") == 0) {
		stream->is_stdin = true;
		stream->fd = STDIN_FILENO;
	} else {
		stream->fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	}
	if (stream->fd < 0 && strstr(name, "://"))
		return error_set(err, KIND_INPUT, errno,
			"%s: only files are read here, so fetch that URL first",
			stream->shown);
	if (stream->fd < 0 || fstat(stream->fd, &status) < 0)
		return error_errno(
			err, KIND_INPUT, errno, "%s: cannot open", stream->shown);
	if (S_ISDIR(status.st_mode))
		return error_errno(
			err, KIND_INPUT, EISDIR, "%s: cannot read", stream->shown);
	stream->may_wait = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
			   isatty(stream->fd);
	return 0;
}

struct stream *stream_open(const char *name, const char *shown, struct error *err)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));

	stream->shown = shown;
	stream->fd = -1;
	if (open_input(stream, name, err) < 0) {
		stream_close(stream);
		return NULL;
	}
	stream->packed = xmalloc(PACKED_SIZE);
	return stream;
}

void stream_close(struct stream *stream)
{
	if (!stream)
		return;
	if (stream->fd >= 0 && !stream->is_stdin)
		(void)close(stream->fd); /* only read from: nothing to lose */
	if (stream->inflating)
		(void)inflateEnd(&stream->z);
	free(stream->packed);
	free(stream);
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

static enum stream_status give_way(struct stream *stream)
{
	stream->since_gave_way = 0;
	return STREAM_NOT_NOW;
}

static enum stream_status read_some(
	struct stream *stream, void *space, size_t room, size_t *got, struct error *err)
{
	ssize_t count;

	if (stream->since_gave_way >= GIVE_WAY ||
		(stream->may_wait && !is_readable(stream->fd)))
		return give_way(stream);
	do
		count = read(stream->fd, space, room);
	while (count < 0 && errno == EINTR);
	if (count < 0 && errno == EAGAIN && stream->may_wait)
		return give_way(stream);
	if (count < 0) {
		(void)error_errno(
			err, KIND_INPUT, errno, "%s: cannot read", stream->shown);
		return STREAM_FAILED;
	}
	*got = (size_t)count;
	stream->since_gave_way += *got;
	return count > 0 ? STREAM_MORE : STREAM_END;
}

/* More to `packed`, behind what is there. */
static enum stream_status read_packed(struct stream *stream, struct error *err)
{
	z_stream *z = &stream->z;
	enum stream_status status;
	size_t got = 0;

	if (z->avail_in > 0)
		memmove(stream->packed, z->next_in, z->avail_in);
	z->next_in = stream->packed;
	status = read_some(stream, stream->packed + z->avail_in,
		PACKED_SIZE - z->avail_in, &got, err);
	z->avail_in += (uInt)got;
	return status;
}

static enum stream_status fail_gzip(
	const struct stream *stream, const char *what, struct error *err)
{
	(void)error_set(
		err, KIND_INPUT, 0, "%s: its gzip data is %s", stream->shown, what);
	return STREAM_FAILED;
}

static enum stream_status fail_packing(
	const struct stream *stream, const struct packing *packing, struct error *err)
{
	(void)error_set(err, KIND_INPUT, 0,
		"%s: it is compressed by %s; only plain text and gzip are read, so "
		"unpack it first, as %s does",
		stream->shown, packing->name, packing->command);
	return STREAM_FAILED;
}

/* What is in `packed` is the beginning of all. */
static enum stream_status find_coding(struct stream *stream, struct error *err)
{
	enum stream_status status = read_packed(stream, err);
	const struct packing *packing;
	bool more;

	if (status != STREAM_MORE && status != STREAM_END)
		return status;
	stream->ended = status == STREAM_END;
	packing = packing_find(stream->packed, stream->z.avail_in, &more);
	if (more && !stream->ended)
		return STREAM_MORE;
	stream->coding = CODING_PLAIN;
	if (!packing)
		return STREAM_MORE;
	if (packing->command)
		return fail_packing(stream, packing, err);
	if (inflateInit2(&stream->z, 16 + MAX_WBITS) != Z_OK)
		return fail_gzip(
			stream, "not to be unpacked: zlib does not start", err);
	stream->inflating = true;
	stream->coding = CODING_GZIP_BETWEEN;
	return STREAM_MORE;
}

static enum stream_status read_plain(
	struct stream *stream, char *out, size_t room, size_t *got, struct error *err)
{
	z_stream *z = &stream->z;

	if (z->avail_in == 0)
		return stream->ended ? STREAM_END
				     : read_some(stream, out, room, got, err);
	*got = z->avail_in < room ? z->avail_in : room;
	memcpy(out, z->next_in, *got);
	z->next_in += *got;
	z->avail_in -= (uInt)*got;
	return STREAM_MORE;
}

/* Have something in `packed` that belongs to a member, or say why not. */
static enum stream_status need_packed(struct stream *stream, struct error *err)
{
	z_stream *z = &stream->z;
	enum stream_status status;

	if (z->avail_in == 0 && !stream->inflate_has_more) {
		status = stream->ended ? STREAM_END : read_packed(stream, err);
		if (status == STREAM_END && stream->coding == CODING_GZIP_INSIDE)
			return fail_gzip(stream, "cut short", err);
		if (status != STREAM_MORE)
			return status;
	}
	/* Zeros after a member are the padding of tapes and block devices. */
	while (stream->coding == CODING_GZIP_BETWEEN && z->avail_in > 0) {
		if (*z->next_in != 0) {
			stream->coding = CODING_GZIP_INSIDE;
			break;
		}
		z->next_in++;
		z->avail_in--;
	}
	return STREAM_MORE;
}

static enum stream_status read_gzip(
	struct stream *stream, char *out, size_t room, size_t *got, struct error *err)
{
	z_stream *z = &stream->z;
	enum stream_status status = need_packed(stream, err);
	int verdict;

	if (status != STREAM_MORE || stream->coding == CODING_GZIP_BETWEEN)
		return status;
	z->next_out = (unsigned char *)out;
	z->avail_out = (uInt)room;
	verdict = inflate(z, Z_NO_FLUSH);
	*got = room - z->avail_out;
	stream->inflate_has_more = z->avail_out == 0;
	if (verdict == Z_OK || verdict == Z_BUF_ERROR)
		return STREAM_MORE;
	if (verdict != Z_STREAM_END || inflateReset(z) != Z_OK)
		return fail_gzip(stream, "damaged", err);
	stream->inflate_has_more = false;
	stream->coding = CODING_GZIP_BETWEEN;
	return STREAM_MORE;
}

enum stream_status stream_read(
	struct stream *stream, char *out, size_t room, size_t *got, struct error *err)
{
	*got = 0;
	if (stream->coding == CODING_UNKNOWN)
		return find_coding(stream, err);
	if (stream->coding == CODING_PLAIN)
		return read_plain(stream, out, room, got, err);
	return read_gzip(stream, out, room, got, err);
}

int stream_fd(const struct stream *stream)
{
	return stream->may_wait ? stream->fd : -1;
}
