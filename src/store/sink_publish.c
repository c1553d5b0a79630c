/* sink_publish.c - the name of a part that is whole appears at once, and takes nobody's place
 * unless that is wanted; see sink.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/naming.h"
#include "store/durable.h"
#include "store/sink_parts.h"

/* How many names --existing=rename tries. */
#define ALTERNATIVES 9999

/* Not every file system can rename without replacing, but a link never replaces. */
static int link_to(const struct sink *sink, int dir, const char *base)
{
	int parts = outdir_parts(sink->outdir);

	if (linkat(parts, sink->part, dir, base, 0) < 0)
		return errno == EPERM || errno == ENOSYS ? -EOPNOTSUPP : -errno;
	/* The file is there, whole; a part left beside it is swept with the next job.
	 */
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

static int move_to_alternative(const struct sink *sink, int dir, char **renamed)
{
	for (unsigned k = 1; k <= ALTERNATIVES; k++) {
		char *other = naming_alternative(sink->entry->path, k);
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

static int move_into(const struct sink *sink, const struct outdir_parent *parent,
	const char *base, const struct publication *how, char **renamed)
{
	int dir = outdir_parent_fd(parent);
	int result = move_to(sink, dir, base,
		how->existing == EXISTING_OVERWRITE ||
			how->existing == EXISTING_UPDATE);

	if (result == -EEXIST && how->existing == EXISTING_RENAME)
		return move_to_alternative(sink, dir, renamed);
	return result;
}

static int fail_move(const struct sink *sink, int errnum, struct error *err)
{
	const char *path = sink->entry->path;

	switch (errnum) {
	case EEXIST:
		return error_set(
			err, KIND_EXISTS, errnum, "'%.120s' exists already", path);
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
	const struct publication *how, char **renamed, struct error *err)
{
	int result = move_into(sink, parent, base, how, renamed);

	/* The directory was removed after it was opened: make it again, once. */
	if (result == -ENOENT || result == -ESTALE) {
		outdir_parent_drop(sink->outdir, parent);
		parent = outdir_parent(sink->outdir, sink->entry->path, &base, err);
		if (!parent)
			return -1;
		result = move_into(sink, parent, base, how, renamed);
	}
	result = result < 0 ? fail_move(sink, -result, err)
			    : sync_name(sink, outdir_parent_fd(parent), err);
	outdir_parent_put(sink->outdir, parent);
	return result;
}
