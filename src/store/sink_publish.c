/* sink_publish.c - the name of a part that is whole appears at once, and takes nobody's place
 * unless that is wanted; see sink.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/naming.h"
#include "store/durable.h"
#include "store/sink_parts.h"
#include "store/there.h"

/* How many names --existing=rename tries. */
#define ALTERNATIVES 9999

int target_take(struct target *target, const struct entry *entry,
	const struct publication *how, struct error *err)
{
	*target = (struct target){
		.path = how->name ? naming_beside(entry->path, how->name)
				  : xstrdup(entry->path)};
	return how->marked ? mark_of(target->mark, entry, err) : 0;
}

void target_release(struct target *target)
{
	free(target->path);
}

/* Not every file system can rename without replacing, but a link never replaces. */
static int link_to(const struct sink *sink, int dir, const char *base)
{
	int parts = outdir_parts(sink->outdir);

	if (linkat(parts, sink->part, dir, base, 0) < 0)
		return errno == EPERM || errno == ENOSYS ? -EOPNOTSUPP : -errno;
	/* The file is there, whole; a part left beside it is swept with the next job. */
	if (unlinkat(parts, sink->part, 0) < 0)
		log_debug("cannot remove part %s: %m", sink->part);
	return 0;
}

static int move_to(const struct sink *sink, int dir, const char *base, bool replace)
{
	int parts = outdir_parts(sink->outdir);

	/* Replaces a file or a link, but says EISDIR to a directory. */
	if (replace)
		return renameat(parts, sink->part, dir, base) < 0 ? -errno : 0;
	if (renameat2(parts, sink->part, dir, base, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EINVAL || errno == ENOSYS)
		return link_to(sink, dir, base);
	return -errno;
}

static int move_to_alternative(
	const struct sink *sink, int dir, const char *path, char **renamed)
{
	for (unsigned k = 1; k <= ALTERNATIVES; k++) {
		char *other = naming_alternative(path, k);
		const char *slash = strrchr(other, '/');
		int result = move_to(sink, dir, slash ? slash + 1 : other, false);

		if (result == 0) {
			*renamed = other;
			return 0;
		}
		free(other);
		if (result != -EEXIST)
			return result;
	}
	return -EEXIST;
}

static bool replaces(const struct publication *how)
{
	return how->existing == EXISTING_OVERWRITE || how->existing == EXISTING_UPDATE;
}

static bool may_replace(const struct sink *sink, const struct publication *how,
	const struct target *target)
{
	switch (target->in_the_way) {
	case WHOSE_OURS:
		return replaces(how) ||
		       (how->existing == EXISTING_SKIP &&
			       there_in_doubt(sink->outdir, sink->entry, target->path));
	case WHOSE_EDITED:
		return replaces(how);
	case WHOSE_NOBODYS:
		/* Where this one has no mark those of other entries have none either. */
		return replaces(how) && !target->unmarked;
	default:
		return false;
	}
}

/* Whoever else of the job wants to replace what has the name sees ours, and its mark, then. */
static int replace_marked(const struct sink *sink, int dir, const char *base,
	const struct publication *how, struct target *target)
{
	int result;

	outdir_lock_names(sink->outdir);
	result = mark_look_in(dir, base, target->mark, &target->in_the_way);
	if (result == 0 && target->in_the_way == WHOSE_NOT_THERE)
		result = move_to(sink, dir, base, false);
	else if (result == 0)
		result = may_replace(sink, how, target) ? move_to(sink, dir, base, true)
							: -EEXIST;
	outdir_unlock_names(sink->outdir);
	return result;
}

/* What has the name is not replaced: is that a directory? */
static bool is_directory(int dir, const char *base)
{
	struct stat info;

	return fstatat(dir, base, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(info.st_mode);
}

static int move_into(const struct sink *sink, const struct outdir_parent *parent,
	const char *base, const struct publication *how, struct target *target,
	char **renamed)
{
	int dir = outdir_parent_fd(parent);
	int result = move_to(sink, dir, base, replaces(how) && !how->marked);

	if (result == -EEXIST && how->existing == EXISTING_RENAME)
		return move_to_alternative(sink, dir, target->path, renamed);
	if (result == -EEXIST && how->marked)
		result = replace_marked(sink, dir, base, how, target);
	if (result == -EEXIST && is_directory(dir, base))
		result = -EISDIR;
	if (result == 0 && strcmp(target->path, sink->entry->path) != 0)
		*renamed = xstrdup(target->path);
	return result;
}

static int fail_move(const struct sink *sink, const struct target *target, int errnum,
	struct error *err)
{
	const char *path = target->path;

	switch (errnum) {
	case EEXIST:
		return mark_refuse(target->in_the_way, path, err);
	case EISDIR:
		return error_set(
			err, KIND_EXISTS, errnum, "'%.120s' is a directory", path);
	case ENAMETOOLONG:
	case EINVAL:
	case EILSEQ:
		return error_errno(err, KIND_BAD_NAME, errnum,
			"the file system refuses the name '%s'", path);
	case EOPNOTSUPP:
		/* FAT, which has no links, says EINVAL to names that it cannot hold. */
		return error_set(err, KIND_BAD_NAME, errnum,
			"the file system refuses the name '%.120s', or to rename "
			"without replacing",
			path);
	default:
		return sink_fail(sink, errnum, err);
	}
}

static int sync_name(const struct sink *sink, int dir, struct error *err)
{
	struct durable *durable = outdir_durable(sink->outdir);

	return durable ? durable_renamed(durable, dir, err) : 0;
}

int sink_publish(struct sink *sink, struct outdir_parent *parent, const char *base,
	const struct publication *how, struct target *target, char **renamed,
	struct error *err)
{
	int result = move_into(sink, parent, base, how, target, renamed);

	/* The directory was removed after it was opened: make it again, once. */
	if (result == -ENOENT || result == -ESTALE) {
		outdir_parent_drop(sink->outdir, parent);
		parent = outdir_parent(sink->outdir, target->path, &base, err);
		if (!parent)
			return -1;
		result = move_into(sink, parent, base, how, target, renamed);
	}
	result = result < 0 ? fail_move(sink, target, -result, err)
			    : sync_name(sink, outdir_parent_fd(parent), err);
	outdir_parent_put(sink->outdir, parent);
	return result;
}
