/* test_ledger.c - what a job keeps of itself between its runs, what of it is believed, and what
 * its keeper lets go of. After a crash of the machine: test_ledger_crash.c. */
#include "app/keeper.h"
#include "app/presence.h"
#include "ledgering.h"

#define PARTS "out/.seine/parts"

/* Half of the file comes. */
static void bring_half(struct bench *bench)
{
	struct part_facts facts = {
		.version = &bench->attempt.version, .resumable = true};
	struct part *part =
		parts_get(bench->ledger.parts, &bench->attempt, &facts, &bench->err);
	char *half = xcalloc(1, SIZE / 2);

	check(part != NULL);
	check_int(part_write(part, 0, half, SIZE / 2, &bench->err), 0);
	check_int(part_note(part, (struct range){0, SIZE / 2 - 1}, &bench->err), 0);
	part_put(part);
	free(half);
}

/* A run that is broken off then. */
static void leave_half(void)
{
	struct bench bench;

	bench_open(&bench);
	bring_half(&bench);
	parts_end(bench.ledger.parts, bench.entry, true);
	bench_close(&bench, false, true);
}

static bool is_resumable(struct bench *bench)
{
	struct resume *resume = parts_resume(bench->ledger.parts, bench->entry, false);
	bool resumable = resume != NULL;

	resume_free(resume);
	return resumable;
}

static void nothing_happens(void)
{
	for (int ended = 0; ended < 2; ended++) {
		struct bench bench;

		bench_open(&bench);
		check(outdir_journal(bench.outdir) != NULL);
		bench_close(&bench, ended, false);
		scratch_remove("out");
	}
}

/* Whatever an open came to, a close is fine. */
static void closed_without_an_open(void)
{
	struct ledger ledger = {.outdir = NULL};

	check_int(ledger_close(&ledger, true, NULL), 0);
}

static void what_can_be_gone_on_with_stays(void)
{
	for (int ended = 0; ended < 2; ended++) {
		struct bench bench;

		bench_open(&bench);
		bring_half(&bench);
		parts_end(bench.ledger.parts, bench.entry, true);
		bench_close(&bench, ended, true);
		bench_open(&bench);
		check(is_resumable(&bench));
		bench_close(&bench, false, true); /* it is still to come */
		bench_open(&bench);
		check(is_resumable(&bench));
		parts_forget(bench.ledger.parts, bench.entry);
		check(!is_resumable(&bench));
		bench_close(&bench, true, false);
		scratch_remove("out");
	}
}

/* What was left could not be begun for once (the disk had no room beside others), and came to its
 * end later in the same run: then nothing of it stays. */
static void what_was_refused_for_once_and_came(void)
{
	struct part_facts facts = {.resumable = true};
	struct bench bench;
	struct part *part;

	leave_half();

	bench_open(&bench);
	facts.version = &bench.attempt.version;
	bench.entry->resume = parts_resume(bench.ledger.parts, bench.entry, false);
	check(bench.entry->resume != NULL);
	check_int(rename(PARTS "/f1.part", "aside"), 0);
	check(parts_get(bench.ledger.parts, &bench.attempt, &facts, &bench.err) ==
		NULL);
	check_int(rename("aside", PARTS "/f1.part"), 0);
	part = parts_get(bench.ledger.parts, &bench.attempt, &facts, &bench.err);
	check(part != NULL);
	part_put(part);
	parts_end(bench.ledger.parts, bench.entry, false);
	check(!parts_are_kept(bench.ledger.parts));
	bench_close(&bench, true, false);
	scratch_remove("out");
}

static void strays_are_swept(void)
{
	struct bench bench;

	leave_half();
	check(scratch_write(PARTS "/stray", "x"));
	bench_open(&bench);
	check_int(scratch_count(PARTS), 1);
	check(!scratch_there(PARTS "/stray"));
	check(is_resumable(&bench));
	bench_close(&bench, false, true);
	scratch_remove("out");
}

/* A job that does not name the file comes to its end in the directory. */
static void what_another_job_has_left_stays(void)
{
	struct bench bench;

	leave_half();
	bench_open(&bench);
	bench_close(&bench, true, true);
	check_int(scratch_count(PARTS), 1);
	bench_open(&bench);
	check(is_resumable(&bench));
	bench_close(&bench, true, true);
	scratch_remove("out");
}

/* What can not be gone on with must not be taken for another job's for ever. */
static void what_does_not_fit_is_removed(void)
{
	struct bench bench;

	leave_half();
	bench_open(&bench);
	bench.entry->size = SIZE + 1;
	check(!is_resumable(&bench));
	check_int(scratch_count(PARTS), 0);
	bench_close(&bench, true, false);
	scratch_remove("out");
}

/* Nothing counts as finished before. */
static void no_resume(void)
{
	struct bench bench;

	bench_open(&bench);
	check(scratch_write("out/file", "new"));
	check_int(journal_done(bench.ledger.journal, 0, "file",
			  journal_urls(&bench.entry->urls), JOURNAL_THERE, 3, NULL),
		0);
	bench_close(&bench, false, true);
	open_dir(&bench);
	bench.settings.resume = false;
	bench.settings.existing = EXISTING_OVERWRITE;
	open_ledger(&bench);
	check_int(ledger_present(
			  &bench.ledger, EXISTING_OVERWRITE, bench.entry, &bench.err),
		PRESENT_NOT);
	bench_close(&bench, false, true);
	scratch_remove("out");
}

/* --------------------------------------------------------------------------------------
 * What is there
 * ----------------------------------------------------------------------------------- */

static void what_is_there(void)
{
	struct bench bench;

	bench_open(&bench);
	check_int(present(&bench, EXISTING_SKIP), PRESENT_NOT);
	check_int(mkdir("out/file", 0777), 0);
	check_int(present(&bench, EXISTING_SKIP), PRESENT_NOT);
	check_int(rmdir("out/file"), 0);
	check(scratch_write("out/file", "abc"));
	bench.entry->size = 5; /* a file that is there is not looked into */
	check_int(present(&bench, EXISTING_SKIP), PRESENT_WHOLE);
	check_int(present(&bench, EXISTING_OVERWRITE), PRESENT_NOT);
	check_int(present(&bench, EXISTING_RENAME), PRESENT_NOT);
	check_int(present(&bench, EXISTING_UPDATE), PRESENT_NOT);
	bench_close(&bench, true, false);
	scratch_remove("out");
}

/* What others put there is found when a file would get its name. */
static void a_new_directory_is_not_looked_at(void)
{
	for (int is_new = 1; is_new >= 0; is_new--) {
		struct bench bench;

		bench_open(&bench);
		check(scratch_write("out/file", "abc"));
		check_int(presence_of(&bench.ledger, &bench.settings, bench.entry,
				  &bench.err),
			is_new ? PRESENT_NOT : PRESENT_WHOLE);
		bench_close(&bench, true, false);
	}
	scratch_remove("out");
}

/* What the job has replaced before it was broken off is not replaced again. */
static void what_was_replaced_by_this_job(void)
{
	struct bench bench;

	for (int run = 0; run < 2; run++) {
		open_dir(&bench);
		bench.settings.existing = EXISTING_OVERWRITE;
		open_ledger(&bench);
		check(scratch_write("out/file", "new"));
		check_int(present(&bench, EXISTING_OVERWRITE),
			run ? PRESENT_WHOLE : PRESENT_NOT);
		check_int(journal_done(bench.ledger.journal, 0, "file",
				  journal_urls(&bench.entry->urls), JOURNAL_THERE, 3,
				  NULL),
			0);
		bench_close(&bench, run, !run);
	}
	scratch_remove("out");
}

/* What another job, or the same one in another version of its list, has finished under that name is
 * not what is wanted, nor is what was there before that came. */
static void what_was_replaced_by_other_urls(void)
{
	struct bench bench;

	for (int run = 0; run < 3; run++) {
		open_dir(&bench);
		if (run == 1)
			strings_add(&bench.entry->urls, "http://b.test/file");
		bench.settings.existing = EXISTING_OVERWRITE;
		open_ledger(&bench);
		check(scratch_write("out/file", "new"));
		check_int(present(&bench, EXISTING_OVERWRITE), PRESENT_NOT);
		if (run < 2)
			check_int(journal_done(bench.ledger.journal, 0, "file",
					  journal_urls(&bench.entry->urls),
					  JOURNAL_THERE, 3, NULL),
				0);
		bench_close(&bench, run == 2, run < 2);
	}
	scratch_remove("out");
}

/* What it has put elsewhere is not what is there. */
static void what_was_put_beside_by_this_job(void)
{
	struct bench bench;

	for (int run = 0; run < 2; run++) {
		open_dir(&bench);
		bench.settings.existing = EXISTING_OVERWRITE;
		open_ledger(&bench);
		check(scratch_write("out/file", "user's"));
		check_int(present(&bench, EXISTING_OVERWRITE), PRESENT_NOT);
		check_int(present(&bench, EXISTING_RENAME),
			run ? PRESENT_WHOLE : PRESENT_NOT);
		check_int(journal_done(bench.ledger.journal, 0, "file",
				  journal_urls(&bench.entry->urls), JOURNAL_BESIDE, 3,
				  NULL),
			0);
		bench_close(&bench, run, !run);
	}
	scratch_remove("out");
}

/* ... but when the job is over it is, although the journal stays for the sake of another one. */
static void what_was_replaced_by_a_job_that_is_over(void)
{
	struct bench bench;

	leave_half();
	for (int run = 0; run < 2; run++) {
		open_dir(&bench);
		bench.settings.existing = EXISTING_OVERWRITE;
		bench.entry->path[0] = 'F';
		open_ledger(&bench);
		check(scratch_write("out/File", "new"));
		check_int(present(&bench, EXISTING_OVERWRITE), PRESENT_NOT);
		check_int(journal_done(bench.ledger.journal, 0, "File",
				  journal_urls(&bench.entry->urls), JOURNAL_THERE, 3,
				  NULL),
			0);
		bench_close(&bench, true, true);
	}
	scratch_remove("out");
}

/* --------------------------------------------------------------------------------------
 * The keeper
 * ----------------------------------------------------------------------------------- */

struct listener {
	struct observer observer;
	int events, ticks;
};

static void hear(struct observer *observer, const struct event *event)
{
	struct listener *listener = container_of(observer, struct listener, observer);

	listener->events += event->entry != NULL;
}

static void hear_tick(struct observer *observer, nstime now)
{
	container_of(observer, struct listener, observer)->ticks += now == 7;
}

/* How an entry ends, and whether its part outlives that. */
static const struct {
	enum event_type type;
	enum kind kind;
	long status;
	bool kept;
} ends[] = {
	{EVENT_DONE, KIND_NONE, 200, false},
	{EVENT_FAILED, KIND_INTERRUPTED, 0, true},
	{EVENT_FAILED, KIND_DISK, 0, true},
	{EVENT_FAILED, KIND_CREDENTIALS, 403, true},
	{EVENT_FAILED, KIND_NETWORK, 0, true},
	{EVENT_FAILED, KIND_STALL, 0, true},
	{EVENT_FAILED, KIND_HTTP, 503, true},
	{EVENT_FAILED, KIND_HTTP, 404, false},
	/* Another mirror has brought it, or the server had it before. */
	{EVENT_FAILED, KIND_WRONG_SIZE, 0, true},
	{EVENT_FAILED, KIND_TOO_LARGE, 0, false},
	{EVENT_FAILED, KIND_EXISTS, 0, false},
	/* It would begin anew anyway. */
	{EVENT_FAILED, KIND_CHECKSUM, 200, false},
	{EVENT_FAILED, KIND_CHANGED, 0, false},
	/* Not an end. */
	{EVENT_START, KIND_NONE, 0, true},
	{EVENT_FINISH, KIND_NETWORK, 0, true},
	{EVENT_RETRY, KIND_NETWORK, 0, true},
};

static void tell(struct observer *observer, struct bench *bench, size_t i)
{
	struct outcome outcome;
	struct error err;

	outcome_init(&outcome);
	outcome.type = ends[i].type == EVENT_DONE ? OUTCOME_DONE : OUTCOME_FAILED;
	outcome.kind = ends[i].kind;
	outcome.exchange.status = ends[i].status;
	error_set(&err, ends[i].kind, 0, "so it ended");
	observer_tell(observer, &(struct event){.type = ends[i].type,
					.entry = bench->entry,
					.outcome = &outcome,
					.error = &err});
}

static void the_keeper(void)
{
	static const struct observer_ops ops = {.event = hear, .tick = hear_tick};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct listener listener = {.observer = {&ops}};
		struct observer *keeper;
		struct bench bench;

		bench_open(&bench);
		keeper = keeper_new(bench.ledger.parts, &listener.observer);
		bring_half(&bench);
		tell(keeper, &bench, i);
		keeper->ops->tick(keeper, 7);
		check_int(listener.events, 1);
		check_int(listener.ticks, 1);
		if (scratch_count(PARTS) != ends[i].kept)
			printf("# event %zu\n", i);
		check_int(scratch_count(PARTS), ends[i].kept);
		keeper_free(keeper);
		bench_close(&bench,
			ends[i].type == EVENT_DONE || ends[i].type == EVENT_FAILED,
			ends[i].kept);
		scratch_remove("out");
	}
	keeper_free(NULL);
}

/* A list that ended before the others' last words: an entry without an outcome. */
static void interrupted_without_an_outcome(void)
{
	static const struct observer_ops ops = {.event = hear};
	struct listener listener = {.observer = {&ops}};
	struct observer *keeper;
	struct error err;
	struct bench bench;

	bench_open(&bench);
	keeper = keeper_new(bench.ledger.parts, &listener.observer);
	bring_half(&bench);
	error_set(&err, KIND_INTERRUPTED, 0, "stopped");
	observer_tell(keeper,
		&(struct event){
			.type = EVENT_FAILED, .entry = bench.entry, .error = &err});
	keeper->ops->tick(keeper, 7); /* the next one has none */
	check_int(scratch_count(PARTS), 1);
	keeper_free(keeper);
	bench_close(&bench, false, true);
	scratch_remove("out");
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(nothing_happens);
	run(closed_without_an_open);
	run(what_can_be_gone_on_with_stays);
	run(what_another_job_has_left_stays);
	run(what_does_not_fit_is_removed);
	run(what_was_refused_for_once_and_came);
	run(strays_are_swept);
	run(no_resume);
	run(what_is_there);
	run(a_new_directory_is_not_looked_at);
	run(what_was_replaced_by_this_job);
	run(what_was_replaced_by_other_urls);
	run(what_was_put_beside_by_this_job);
	run(what_was_replaced_by_a_job_that_is_over);
	run(the_keeper);
	run(interrupted_without_an_outcome);
	scratch_leave();
	return done();
}
