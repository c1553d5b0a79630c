/* workdir.c - see workdir.h. The lock is flock() on a file that is removed at the end,
 * while it is still locked. So one who opened it just before that gets a lock on a file
 * that has no name any more, beside somebody who makes the file anew and locks that.
 * Hence the rule: a lock counts only if the file that is locked is the file that has
 * the name; if not, begin again. The same holds when the whole of .seine goes between
 * our mkdir and our open.
 *
 * What is in parts/ when we have the lock was left by a process that was killed, or stopped.
 * Without a journal nobody knows what those parts are of.
 *
 * .seine is entered by its owner only (0700). That is why parts need no mode of their
 * own: they are created with the mode that the finished file is to have. */
#include "store/workdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "lock"
#define PARTS_NAME "parts"
#define LOCK_TRIES 1000

enum attempt_result { TAKEN, AGAIN, FAILED };

/* Is a .seine that was here before us one that nobody else can enter? That of another
 * user is not; but file systems without owners give everything, the output directory
 * too, to one. */
static int check_private(int fd, int root, const char *dir, struct error *err)
{
	struct stat own, outer;

	if (fstat(fd, &own) < 0 || fstat(root, &outer) < 0)
		return error_errno(err, KIND_DISK, errno, "cannot look at '%s'", dir);
	if (own.st_uid != geteuid() && own.st_uid != outer.st_uid)
		return error_set(err, KIND_DISK, 0,
			"'%.120s/" WORKDIR_NAME "' belongs to another user", dir);
	/* Where modes cannot be changed they are not what protects. */
	if ((own.st_mode & 077) && fchmod(fd, 0700) < 0 && errno != EPERM &&
		errno != EOPNOTSUPP && errno != ENOSYS)
		return error_errno(err, KIND_DISK, errno,
			"cannot close '%s/" WORKDIR_NAME "' to others", dir);
	return 0;
}

static int open_private(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static enum attempt_result enter(
	struct workdir *workdir, int root, const char *dir, struct error *err)
{
	if (mkdirat(root, WORKDIR_NAME, 0700) < 0 && errno != EEXIST) {
		error_errno(err, KIND_DISK, errno, "cannot write to '%s'", dir);
		return FAILED;
	}
	workdir->fd = open_private(root, WORKDIR_NAME);
	if (workdir->fd < 0 && errno == ENOENT)
		return AGAIN;
	if (workdir->fd < 0) {
		error_errno(err, KIND_DISK, errno, "cannot open '%s/" WORKDIR_NAME "'",
			dir);
		return FAILED;
	}
	return check_private(workdir->fd, root, dir, err) < 0 ? FAILED : TAKEN;
}

static void say_locked(int lock, const char *dir, struct error *err)
{
	char text[32];
	ssize_t len = pread(lock, text, sizeof(text) - 1, 0);
	long pid = 0;

	if (len > 0) {
		text[len] = '\0';
		pid = strtol(text, NULL, 10);
	}
	/* It has the lock, but may not have come to write its number yet. */
	if (pid > 0)
		error_set(err, KIND_LOCKED, 0, "'%.120s' is in use by process %ld", dir,
			pid);
	else
		error_set(err, KIND_LOCKED, 0, "'%.120s' is in use by another process",
			dir);
}

static bool has_its_name(int lock, int root)
{
	struct stat ours, named;

	return fstat(lock, &ours) == 0 &&
	       fstatat(root, WORKDIR_NAME "/" LOCK_NAME, &named, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static enum attempt_result lock_file(
	struct workdir *workdir, int root, const char *dir, struct error *err)
{
	int lock = openat(workdir->fd, LOCK_NAME,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

	if (lock < 0 && errno == ENOENT)
		return AGAIN;
	if (lock < 0) {
		error_errno(err, KIND_DISK, errno, "cannot lock '%s'", dir);
		return FAILED;
	}
	if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			say_locked(lock, dir, err);
		else
			error_errno(err, KIND_DISK, errno, "cannot lock '%s'", dir);
		close(lock);
		return FAILED;
	}
	if (!has_its_name(lock, root)) {
		close(lock);
		return AGAIN;
	}
	workdir->lock = lock;
	return TAKEN;
}

static void leave(struct workdir *workdir)
{
	if (workdir->fd >= 0)
		close(workdir->fd);
	workdir->fd = -1;
}

static int take_lock(
	struct workdir *workdir, int root, const char *dir, struct error *err)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		enum attempt_result result = enter(workdir, root, dir, err);

		if (result == TAKEN)
			result = lock_file(workdir, root, dir, err);
		else
			leave(workdir); /* not ours to remove */
		if (result == TAKEN)
			return 0;
		if (result == FAILED)
			return -1;
		leave(workdir);
	}
	return error_set(
		err, KIND_LOCKED, 0, "'%.120s' is in use by other processes", dir);
}

static int write_pid(const struct workdir *workdir, const char *dir, struct error *err)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	/* A write this short to a regular file is done or not done. */
	if (ftruncate(workdir->lock, 0) < 0 ||
		pwrite(workdir->lock, text, (size_t)len, 0) != len)
		return error_errno(err, KIND_DISK, errno, "cannot lock '%s'", dir);
	return 0;
}

/* What cannot be removed is only told: new parts avoid names that are taken. */
int workdir_sweep(struct workdir *workdir, const char *dir, part_keeper *keep,
	void *context, struct error *err)
{
	int parts = workdir->parts;
	int fd = open_private(parts, ".");
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *item;

	if (!stream) {
		error_errno(err, KIND_DISK, errno, "cannot read '%s'", dir);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((item = readdir(stream))) {
		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
			continue;
		if (keep && keep(context, item->d_name))
			continue;
		if (unlinkat(parts, item->d_name, 0) < 0)
			log_warn("cannot remove '%s/" WORKDIR_NAME "/" PARTS_NAME
				 "/%s': %m",
				dir, item->d_name);
	}
	closedir(stream);
	return 0;
}

static bool has_journal(const struct workdir *workdir)
{
	struct stat info;

	return fstatat(workdir->fd, WORKDIR_JOURNAL, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

int workdir_take(struct workdir *workdir, int root, const char *dir, struct error *err)
{
	if (take_lock(workdir, root, dir, err) < 0 || write_pid(workdir, dir, err) < 0)
		return -1;
	if (mkdirat(workdir->fd, PARTS_NAME, 0700) < 0 && errno != EEXIST)
		return error_errno(err, KIND_DISK, errno, "cannot write to '%s'", dir);
	workdir->parts = open_private(workdir->fd, PARTS_NAME);
	if (workdir->parts < 0)
		return error_errno(err, KIND_DISK, errno,
			"cannot open '%s/" WORKDIR_NAME "/" PARTS_NAME "'", dir);
	return has_journal(workdir) ? 0 : workdir_sweep(workdir, dir, NULL, NULL, err);
}

static void remove_if_empty(int at, const char *name, int flags)
{
	if (unlinkat(at, name, flags) < 0 && errno != ENOENT && errno != ENOTEMPTY &&
		errno != EEXIST)
		log_debug("cannot remove %s: %m", name);
}

void workdir_release(struct workdir *workdir, int root)
{
	if (workdir->parts >= 0)
		close(workdir->parts);
	if (workdir->lock >= 0) {
		remove_if_empty(workdir->fd, PARTS_NAME, AT_REMOVEDIR);
		remove_if_empty(workdir->fd, LOCK_NAME, 0);
	}
	/* Harmless to others: with a lock or parts of theirs in it, it stays. */
	if (workdir->fd >= 0)
		remove_if_empty(root, WORKDIR_NAME, AT_REMOVEDIR);
	if (workdir->lock >= 0)
		close(workdir->lock);
	leave(workdir);
	workdir->lock = workdir->parts = -1;
}
