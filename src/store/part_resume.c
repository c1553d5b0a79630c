/* part_resume.c - what an earlier run has left of a file, if it can be gone on with; see part.h. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "core/naming.h"
#include "store/part_parts.h"

/* A part that another process has not finished, or another has tampered with, is of no use. */
static bool is_sound(const struct parts *parts, const struct journal_file *file)
{
	struct stat info;
	int64_t end = file->ranges[file->n_ranges - 1].last + 1;

	return fstatat(outdir_parts(parts->outdir), file->part, &info,
		       AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(info.st_mode) && info.st_nlink == 1 && info.st_size >= end;
}

uint64_t part_sources(const struct entry *entry)
{
	const struct pieces *pieces = entry->pieces;
	uint64_t hash = journal_urls(&entry->urls);

	if (!pieces)
		return hash;
	hash = hash64(&pieces->length, sizeof(pieces->length), hash + pieces->alg);
	return hash64(pieces->digests, pieces->count * checksum_len(pieces->alg), hash);
}

/* Has the file that was left the size, and can more of it be asked for? Where a digest has proven
 * it, it may be of several servers, and nothing without that. */
static bool can_go_on(
	const struct journal_file *file, const struct entry *entry, bool deaf)
{
	struct checksum sum;
	struct error err;

	if (file->size < 0 || (file->digest && deaf) ||
		(entry->size >= 0 && entry->size != file->size) ||
		(file->digest && checksum_parse(&sum, file->digest, &err) != 0))
		return false;
	if (entry->pieces)
		return pieces_fit(entry->pieces, file->size);
	return file->etag || file->modified || file->digest;
}

/* It comes from a file, so it is made safe as if a server said it now. */
static char *name_given(const struct journal_file *file, const struct entry *entry)
{
	return entry->is_given_names && file->name ? naming_given(entry, file->name)
						   : NULL;
}

/* What is of other URLs is another job's, as long as nothing comes in its place. */
static const struct journal_file *find_own(
	const struct parts *parts, const struct entry *entry)
{
	const struct journal_file *file =
		parts->journal ? journal_find(parts->journal, entry->path) : NULL;

	return file && file->urls == part_sources(entry) ? file : NULL;
}

void parts_forget_own(struct parts *parts, const struct entry *entry)
{
	if (find_own(parts, entry))
		parts_forget(parts, entry);
}

struct resume *parts_resume(struct parts *parts, const struct entry *entry, bool deaf)
{
	const struct journal_file *file = find_own(parts, entry);
	struct resume *resume;

	if (!file)
		return NULL;
	if (!can_go_on(file, entry, deaf) || !is_sound(parts, file)) {
		parts_forget(parts, entry);
		return NULL;
	}
	resume = xcalloc(
		1, sizeof(*resume) + file->n_ranges * sizeof(resume->ranges[0]));
	resume->version = (struct version){.size = file->size,
		.etag = xstrdup(file->etag),
		.modified = xstrdup(file->modified),
		.digest = xstrdup(file->digest),
		.digest_by = "journal",
		.name = name_given(file, entry),
		.mtime = -1};
	resume->teller = file->teller == JOURNAL_NO_URL ? NO_MIRROR : file->teller;
	resume->n_ranges = file->n_ranges;
	memcpy(resume->ranges, file->ranges,
		file->n_ranges * sizeof(resume->ranges[0]));
	return resume;
}
