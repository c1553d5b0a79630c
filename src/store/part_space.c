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

/* How much of so many bytes the disk has not given to the part yet. */
static int64_t due(const struct part *part, int64_t size)
{
	struct stat info;

	if (!part->name[0] || fstatat(outdir_parts(part->parts->outdir), part->name,
				      &info, AT_SYMLINK_NOFOLLOW) != 0)
		return size;
	return size / BLOCK < info.st_blocks ? 0 : size - info.st_blocks * BLOCK;
}

static int64_t all_due(const struct parts *parts)
{
	const struct part *part;
	size_t cursor = 0;
	int64_t sum = 0;

	while ((part = map_next(parts->by_entry, &cursor)))
		sum += due(part, part->claim);
	return sum;
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

int part_claim(struct part *part, int64_t size, struct error *err)
{
	struct parts *parts = part->parts;
	int64_t left, need;

	if (size < CLAIM_FROM)
		return 0;
	left = space_left(parts);
	need = due(part, size);
	/* A server may announce what it likes: only this file does not fit. */
	if (need >= left)
		return error_set(err, KIND_NO_ROOM, ENOSPC,
			"the disk has no room for its %" PRId64 " bytes", size);
	if (need >= left - parts->claimed && need >= left - all_due(parts))
		return error_set(err, KIND_CROWDED, ENOSPC,
			"the disk has room for its %" PRId64
			" bytes, but not beside those of the files under way",
			size);
	part->claim = size;
	parts->claimed += size;
	return 0;
}

void part_waive(struct part *part)
{
	part->parts->claimed -= part->claim;
	part->claim = 0;
}
