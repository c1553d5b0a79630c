/* stored.c - copies are reached by /proc/self/fd/N, which opens them anew at their
 * beginning, and have no other name: whatever ends this process removes them. Only that of
 * standard input takes the descriptor's place, so that messages go on calling it so. */
#include "app/stored.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strings.h"

static bool is_stdin(const char *name)
{
	return strcmp(name, "-") == 0;
}

/* What cannot be looked at is left as it is: each run says why it cannot be read. */
static bool reads_once(const char *name)
{
	struct stat info;

	return stat(name, &info) == 0 &&
	       (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode));
}

static FILE *temporary_file(struct error *err)
{
	const char *dir = getenv("TMPDIR");
	_cleanup_(freep) char *name =
		xasprintf("%s/seine.XXXXXX", dir && *dir ? dir : "/tmp");
	int fd = mkostemp(name, O_CLOEXEC);
	FILE *file = NULL;

	if (fd >= 0 && unlink(name) == 0)
		file = fdopen(fd, "w+e");
	if (file)
		return file;
	error_errno(err, KIND_DISK, errno, "cannot store a list in %s", name);
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

/* All that is there into a new file. */
static FILE *copy(int from, const char *name, struct error *err)
{
	char piece[16384];
	ssize_t got;
	FILE *file = temporary_file(err);

	if (!file)
		return NULL;
	while ((got = read(from, piece, sizeof(piece))) > 0 ||
		(got < 0 && errno == EINTR)) {
		if (got > 0 && fwrite(piece, 1, (size_t)got, file) != (size_t)got)
			break;
	}
	if (got < 0)
		error_errno(err, KIND_INPUT, errno, "%s: cannot read", name);
	else if (got > 0 || fflush(file) != 0)
		error_errno(err, KIND_DISK, errno, "%s: cannot be stored", name);
	else
		return file;
	(void)fclose(file);
	return NULL;
}

static int store_stdin(struct error *err)
{
	FILE *file = copy(STDIN_FILENO, "stdin", err);
	int result = 0;

	if (!file)
		return -1;
	if (dup2(fileno(file), STDIN_FILENO) < 0)
		result = error_errno(err, KIND_INPUT, errno, "stdin");
	(void)fclose(file); /* flushed, and read from only by the other descriptor */
	return result;
}

static int store(struct stored *stored, const char *name, struct error *err)
{
	int fd, from = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	FILE *file;

	if (from < 0)
		return error_errno(err, KIND_INPUT, errno, "%s: cannot open", name);
	file = copy(from, name, err);
	(void)close(from);
	if (!file)
		return -1;
	fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
	(void)fclose(file);
	if (fd < 0)
		return error_errno(err, KIND_INPUT, errno, "%s", name);
	stored->fds = xreallocarray(stored->fds, stored->n_fds + 1, sizeof(int));
	stored->fds[stored->n_fds++] = fd;
	strings_take(&stored->names, xasprintf("/proc/self/fd/%d", fd));
	return 0;
}

int stored_init(struct stored *stored, const struct strings *names, struct error *err)
{
	*stored = (struct stored){.n_fds = 0};
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];

		if (!is_stdin(name) && reads_once(name)) {
			if (store(stored, name, err) < 0)
				return -1;
			continue;
		}
		if (is_stdin(name) && store_stdin(err) < 0)
			return -1;
		strings_add(&stored->names, name);
	}
	return 0;
}

void stored_rewind(const struct stored *stored)
{
	for (size_t i = 0; i < stored->names.count; i++)
		if (is_stdin(stored->names.items[i]) &&
			lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
			abort(); /* it is a regular file of our own making */
}

void stored_release(struct stored *stored)
{
	for (size_t i = 0; i < stored->n_fds; i++)
		(void)close(stored->fds[i]);
	free(stored->fds);
	strings_release(&stored->names);
	*stored = (struct stored){.n_fds = 0};
}
