/* sink.c - see sink.h. One path for all: create the part, write, (trim), close, rename.
 * A small body goes through it with a sink on the stack and four system calls; the
 * directory it is to go to is looked up first, so that a name that cannot be had costs
 * no part.
 *
 * Bytes are checked by whoever calls us; what is checked here is the disk. Every write
 * and every close can tell of an error, and the rename happens only when none did. */
#include "store/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/durable.h"
#include "store/sink_parts.h"

/* Space is allocated ahead for bodies from this size on. */
#define ALLOCATE_FROM (1 << 20)
/* ... and no more than this, because a length is only announced, and the call takes time. */
#define ALLOCATE_MAX (64 << 20)
#define PART_NAMES 100000 /* tried, if others are there already */

int sink_fail(const struct sink *sink, int errnum, struct error *err)
{
	/* One file over what the file system can hold need not end the job; nor need a lack
	 * of descriptors, which passes. */
	enum kind kind = errnum == EFBIG                        ? KIND_TOO_LARGE
			 : errnum == EMFILE || errnum == ENFILE ? KIND_DESCRIPTORS
								: KIND_DISK;

	return error_errno(err, kind, errnum, "cannot write '%s'", sink->entry->path);
}

static void remove_part(struct sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
	if (unlinkat(outdir_parts(sink->outdir), sink->part, 0) < 0 && errno != ENOENT)
		log_warn("cannot remove the part of '%s': %m", sink->entry->path);
}

/* The wanted name, or with a number in it: "NAME.3.part". */
static void name_part(struct sink *sink, const char *name, unsigned again)
{
	char own[32];

	if (!name) {
		snprintf(own, sizeof(own), "%" PRIu64 ".part", sink->entry->number);
		name = own;
	}
	if (again)
		snprintf(sink->part, sizeof(sink->part), "%.*s.%u.part",
			(int)strcspn(name, "."), name, again);
	else
		snprintf(sink->part, sizeof(sink->part), "%s", name);
}

static int create_part(struct sink *sink, struct outdir *outdir,
	const struct entry *entry, const char *name, struct error *err)
{
	unsigned again = 0;

	*sink = (struct sink){.outdir = outdir, .entry = entry};
	name_part(sink, name, again);
	for (;;) {
		sink->fd = openat(outdir_parts(outdir), sink->part,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (sink->fd >= 0)
			return 0;
		if (errno == EEXIST && again < PART_NAMES)
			name_part(sink, name, ++again);
		else if ((errno != EMFILE && errno != ENFILE) || !outdir_trim(outdir))
			break;
	}
	return sink_fail(sink, errno, err);
}

static int write_part(struct sink *sink, int64_t offset, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t count = pwrite(sink->fd, at, len, offset);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? -errno : -EIO;
		at += count;
		offset += count;
		len -= (size_t)count;
	}
	return 0;
}

/* A time that the file system cannot hold, or does not let us set, is no failure. */
static void date_part(const struct sink *sink, int64_t mtime)
{
	const struct timespec times[2] = {
		{.tv_nsec = UTIME_NOW}, {.tv_sec = (time_t)mtime}};

	if (mtime >= 0 && futimens(sink->fd, times) != 0)
		log_debug("cannot date '%s': %m", sink->entry->path);
}

static int mark_part(const struct sink *sink, struct target *target)
{
	int result = target->mark[0] ? mark_set(sink->fd, target->mark) : 0;

	target->unmarked = result == -EOPNOTSUPP;
	return target->unmarked ? 0 : result;
}

static int close_part(struct sink *sink)
{
	int result = sink->fd >= 0 ? close(sink->fd) : 0;

	sink->fd = -1;
	/* Linux has closed it when it says EINTR. */
	sink->lost |= result < 0 && errno != EINTR;
	return result < 0 && errno != EINTR ? -errno : 0;
}

int sink_sync(struct sink *sink, struct error *err)
{
	struct durable *durable = outdir_durable(sink->outdir);

	return durable ? durable_part(durable, sink->fd, err) : 0;
}

static int store(struct outdir *outdir, const struct entry *entry,
	const struct publication *how, struct target *target, const void *body,
	size_t len, char **renamed, struct error *err)
{
	const char *base;
	struct outdir_parent *parent;
	struct sink sink;
	int result, synced, closed;

	parent = outdir_parent(outdir, target->path, &base, err);
	if (!parent)
		return -1;
	if (create_part(&sink, outdir, entry, NULL, err) < 0) {
		outdir_parent_put(outdir, parent);
		return -1;
	}
	result = write_part(&sink, 0, body, len);
	date_part(&sink, how->mtime);
	if (result == 0)
		result = mark_part(&sink, target);
	synced = result == 0 ? sink_sync(&sink, err) : 0;
	closed = close_part(&sink);
	if (result == 0)
		result = closed;
	if (result < 0 || synced < 0) {
		outdir_parent_put(outdir, parent);
		result = synced < 0 ? -1 : sink_fail(&sink, -result, err);
	} else {
		result = sink_publish(&sink, parent, base, how, target, renamed, err);
	}
	if (result < 0)
		remove_part(&sink);
	return result;
}

int sink_store(struct outdir *outdir, const struct entry *entry,
	const struct publication *how, const void *body, size_t len, char **renamed,
	struct error *err)
{
	struct target target _cleanup_(target_release);

	*renamed = NULL;
	return target_take(&target, entry, how, err) == 0
		       ? store(outdir, entry, how, &target, body, len, renamed, err)
		       : -1;
}

static int allocate_part(struct sink *sink, int64_t size)
{
	int result;

	if (size < ALLOCATE_FROM)
		return 0;
	if (size > ALLOCATE_MAX)
		size = ALLOCATE_MAX;
	do
		result = fallocate(sink->fd, FALLOC_FL_KEEP_SIZE, 0, size);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -errno;
	return 0;
}

struct sink *sink_open(struct outdir *outdir, const struct entry *entry,
	const char *name, int64_t size, struct error *err)
{
	struct sink *sink = xmalloc(sizeof(*sink));
	int result;

	if (create_part(sink, outdir, entry, name, err) < 0) {
		free(sink);
		return NULL;
	}
	result = allocate_part(sink, size);
	if (result < 0) {
		/* A server may announce what it likes: only this file does not fit. */
		if (result == -ENOSPC || result == -EFBIG)
			error_set(err, KIND_NO_ROOM, -result,
				"the disk has no room for its %" PRId64 " bytes", size);
		else
			sink_fail(sink, -result, err);
		sink_abort(sink);
		return NULL;
	}
	return sink;
}

struct sink *sink_reopen(struct outdir *outdir, const struct entry *entry,
	const char *name, struct error *err)
{
	struct sink *sink = xcalloc(1, sizeof(*sink));

	sink->outdir = outdir;
	sink->entry = entry;
	snprintf(sink->part, sizeof(sink->part), "%s", name);
	do
		sink->fd = openat(outdir_parts(outdir), sink->part,
			O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	while (sink->fd < 0 && (errno == EMFILE || errno == ENFILE) &&
		outdir_trim(outdir));
	if (sink->fd >= 0)
		return sink;
	sink_fail(sink, errno, err);
	free(sink);
	return NULL;
}

const char *sink_name(const struct sink *sink)
{
	return sink->part;
}

int sink_write(struct sink *sink, int64_t offset, const void *data, size_t len,
	struct error *err)
{
	int result;

	if (offset < 0 || len > (uint64_t)(INT64_MAX - offset))
		return error_set(err, KIND_INTERNAL, 0, "write at a senseless offset");
	result = write_part(sink, offset, data, len);
	return result < 0 ? sink_fail(sink, -result, err) : 0;
}

int sink_read(
	struct sink *sink, int64_t offset, void *data, size_t len, struct error *err)
{
	char *at = data;

	while (len > 0) {
		ssize_t count = pread(sink->fd, at, len, offset);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return error_errno(err, KIND_DISK, count < 0 ? errno : EIO,
				"cannot read the part of '%s'", sink->entry->path);
		at += count;
		offset += count;
		len -= (size_t)count;
	}
	return 0;
}

static int commit(struct sink *sink, int64_t len, const struct publication *how,
	char **renamed, struct error *err)
{
	struct target target _cleanup_(target_release);
	const char *base;
	struct outdir_parent *parent;
	int result;

	if (target_take(&target, sink->entry, how, err) != 0)
		return -1;

	/* Also gives back what was allocated beyond. */
	if (ftruncate(sink->fd, len) < 0)
		return sink_fail(sink, errno, err);
	date_part(sink, how->mtime);
	result = mark_part(sink, &target);
	if (result < 0)
		return sink_fail(sink, -result, err);
	sink->lost = sink_sync(sink, err) != 0;
	if (sink->lost)
		return -1;
	result = close_part(sink);
	if (result < 0)
		return sink_fail(sink, -result, err);
	parent = outdir_parent(sink->outdir, target.path, &base, err);
	if (!parent)
		return -1;
	return sink_publish(sink, parent, base, how, &target, renamed, err);
}

int sink_commit(struct sink *sink, int64_t len, const struct publication *how,
	char **renamed, struct error *err)
{
	int result;

	*renamed = NULL;
	result = commit(sink, len, how, renamed, err);
	if (result < 0 &&
		(close_part(sink) != 0 || sink->lost || err->kind != KIND_DISK))
		remove_part(sink);
	free(sink);
	return result;
}

void sink_trim(struct sink *sink)
{
	struct stat info;

	if (fstat(sink->fd, &info) < 0 || ftruncate(sink->fd, info.st_size) < 0)
		log_debug("cannot trim the part of '%s': %m", sink->entry->path);
}

int sink_close(struct sink *sink)
{
	int result = sink ? close_part(sink) : 0;

	free(sink);
	return result;
}

void sink_remove(struct outdir *outdir, const char *name)
{
	if (unlinkat(outdir_parts(outdir), name, 0) < 0 && errno != ENOENT)
		log_warn("cannot remove a part: %m");
}

void sink_abort(struct sink *sink)
{
	if (!sink)
		return;
	remove_part(sink);
	free(sink);
}
