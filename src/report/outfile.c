/* outfile.c - a buffer in front of a descriptor. Not stdio, because stdio forgets which
 * error it was, and loses what it held when a non-blocking descriptor says EAGAIN. */
#include "report/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#define OUTFILE_FULL (64 * 1024) /* bytes collected before they are written */

int write_fully(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);

		if (written >= 0) {
			data += written;
			len -= (size_t)written;
		} else if (errno == EAGAIN) {
			struct pollfd ready = {.fd = fd, .events = POLLOUT};

			if (poll(&ready, 1, -1) < 0 && errno != EINTR)
				return -errno;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

void outfile_init(struct outfile *file, const char *name, int fd, bool borrowed)
{
	*file = (struct outfile){.fd = fd, .borrowed = borrowed, .name = xstrdup(name)};
	buf_init(&file->data);
}

int outfile_open(struct outfile *file, const char *name, mode_t mode, struct error *err)
{
	int fd;

	if (strcmp(name, "-") == 0) {
		outfile_init(file, "standard output", STDOUT_FILENO, true);
		return 0;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, mode);
	if (fd < 0)
		return error_errno(err, KIND_DISK, errno, "cannot write %s", name);
	outfile_init(file, name, fd, false);
	return 0;
}

bool outfile_is_full(const struct outfile *file)
{
	return file->data.len >= OUTFILE_FULL;
}

static void write_out(struct outfile *file)
{
	if (file->errnum == 0)
		file->errnum = -write_fully(file->fd, file->data.data, file->data.len);
	buf_clear(&file->data);
}

static int fail(const struct outfile *file, struct error *err)
{
	return error_errno(err, KIND_DISK, file->errnum, "cannot write %s", file->name);
}

int outfile_flush(struct outfile *file, struct error *err)
{
	bool known = file->errnum != 0;

	write_out(file);
	return file->errnum == 0 || known ? 0 : fail(file, err);
}

void outfile_sync(struct outfile *file)
{
	write_out(file);
	if (file->errnum == 0 && fsync(file->fd) < 0)
		file->errnum = errno;
}

int outfile_close(struct outfile *file, struct error *err)
{
	int result = 0;

	write_out(file);
	/* Some file systems find out only here. */
	if (!file->borrowed && close(file->fd) < 0 && file->errnum == 0)
		file->errnum = errno;
	file->fd = -1;
	if (file->errnum != 0)
		result = fail(file, err);
	outfile_release(file);
	return result;
}

void outfile_release(struct outfile *file)
{
	if (file->fd >= 0 && !file->borrowed)
		(void)close(file->fd); /* given up: its errors do not matter */
	file->fd = -1;
	free(file->name);
	file->name = NULL;
	buf_release(&file->data);
}

/* Devices and pipes do not count: nothing in them can be overwritten. */
static bool same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool outfile_same(const char *name, const char *other)
{
	struct stat a, b;

	return stat(name, &a) == 0 && stat(other, &b) == 0 && same(&a, &b);
}

bool outfile_is_input(const char *name, const struct strings *inputs)
{
	struct stat file, standard;

	if (stat(name, &file) < 0)
		return false;
	for (size_t i = 0; i < inputs->count; i++) {
		const char *input = inputs->items[i];

		if (strcmp(input, "-") != 0) {
			if (outfile_same(name, input))
				return true;
		} else if (fstat(STDIN_FILENO, &standard) == 0 &&
			   same(&file, &standard)) {
			return true;
		}
	}
	return false;
}

const char *outfile_reader(const char *name, const struct settings *settings)
{
	if (outfile_is_input(name, &settings->checksum_files))
		return "checksum-file";
	if (settings->netrc && outfile_same(name, settings->netrc))
		return "netrc";
	return settings->cookie_file && outfile_same(name, settings->cookie_file)
		       ? "load-cookies"
		       : NULL;
}
