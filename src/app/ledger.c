#include "app/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/digest.h"

#define PIECE (256 * 1024)

/* What there was of a journal, before anything is written to it. */
static void find_journal(struct ledger *ledger, int workdir)
{
	struct timespec now;
	struct stat info;

	ledger->found =
		fstatat(workdir, WORKDIR_JOURNAL, &info, AT_SYMLINK_NOFOLLOW) == 0;
	ledger->clock_is_behind =
		ledger->found && (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
					 info.st_mtim.tv_sec > now.tv_sec);
}

int ledger_open(struct ledger *ledger, const struct settings *settings,
	struct outdir *outdir, struct error *err)
{
	const struct journal_setup setup = {.workdir = outdir_workdir(outdir),
		.durability = settings->durability,
		.keep_finished = settings->existing == EXISTING_OVERWRITE ||
				 settings->existing == EXISTING_RENAME};

	*ledger = (struct ledger){.outdir = outdir,
		.dir = settings->dir,
		.sync = settings->durability != DURABILITY_NONE};
	find_journal(ledger, setup.workdir);
	ledger->journal = journal_open(&setup, err);
	if (!ledger->journal)
		return -1;
	if (!settings->resume && ledger->found &&
		journal_end_jobs(ledger->journal, false, err) != 0)
		return -1;
	ledger->opened = journal_sequence(ledger->journal);
	if (outdir_sweep(outdir, journal_has_part, ledger->journal, err) != 0)
		return -1;
	ledger->durable =
		durable_new(settings->durability, setup.workdir, ledger->journal, err);
	if (!ledger->durable)
		return -1;
	outdir_attach(outdir, ledger->journal, ledger->durable);
	ledger->parts = parts_new(outdir);
	return 0;
}

/* Nothing was there, and nothing has happened. */
static bool is_untouched(const struct ledger *ledger)
{
	return !ledger->found && ledger->journal &&
	       journal_sequence(ledger->journal) == ledger->opened;
}

/* The job leaves nothing of its own that another run could go on with. */
static bool is_complete(const struct ledger *ledger, bool ended)
{
	return (ended && ledger->parts && !parts_are_kept(ledger->parts)) ||
	       is_untouched(ledger);
}

/* Is something left of jobs that name other files? */
static bool tell_of_others(const struct ledger *ledger)
{
	size_t left = ledger->journal ? journal_left(ledger->journal) : 0;
	bool doubts = ledger->journal && journal_doubts(ledger->journal);

	if (doubts)
		log_warn("'%s/" WORKDIR_NAME
			 "' keeps in mind that the machine went down "
			 "after files were finished that this run has neither fetched "
			 "nor found whole: the command that named them looks at them; "
			 "remove it if nobody wants that",
			ledger->dir);
	if (left > 0)
		log_warn("'%s/" WORKDIR_NAME "' keeps what another job has got of "
			 "%zu file%s: its own command goes on with that; "
			 "remove it if nobody wants it",
			ledger->dir, left, left == 1 ? "" : "s");
	return left > 0 || doubts;
}

int ledger_close(struct ledger *ledger, bool ended, struct error *err)
{
	bool of_others = false, complete;
	int failed = 0;

	if (!ledger->outdir)
		return 0;
	complete = is_complete(ledger, ended);
	if (complete)
		of_others = tell_of_others(ledger);
	parts_free(ledger->parts);
	outdir_attach(ledger->outdir, NULL, NULL);
	/* What is in doubt is to be others', and nothing of this job. */
	if (ledger->durable && (ledger->sync || of_others))
		failed = durable_sync(ledger->durable, err);
	durable_free(ledger->durable); /* whose thread writes to the journal */
	if (complete && of_others && !failed)
		failed = journal_end_jobs(ledger->journal, true, err);
	complete = complete && !of_others && !failed;
	if (journal_close(ledger->journal, complete, failed ? NULL : err) != 0)
		failed = -1;
	if (complete && !failed)
		failed = outdir_sweep(ledger->outdir, NULL, NULL, err);
	return failed;
}

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

/* Was it written to since the machine was started? Then that is not what the crash has left. A server's
 * date (of its writing) and the disk's (of all that was done to it) must both say so, and a clock that
 * is not behind what was written before the crash. */
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

/* What the journal has of it is ours; what it has not may be anybody's,
 * and is left alone. */
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

/* Does it stand beside what is there? That tells nothing of it. Where a server may have named it, only
 * that tells where. */
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
