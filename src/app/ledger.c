#include "app/ledger.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

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
static bool tell_of_others(const struct ledger *ledger, bool doubts)
{
	size_t left = ledger->journal ? journal_left(ledger->journal) : 0;

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

/* From now on nobody but us tells the journal anything. */
static int end_writing(struct ledger *ledger, bool sync, struct error *err)
{
	int failed = 0;

	parts_free(ledger->parts);
	outdir_attach(ledger->outdir, NULL, NULL);
	if (ledger->durable && sync)
		failed = durable_sync(ledger->durable, err);
	durable_free(ledger->durable); /* whose thread writes to the journal */
	return failed;
}

int ledger_close(struct ledger *ledger, bool ended, struct error *err)
{
	bool of_others = false, doubts = false, complete;
	int failed;

	if (!ledger->outdir)
		return 0;
	complete = is_complete(ledger, ended);
	if (complete) {
		doubts = ledger->journal && journal_doubts(ledger->journal);
		of_others = tell_of_others(ledger, doubts);
	}
	/* What is in doubt is to be others', and nothing of this job. */
	failed = end_writing(ledger, ledger->sync || doubts, err);
	if (complete && of_others && !failed)
		failed = journal_end_jobs(ledger->journal, true, err);
	complete = complete && !of_others && !failed;
	if (journal_close(ledger->journal, complete, failed ? NULL : err) != 0)
		failed = -1;
	if (complete && !failed)
		failed = outdir_sweep(ledger->outdir, NULL, NULL, err);
	return failed;
}
