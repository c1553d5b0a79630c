/* What is there of an entry's file, and what to think of it after the machine went down. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/ledger.h"
#include "base/alloc.h"
#include "store/digest.h"

#define PIECE (256 * 1024)

/* The digest of a file, of the algorithm of `sum`. */
static int read_digest(int fd, struct checksum *sum, struct error *err)
{
	struct digest *digest = digest_new(sum->alg, err);
	unsigned char *piece = xmalloc(PIECE);
	ssize_t got = 0;
	int failed = digest ? 0 : -1;

	while (!failed && (got = read(fd, piece, PIECE)) != 0) {
		if (got > 0)
			failed = digest_update(digest, piece, (size_t)got, err);
		else if (errno != EINTR)
			failed = error_errno(
				err, KIND_DISK, errno, "cannot read a file back");
	}
	if (!failed)
		failed = digest_final(digest, sum, err);
	digest_free(digest);
	free(piece);
	return failed;
}

/* Does the file have the digest that the entry asks for? True where it asks for none. */
static bool has_its_digest(struct ledger *ledger, const struct entry *entry)
{
	struct checksum sum = {.alg = entry->checksum.alg};
	struct error why;
	bool right;
	int fd;

	if (sum.alg == DIGEST_NONE)
		return true;
	fd = outdir_open_file(ledger->outdir, entry->path);
	if (fd < 0)
		return false;
	right = read_digest(fd, &sum, &why) == 0 &&
		checksum_equal(&sum, &entry->checksum);
	close(fd);
	return right;
}

/* The machine went down. Is the file what it should be, as far as there is anything to know it by? */
static bool is_right(struct ledger *ledger, const struct entry *entry,
	enum journal_trust trust, int64_t size)
{
	return trust != JOURNAL_OTHER_SIZE &&
	       (entry->size < 0 || entry->size == size) &&
	       has_its_digest(ledger, entry);
}

/* It need not be looked at again. Where nobody asks what this job has finished it may be of any
 * URLs. */
static enum present believe(struct ledger *ledger, enum existing existing,
	const struct entry *entry, int64_t size, struct error *err)
{
	uint64_t urls = existing == EXISTING_OVERWRITE || existing == EXISTING_RENAME
				? journal_urls(&entry->urls)
				: 0;

	return journal_done(ledger->journal, 0, entry->path, urls, JOURNAL_THERE, size,
		       err) == 0
		       ? PRESENT_WHOLE
		       : PRESENT_WRONG;
}

/* Was it written to since the machine was started? Then that is not what the crash has left. A
 * server's date (of its writing) and the disk's (of all that was done to it) must both say so, and a
 * clock that is not behind what was written before the crash. */
static bool is_of_this_boot(struct ledger *ledger, const struct entry *entry)
{
	struct timespec now = {0}, up = {0};
	struct stat info;
	int fd = outdir_open_file(ledger->outdir, entry->path);
	bool known = fd >= 0 && fstat(fd, &info) == 0 &&
		     clock_gettime(CLOCK_REALTIME, &now) == 0 &&
		     clock_gettime(CLOCK_BOOTTIME, &up) == 0;

	if (fd >= 0)
		close(fd);
	return known && !ledger->clock_is_behind &&
	       info.st_mtim.tv_sec > now.tv_sec - up.tv_sec &&
	       info.st_ctim.tv_sec > now.tv_sec - up.tv_sec;
}

/* What the journal has of it is ours; what it has not may be anybody's, and is left alone. */
static enum present doubt(struct ledger *ledger, enum existing existing,
	const struct entry *entry, enum journal_trust trust, int64_t size,
	struct error *err)
{
	bool right = is_right(ledger, entry, trust, size);

	if (right && !ledger->doubted && entry->checksum.alg == DIGEST_NONE) {
		log_warn(
			"the machine was not shut down in order while a job ran here: "
			"finished files without a checksum are believed by their size");
		ledger->doubted = true;
	}
	if (right)
		return believe(ledger, existing, entry, size, err);
	if (trust == JOURNAL_NO_RECORD) {
		error_set(err, KIND_EXISTS, 0,
			"'%.120s' is there, but not what it should be: perhaps lost "
			"when the machine went down; remove it to fetch it again",
			entry->path);
		return PRESENT_WRONG;
	}
	if (outdir_remove_file(ledger->outdir, entry->path, err) != 0)
		return PRESENT_WRONG;
	journal_gone(ledger->journal, entry->path);
	log_warn("'%.120s' was lost when the machine went down: fetching it again",
		entry->path);
	return PRESENT_NOT;
}

/* Does it stand beside what is there? That tells nothing of it. Where a server may have named it,
 * only that tells where. */
static bool is_beside(
	const struct ledger *ledger, enum existing existing, const struct entry *entry)
{
	return existing == EXISTING_RENAME && !entry->is_given_names &&
	       journal_finished_beside(
		       ledger->journal, entry->path, journal_urls(&entry->urls));
}

/* What this very job has replaced need not be replaced again when it goes on. */
static bool may_be_present(
	const struct ledger *ledger, enum existing existing, const struct entry *entry)
{
	if (existing == EXISTING_SKIP || existing == EXISTING_UPDATE)
		return existing == EXISTING_SKIP;
	return journal_finished(ledger->journal, entry->path,
		journal_urls(&entry->urls), JOURNAL_THERE);
}

/* Also where nobody asks for what is there: the run may end without it. */
static void look_for_gone(struct ledger *ledger, const struct entry *entry)
{
	if (journal_doubts(ledger->journal) &&
		outdir_size(ledger->outdir, entry->path) < 0)
		journal_gone(ledger->journal, entry->path);
}

enum present ledger_present(struct ledger *ledger, enum existing existing,
	const struct entry *entry, struct error *err)
{
	enum journal_trust trust;
	int64_t size;
	bool beside;

	look_for_gone(ledger, entry);
	beside = is_beside(ledger, existing, entry);
	if (!beside && !may_be_present(ledger, existing, entry))
		return PRESENT_NOT;
	size = outdir_size(ledger->outdir, entry->path);
	if (size < 0)
		return PRESENT_NOT;
	if (beside)
		return PRESENT_WHOLE;
	trust = journal_trust(ledger->journal, entry->path, JOURNAL_THERE, size);
	if (trust == JOURNAL_TRUSTED)
		return PRESENT_WHOLE;
	if (is_of_this_boot(ledger, entry))
		return existing == EXISTING_SKIP
			       ? believe(ledger, existing, entry, size, err)
			       : PRESENT_NOT;
	return doubt(ledger, existing, entry, trust, size, err);
}

enum present ledger_current(
	struct ledger *ledger, const struct entry *entry, struct error *err)
{
	int64_t size = entry->there.size;
	enum journal_trust trust =
		journal_trust(ledger->journal, entry->path, JOURNAL_THERE, size);

	if (trust == JOURNAL_TRUSTED)
		return PRESENT_WHOLE;
	if ((trust == JOURNAL_NO_RECORD && !entry->there.etag &&
		    entry->checksum.alg == DIGEST_NONE) ||
		!is_right(ledger, entry, trust, size)) {
		log_info("'%.120s' may have been lost when the machine went down: "
			 "fetching it again",
			entry->path);
		return PRESENT_NOT;
	}
	return believe(ledger, EXISTING_UPDATE, entry, size, err);
}
