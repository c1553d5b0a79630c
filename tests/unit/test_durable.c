/* test_durable.c - which mode syncs what and when, and what comes of a sync that fails. That a
 * sync is made is seen by making it fail. */
#include "store/durable.h"

#include <pthread.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "journaling.h"

struct bench {
	struct journal *journal;
	struct durable *durable;
	int part, dir;
};

static void bench_open(struct bench *bench, enum durability durability)
{
	struct error err = {.kind = KIND_NONE};

	bench->journal = try_open(1, durability, false, &err);
	bench->durable = durable_new(durability, workdir_fd(), bench->journal, &err);
	bench->part = open("part", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bench->dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	need(bench->durable && bench->part >= 0 && bench->dir >= 0, err.text);
}

static void bench_close(struct bench *bench)
{
	durable_free(bench->durable);
	end_journal(bench->journal);
	check_int(close(bench->part), 0);
	check_int(close(bench->dir), 0);
	check_int(unlink("part"), 0);
}

static void fails(int result, const struct error *err, int errnum)
{
	check_int(result, -1);
	check_str(kind_name(err->kind), kind_name(KIND_DISK));
	check_int(err->code, errnum);
}

/* Every call works, on what can be synced. */
static void work(struct bench *bench)
{
	check_int(durable_part(bench->durable, bench->part, NULL), 0);
	check_int(durable_renamed(bench->durable, bench->dir, NULL), 0);
}

static void each_mode_works(void)
{
	for (int mode = DURABILITY_NONE; mode <= DURABILITY_EACH; mode++) {
		struct bench bench;

		bench_open(&bench, mode);
		work(&bench);
		check_int(durable_sync(bench.durable, NULL), 0);
		bench_close(&bench);
	}
	durable_free(NULL);
}

static void deny_all_syncs(void)
{
	check(scratch_deny(SYS_fdatasync, EIO));
	check(scratch_deny(SYS_fsync, EIO));
	check(scratch_deny(SYS_syncfs, EIO));
}

static void none_without_syncs(void)
{
	struct bench bench;

	deny_all_syncs();
	bench_open(&bench, DURABILITY_NONE);
	work(&bench);
	check_int(journal_done(bench.journal, 0, "a", 7, JOURNAL_THERE, 1, NULL), 0);
	leave_journal(bench.journal);
	durable_free(bench.durable);
	end_journal(open_journal(1));
}

static void none_syncs_nothing(void)
{
	scratch_run_denied(none_without_syncs, 0, 0);
	check_int(unlink("part"), 0);
}

/* The part is not on the disk; nor is anything else from then on. */
static void each_with_a_bad_part(void)
{
	struct bench bench;
	struct error err;

	bench_open(&bench, DURABILITY_EACH);
	check_int(close(bench.part), 0);
	fails(durable_part(bench.durable, bench.part, &err), &err, EBADF);
	bench.part = open("part", O_WRONLY | O_CLOEXEC);
	fails(durable_part(bench.durable, bench.part, &err), &err, EBADF);
	fails(durable_renamed(bench.durable, bench.dir, &err), &err, EBADF);
	fails(durable_sync(bench.durable, &err), &err, EBADF);
	bench_close(&bench);
}

static void each_with_a_bad_directory(void)
{
	struct bench bench;
	struct error err;

	bench_open(&bench, DURABILITY_EACH);
	check(scratch_deny(SYS_fsync, EIO));
	check_int(durable_part(bench.durable, bench.part, NULL), 0);
	fails(durable_renamed(bench.durable, bench.dir, &err), &err, EIO);
	bench_close(&bench);
}

/* Not every file system can sync a directory by itself. */
static void each_without_directories(void)
{
	struct bench bench;
	struct error err;
	uint64_t before;

	bench_open(&bench, DURABILITY_EACH);
	before = journal_sequence(bench.journal);
	check(scratch_deny(SYS_fsync, EINVAL));
	check_int(durable_renamed(bench.durable, bench.dir, NULL), 0);
	check_int(journal_sequence(bench.journal), before + 1);
	check(scratch_deny(SYS_syncfs, ENOSPC));
	fails(durable_renamed(bench.durable, bench.dir, &err), &err, ENOSPC);
	bench_close(&bench);
}

static void each_says_what_failed(void)
{
	each_with_a_bad_part();
	scratch_run_denied(each_with_a_bad_directory, 0, 0);
	scratch_run_denied(each_without_directories, 0, 0);
}

/* In each, what is in the journal is on the disk too: or it is said. */
static void the_journal_cannot_be_synced(void)
{
	struct error err;
	struct journal *journal = try_open(1, DURABILITY_EACH, false, &err);

	check(scratch_deny(SYS_fdatasync, EIO));
	begin_file(journal, "a", 10);
	fails(journal_range(journal, 1, (struct range){0, 1}, &err), &err, EIO);
	check_int(journal_range(journal, 1, (struct range){2, 3}, &err), 0);
	check_int(journal_close(journal, false, &err), 0);
}

static void each_syncs_the_journal(void)
{
	struct journal *journal;

	scratch_run_denied(the_journal_cannot_be_synced, 0, 0);
	journal = open_journal(1);
	check_file(journal, "a", "a #1 f1.part 10 7 \"v1\" -: 0-1\n");
	end_journal(journal);
}

/* A sync of a batch shows as a record; it comes in time. */
static bool synced_by(struct journal *journal, uint64_t sequence, nstime span)
{
	nstime end = clock_now() + span;

	while (journal_sequence(journal) < sequence && clock_now() < end)
		sched_yield();
	return journal_sequence(journal) >= sequence;
}

/* Does the 256th file make a sync begin (and here fail) before the second is over? */
static bool fails_in_time(void)
{
	struct bench bench;
	nstime start = clock_now(), end = start + NS_PER_SEC;
	int failed = 0;
	bool early; /* by the second that was over too soon */

	bench_open(&bench, DURABILITY_BATCH);
	for (int i = 0; i < 255; i++)
		failed += durable_renamed(bench.durable, bench.dir, NULL) < 0;
	/* So that the thread has seen that there are too few yet. */
	while (clock_now() < start + 50 * NS_PER_MS)
		sched_yield();
	failed += durable_renamed(bench.durable, bench.dir, NULL) < 0;
	early = failed > 0;
	while (!failed && clock_now() < end)
		failed = durable_part(bench.durable, bench.part, NULL) < 0;
	bench_close(&bench);
	return failed && !early;
}

/* A machine that is busy may be late, but not each time. */
static void batch_of_many(void)
{
	bool in_time = false;

	check(scratch_deny(SYS_syncfs, EIO));
	for (int i = 0; i < 20 && !in_time; i++)
		in_time = fails_in_time();
	check(in_time);
}

static void batches_by_number(void)
{
	scratch_run_denied(batch_of_many, 0, 0);
}

static void batches_by_time(void)
{
	struct bench bench;
	uint64_t before;
	nstime start;

	bench_open(&bench, DURABILITY_BATCH);
	before = journal_sequence(bench.journal);
	start = clock_now();
	check_int(durable_part(bench.durable, bench.part, NULL), 0);
	check(synced_by(bench.journal, before + 1, 60 * NS_PER_SEC));
	check(clock_now() - start >= NS_PER_SEC);
	/* Nothing more is synced until something is told, and then in its time. */
	start = clock_now();
	check_int(durable_renamed(bench.durable, bench.dir, NULL), 0);
	check(synced_by(bench.journal, before + 2, 60 * NS_PER_SEC));
	check(clock_now() - start >= NS_PER_SEC);
	bench_close(&bench);
}

static void batch_with_bad_syncs(void)
{
	struct bench bench;
	struct error err;
	nstime end = clock_now() + 60 * NS_PER_SEC;
	uint64_t before;

	check(scratch_deny(SYS_syncfs, EIO));
	bench_open(&bench, DURABILITY_BATCH);
	before = journal_sequence(bench.journal);
	while (durable_renamed(bench.durable, bench.dir, &err) == 0 &&
		clock_now() < end)
		continue;
	fails(durable_part(bench.durable, bench.part, &err), &err, EIO);
	fails(durable_renamed(bench.durable, bench.dir, &err), &err, EIO);
	fails(durable_sync(bench.durable, &err), &err, EIO);
	check_int(journal_sequence(bench.journal), before);
	bench_close(&bench);
}

static void batches_tell_what_failed(void)
{
	scratch_run_denied(batch_with_bad_syncs, 0, 0);
}

/* All that was told before the sync, and so the next boot has no doubts. */
static void sync_covers_all(void)
{
	for (int mode = DURABILITY_NONE; mode <= DURABILITY_EACH; mode++) {
		struct bench bench;
		struct journal *journal;

		bench_open(&bench, mode);
		begin_file(bench.journal, "large", 100);
		tell_range(bench.journal, 1, 0, 9);
		work(&bench);
		check_int(journal_done(
				  bench.journal, 0, "small", 7, JOURNAL_THERE, 1, NULL),
			0);
		check_int(durable_sync(bench.durable, NULL), 0);
		leave_journal(bench.journal);
		durable_free(bench.durable);
		check_int(close(bench.part), 0);
		check_int(close(bench.dir), 0);

		journal = open_journal(2);
		check_file(journal, "large", "large #1 f1.part 100 7 \"v1\" -: 0-9\n");
		check_int(journal_trust(journal, "small", JOURNAL_THERE, 1),
			JOURNAL_TRUSTED);
		check_int(journal_trust(journal, "unheard", JOURNAL_THERE, 1),
			JOURNAL_TRUSTED);
		end_journal(journal);
	}
	check_int(unlink("part"), 0);
}

#define TELLERS 4

static void *tell_batches(void *context)
{
	struct bench *bench = context;
	long failed = 0;

	for (int i = 0; i < 400; i++) {
		failed += durable_part(bench->durable, bench->part, NULL) < 0;
		failed += journal_done(bench->journal, 0, "a", 7, JOURNAL_THERE, i,
				  NULL) < 0;
		failed += durable_renamed(bench->durable, bench->dir, NULL) < 0;
	}
	return (void *)failed;
}

static void many_tell(void)
{
	struct bench bench;
	pthread_t threads[TELLERS];

	bench_open(&bench, DURABILITY_BATCH);
	for (int i = 0; i < TELLERS; i++)
		check_int(pthread_create(&threads[i], NULL, tell_batches, &bench), 0);
	check_int(durable_sync(bench.durable, NULL), 0);
	for (int i = 0; i < TELLERS; i++) {
		void *failed;

		check_int(pthread_join(threads[i], &failed), 0);
		check(failed == NULL);
	}
	check_int(durable_sync(bench.durable, NULL), 0);
	bench_close(&bench);
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(each_mode_works);
	run_if(scratch_denies(), "no seccomp", none_syncs_nothing);
	run_if(scratch_denies(), "no seccomp", each_says_what_failed);
	run_if(scratch_denies(), "no seccomp", each_syncs_the_journal);
	run_if(scratch_denies(), "no seccomp", batches_by_number);
	run(batches_by_time);
	run_if(scratch_denies(), "no seccomp", batches_tell_what_failed);
	run(sync_covers_all);
	run(many_tell);
	scratch_leave();
	return done();
}
