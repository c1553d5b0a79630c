/* part_space.c - that files which are begun can be ended; see part.h.
 *
 * But for its beginning a file takes its space as it comes. So another one has room only beside
 * what those before it are still to be given: else all of them would fill the disk together, and
 * none would be whole. How much each was given is looked at only where there is not room for the
 * whole of all. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/part_parts.h"

#define CLAIM_FROM (1 << 20) /* less is not worth the question */
#define BLOCK 512            /* what st_blocks counts in */

/* How much the disk has given to the part. */
static int64_t given(const struct part *part)
{
	struct stat info;

	if (!part->name[0] || fstatat(outdir_parts(part->parts->outdir), part->name,
				      &info, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return info.st_blocks * BLOCK;
}

/* How much of so many bytes it has not given to the part yet. */
static int64_t due(const struct part *part, int64_t size)
{
	int64_t has = given(part);

	return has < size ? size - has : 0;
}

/* Of all that have a claim. */
static void sum_up(const struct parts *parts, int64_t *all_given, int64_t *all_due)
{
	const struct part *part;
	size_t cursor = 0;

	*all_given = *all_due = 0;
	while ((part = map_next(parts->by_entry, &cursor))) {
		if (part->claim == 0)
			continue;
		*all_given += given(part);
		*all_due += due(part, part->claim);
	}
}

/* What the disk has left; more than any file needs where it does not say. */
static int64_t space_left(const struct parts *parts)
{
	struct statvfs disk;

	if (fstatvfs(outdir_parts(parts->outdir), &disk) != 0 || disk.f_frsize == 0 ||
		disk.f_bavail > INT64_MAX / disk.f_frsize)
		return INT64_MAX;
	return (int64_t)(disk.f_bavail * disk.f_frsize);
}

/* Is there room for so much more, beside what all that have a claim are to be given? A server may
 * announce what it likes: what would not fit even if they gave up does not fit by itself. */
static int look_for_room(
	const struct parts *parts, int64_t size, int64_t need, struct error *err)
{
	int64_t left = space_left(parts), all_given, all_due;

	if (need < left - parts->claimed)
		return 0;
	sum_up(parts, &all_given, &all_due);
	if (need - all_given >= left)
		return error_set(err, KIND_NO_ROOM, ENOSPC,
			"the disk has no room for its %" PRId64 " bytes", size);
	if (need >= left - all_due)
		return error_set(err, KIND_CROWDED, ENOSPC,
			"the disk has room for its %" PRId64
			" bytes, but not beside those of the files under way",
			size);
	return 0;
}

int part_claim(struct part *part, int64_t size, struct error *err)
{
	struct parts *parts = part->parts;

	if (size < CLAIM_FROM)
		return 0;
	if (look_for_room(parts, size, due(part, size), err) != 0)
		return -1;
	part->claim = size;
	parts->claimed += size;
	return 0;
}

void part_waive(struct part *part)
{
	part->parts->claimed -= part->claim;
	part->claim = 0;
}
