/* test_journal_boot.c - the machine was started anew between two sessions: what is believed
 * then, and what is not. */
#include <sys/syscall.h>

#include "journaling.h"
#include "store/journal_reader.h"
#include "store/journal_writer.h"

static struct journal *open_as(int boot, enum durability durability)
{
	struct error err;
	struct journal *journal = try_open(boot, durability, false, &err);

	need(journal != NULL, err.text);
	return journal;
}

static void finish(struct journal *journal, const char *path, int64_t size)
{
	check_int(journal_done(journal, 0, path, 7, JOURNAL_THERE, size, NULL), 0);
}

static void sync_now(struct journal *journal)
{
	check_int(journal_synced(journal, journal_sequence(journal), NULL), 0);
}

static void trusts(struct journal *journal, const char *path, int64_t size,
	enum journal_trust want)
{
	check_int(journal_trust(journal, path, JOURNAL_THERE, size), want);
}

static void without_syncs(void)
{
	struct journal *journal = open_journal(1);
	uint64_t id = begin_file(journal, "large", 100);

	tell_range(journal, id, 0, 49);
	finish(journal, "small", 5);
	trusts(journal, "small", 5, JOURNAL_TRUSTED);
	trusts(journal, "never heard of", 5, JOURNAL_TRUSTED);
	leave_journal(journal);

	/* The same boot: the process was killed. */
	journal = open_journal(1);
	check_file(journal, "large", "large #1 f1.part 100 7 \"v1\" -: 0-49\n");
	trusts(journal, "small", 5, JOURNAL_TRUSTED);
	trusts(journal, "small", 6, JOURNAL_TRUSTED);
	trusts(journal, "never heard of", 5, JOURNAL_TRUSTED);
	leave_journal(journal);

	journal = open_journal(2);
	check_file(journal, "large", "");
	check(!journal_has_part(journal, "f1.part"));
	trusts(journal, "small", 5, JOURNAL_SAME_SIZE);
	trusts(journal, "small", 0, JOURNAL_OTHER_SIZE);
	trusts(journal, "never heard of", 5, JOURNAL_NO_RECORD);
	/* An id that somebody may know is not given out again. */
	check_int(begin_file(journal, "large", 100), 2);
	end_journal(journal);
}

static void with_a_sync(void)
{
	struct journal *journal = open_as(1, DURABILITY_BATCH);
	uint64_t large = begin_file(journal, "large", 100);
	uint64_t later = begin_file(journal, "later", 100);
	uint64_t upto;

	tell_range(journal, large, 0, 9);
	finish(journal, "small", 5);
	upto = journal_sequence(journal);
	/* While the sync runs: */
	tell_range(journal, large, 20, 29);
	tell_range(journal, later, 0, 9);
	finish(journal, "late", 6);
	check_int(journal_synced(journal, upto, NULL), 0);
	leave_journal(journal);

	journal = open_as(2, DURABILITY_BATCH);
	check_file(journal, "large", "large #1 f1.part 100 7 \"v1\" -: 0-9\n");
	check_file(journal, "later", "");
	trusts(journal, "small", 5, JOURNAL_TRUSTED);
	trusts(journal, "small", 4, JOURNAL_OTHER_SIZE);
	trusts(journal, "late", 6, JOURNAL_SAME_SIZE);
	trusts(journal, "never heard of", 5, JOURNAL_NO_RECORD);
	end_journal(journal);
}

/* A sync is of what was there at the time: not of what another boot had lost before. */
static void a_sync_does_not_bring_back(void)
{
	struct journal *journal = open_journal(1);
	uint64_t id = begin_file(journal, "large", 100);

	tell_range(journal, id, 0, 9);
	sync_now(journal);
	tell_range(journal, id, 10, 19);
	finish(journal, "lost", 5);
	finish(journal, "seen", 6);
	leave_journal(journal);

	journal = open_journal(2);
	tell_range(journal, id, 50, 59);
	finish(journal, "seen", 6);
	sync_now(journal);
	tell_range(journal, id, 80, 89);
	leave_journal(journal);

	for (int boot = 2; boot <= 3; boot++) {
		journal = open_journal(boot);
		check_file(journal, "large",
			boot == 2 ? "large #1 f1.part 100 7 \"v1\" -: 0-9 50-59 80-89\n"
				  : "large #1 f1.part 100 7 \"v1\" -: 0-9 50-59\n");
		trusts(journal, "lost", 5, JOURNAL_SAME_SIZE);
		trusts(journal, "seen", 6, JOURNAL_TRUSTED);
		leave_journal(journal);
	}
	end_journal(open_journal(3));
}

/* What the last record of a file says counts: it was fetched again, or checked. */
static void the_last_word(void)
{
	struct journal *journal = open_journal(1);

	finish(journal, "twice", 5);
	sync_now(journal);
	finish(journal, "twice", 5);
	leave_journal(journal);
	journal = open_journal(2);
	trusts(journal, "twice", 5, JOURNAL_SAME_SIZE);
	finish(journal, "twice", 5);
	leave_journal(journal);
	journal = open_journal(2);
	trusts(journal, "twice", 5, JOURNAL_TRUSTED);
	leave_journal(journal);
	journal = open_journal(3);
	trusts(journal, "twice", 5, JOURNAL_SAME_SIZE);
	end_journal(journal);
}

static void each(void)
{
	struct journal *journal = open_as(1, DURABILITY_EACH);
	uint64_t id = begin_file(journal, "large", 100);

	tell_range(journal, id, 0, 9);
	finish(journal, "small", 5);
	leave_journal(journal);
	/* Another mode in the same job. */
	journal = open_journal(1);
	tell_range(journal, id, 20, 29);
	leave_journal(journal);

	journal = open_journal(2);
	check_file(journal, "large", "large #1 f1.part 100 7 \"v1\" -: 0-9\n");
	trusts(journal, "small", 5, JOURNAL_TRUSTED);
	end_journal(journal);
}

/* Stopped, all synced, shut down: nothing is in doubt, not even what was never recorded. */
static void stopped_in_order(void)
{
	struct journal *journal = open_journal(1);
	uint64_t id;

	finish(journal, "killed before", 1);
	leave_journal(journal);
	journal = open_journal(1);
	id = begin_file(journal, "large", 100);
	tell_range(journal, id, 0, 9);
	sync_now(journal);
	leave_journal(journal);

	journal = open_journal(2);
	check_file(journal, "large", "large #1 f1.part 100 7 \"v1\" -: 0-9\n");
	trusts(journal, "killed before", 1, JOURNAL_TRUSTED);
	trusts(journal, "never heard of", 5, JOURNAL_TRUSTED);
	/* This session is not stopped in order. */
	finish(journal, "killed", 1);
	leave_journal(journal);

	journal = open_journal(3);
	trusts(journal, "killed before", 1, JOURNAL_TRUSTED);
	trusts(journal, "killed", 1, JOURNAL_SAME_SIZE);
	trusts(journal, "never heard of", 5, JOURNAL_NO_RECORD);
	sync_now(journal);
	leave_journal(journal);
	journal = open_journal(4);
	trusts(journal, "killed", 1, JOURNAL_SAME_SIZE);
	end_journal(journal);
}

static void cannot_sync(void)
{
	struct error err;

	check(scratch_deny(SYS_fdatasync, EIO));
	check(try_open(2, DURABILITY_NONE, false, &err) == NULL);
	check_int(err.code, EIO);
}

static void need_not_sync(void)
{
	check(scratch_deny(SYS_fdatasync, EIO));
	leave_journal(open_journal(2));
}

/* That it was stopped in order must not be what the disk says when power goes later on, even
 * where nothing else is synced. */
static void takes_it_back(void)
{
	struct journal *journal = open_journal(1);

	finish(journal, "a", 1);
	sync_now(journal);
	leave_journal(journal);
	scratch_run_denied(cannot_sync, 0, 0);
	scratch_run_denied(need_not_sync, 0, 0);
	end_journal(open_journal(1));
}

/* Something was told after the sync. */
static void stopped_too_late(void)
{
	struct journal *journal = open_journal(1);

	finish(journal, "a", 1);
	sync_now(journal);
	finish(journal, "b", 2);
	leave_journal(journal);
	journal = open_journal(2);
	trusts(journal, "a", 1, JOURNAL_TRUSTED);
	trusts(journal, "b", 2, JOURNAL_SAME_SIZE);
	trusts(journal, "c", 3, JOURNAL_NO_RECORD);
	end_journal(journal);
}

/* The disk was in another machine meanwhile, so it was taken out of this one. */
static void came_back(void)
{
	struct journal *journal = open_journal(1);

	finish(journal, "a", 1);
	leave_journal(journal);
	leave_journal(open_journal(2));
	journal = open_journal(1);
	trusts(journal, "a", 1, JOURNAL_SAME_SIZE);
	end_journal(journal);
}

/* The system does not say which boot this is: it may be another each time. */
static void nobody_knows(void)
{
	struct journal *journal = open_journal(0);

	finish(journal, "a", 1);
	trusts(journal, "a", 1, JOURNAL_TRUSTED);
	leave_journal(journal);
	journal = open_journal(0);
	trusts(journal, "a", 1, JOURNAL_SAME_SIZE);
	end_journal(journal);
}

/* The journal itself did not come to the disk: what was done under it is unknown, also to
 * those who find the new one. */
static void the_journal_is_lost(void)
{
	static const char *const left[] = {"", "seine", "\0\0\0\0\0\0",
		"rubbish, rubbish", JOURNAL_MAGIC, JOURNAL_MAGIC "and then rubbish"};

	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		struct journal *journal;

		(void)workdir_fd();
		check(scratch_write(JOURNAL_PATH, left[i]));
		journal = open_journal(1);
		trusts(journal, "a", 1, JOURNAL_NO_RECORD);
		check(journal_find(journal, "a") == NULL);
		finish(journal, "b", 2);
		leave_journal(journal);
		journal = open_journal(1);
		trusts(journal, "a", 1, JOURNAL_NO_RECORD);
		trusts(journal, "b", 2, JOURNAL_TRUSTED);
		end_journal(journal);
	}
}

/* Written anew, a journal says the same: of this boot and of others. */
static void written_anew(void)
{
	for (int boot = 1; boot <= 3; boot++) {
		struct journal *journal = open_journal(1);
		uint64_t gone = begin_file(journal, "gone", -1);
		uint64_t id = begin_file(journal, "large", 100);
		struct stat info;

		for (int i = 0; i < 30000; i++)
			tell_range(journal, gone, i, i);
		check_int(journal_drop(journal, gone, NULL), 0);
		tell_range(journal, id, 0, 9);
		finish(journal, "synced", 5);
		sync_now(journal);
		tell_range(journal, id, 20, 29);
		finish(journal, "not synced", 6);
		leave_journal(journal);

		journal = open_journal(boot == 3 ? 1 : boot);
		check_int(stat(JOURNAL_PATH, &info), 0);
		check(info.st_size < 1000);
		trusts(journal, "synced", 5, JOURNAL_TRUSTED);
		trusts(journal, "not synced", 6,
			boot == 2 ? JOURNAL_SAME_SIZE : JOURNAL_TRUSTED);
		leave_journal(journal);

		journal = open_journal(boot);
		check_file(journal, "large",
			boot == 1 ? "large #2 f2.part 100 7 \"v1\" -: 0-9 20-29\n"
				  : "large #2 f2.part 100 7 \"v1\" -: 0-9\n");
		trusts(journal, "synced", 5, JOURNAL_TRUSTED);
		trusts(journal, "not synced", 6,
			boot == 1 ? JOURNAL_TRUSTED : JOURNAL_SAME_SIZE);
		trusts(journal, "never heard of", 6,
			boot == 1 ? JOURNAL_TRUSTED : JOURNAL_NO_RECORD);
		end_journal(journal);
	}
}

/* What the last boot has lost is not carried on. */
static void written_anew_without_the_lost(void)
{
	struct journal *journal = open_journal(1);
	uint64_t id = begin_file(journal, "large", 30000);
	struct stat info;

	tell_range(journal, id, 0, 9);
	sync_now(journal);
	for (int i = 0; i < 30000; i++)
		tell_range(journal, id, i, i);
	leave_journal(journal);
	journal = open_journal(2);
	check_file(journal, "large", "large #1 f1.part 30000 7 \"v1\" -: 0-9\n");
	check_int(stat(JOURNAL_PATH, &info), 0);
	check(info.st_size < 1000);
	end_journal(journal);
}

/* A process that opened the journal as it is, and was killed at once. */
static void append_session(int boot)
{
	struct boot_id id = {.bytes = {[15] = (unsigned char)boot}};
	struct journal_writer writer = JOURNAL_WRITER_INIT;
	int fd = open(JOURNAL_PATH, O_RDWR | O_APPEND | O_CLOEXEC), result;
	struct journal_reader *reader = journal_reader_new(fd, &result);
	struct record record;

	while (journal_reader_next(reader, &record) > 0)
		continue;
	journal_writer_resume(&writer, fd, journal_reader_end(reader),
		journal_reader_sequence(reader), journal_reader_salt(reader));
	journal_reader_free(reader);
	journal_writer_add_session(&writer, &id);
	check_int(journal_writer_flush(&writer), 0);
	journal_writer_release(&writer);
}

/* Stopped in order, gone on with, and killed: that must not get lost when it is written anew,
 * although the killed session told nothing. */
static void written_anew_after_an_end(void)
{
	struct journal *journal = open_journal(1);
	uint64_t gone = begin_file(journal, "gone", -1);

	for (int i = 0; i < 30000; i++)
		tell_range(journal, gone, i, i);
	check_int(journal_drop(journal, gone, NULL), 0);
	sync_now(journal);
	leave_journal(journal);
	append_session(1);
	for (int i = 0; i < 2; i++) {
		struct stat info;

		journal = open_journal(2);
		check_int(stat(JOURNAL_PATH, &info), 0);
		check(info.st_size < 1000);
		trusts(journal, "a", 1, JOURNAL_NO_RECORD);
		leave_journal(journal);
	}
	end_journal(open_journal(2));
}

/* A run that goes on with nothing (--no-resume) says nothing of what another one has finished, which
 * the machine may lose yet; also when it is killed at once. */
static void begun_anew(void)
{
	for (int told = 0; told < 2; told++) {
		struct journal *journal = open_journal(1);

		finish(journal, "small", 5);
		leave_journal(journal); /* killed */
		journal = open_journal(1);
		check_int(journal_end_jobs(journal, false, NULL), 0);
		if (told)
			finish(journal, "other", 6);
		leave_journal(journal); /* killed */

		journal = open_journal(2);
		trusts(journal, "small", 5, JOURNAL_SAME_SIZE);
		trusts(journal, "small", 0, JOURNAL_OTHER_SIZE);
		end_journal(journal);
	}
}

/* A job is over, and the journal stays for another one's file: what was finished before is not
 * asked about, nor doubted, whatever boots it was in; also when the journal is written anew. */
static void a_job_is_over(void)
{
	for (int large = 0; large < 2; large++) {
		struct journal *journal = open_journal(1);
		uint64_t id = begin_file(journal, "large", 100);
		uint64_t gone = begin_file(journal, "gone", -1);

		tell_range(journal, id, 0, 9);
		finish(journal, "before", 5);
		sync_now(journal);
		finish(journal, "unsynced", 5);
		for (int i = 0; large && i < 30000; i++)
			tell_range(journal, gone, i, i);
		leave_journal(journal); /* killed */

		journal = open_journal(2);
		trusts(journal, "before", 5, JOURNAL_TRUSTED);
		trusts(journal, "lost", 5, JOURNAL_NO_RECORD);
		check_int(journal_drop(journal, gone, NULL), 0);
		check(journal_doubts(journal));
		finish(journal, "unsynced", 5);
		check(!journal_doubts(journal));
		check_int(journal_end_jobs(journal, true, NULL), 0);
		trusts(journal, "lost", 5, JOURNAL_TRUSTED);
		leave_journal(journal);

		journal = open_journal(3);
		check_file(journal, "large", "large #1 f1.part 100 7 \"v1\" -: 0-9\n");
		trusts(journal, "lost", 5, JOURNAL_TRUSTED);
		leave_journal(journal); /* killed, and a job had begun */

		journal = open_journal(4);
		check(!journal_finished(journal, "before", 7, JOURNAL_THERE));
		finish(journal, "after", 5);
		trusts(journal, "lost", 5, JOURNAL_NO_RECORD);
		end_journal(journal);
	}
}

/* What one job may have lost is in doubt until its own command has looked at it, however many others
 * end or begin meanwhile, in whatever boot; but none of it counts as finished any more. */
static void another_job_is_over(void)
{
	for (int large = 0; large < 2; large++) {
		struct journal *journal = open_journal(1);
		uint64_t gone = begin_file(journal, "gone", -1);
		struct error err;
		struct stat info;

		finish(journal, "synced", 5);
		sync_now(journal);
		finish(journal, "mine", 5);
		finish(journal, "mine, too", 5);
		for (int i = 0; large && i < 30000; i++)
			tell_range(journal, gone, i, i);
		leave_journal(journal);

		for (int boot = 2; boot < 5; boot++) {
			journal = try_open(boot, DURABILITY_NONE, true, &err);
			check_int(stat(JOURNAL_PATH, &info), 0);
			check(info.st_size < 1000);
			check(journal_finished(journal, "mine", 7, JOURNAL_THERE) ==
				(boot == 2));
			check(!journal_finished(journal, "other", 7, JOURNAL_THERE));
			trusts(journal, "synced", 5, JOURNAL_TRUSTED);
			trusts(journal, "mine", 5, JOURNAL_SAME_SIZE);
			trusts(journal, "mine, too", 0, JOURNAL_OTHER_SIZE);
			trusts(journal, "lost", 5, JOURNAL_NO_RECORD);
			if (boot == 2)
				check_int(journal_drop(journal, gone, NULL), 0);
			finish(journal, "other", boot);
			sync_now(journal);
			check(journal_doubts(journal));
			/* The one before the last has not come to its end. */
			check_int(journal_end_jobs(journal, boot != 3, NULL), 0);
			check(journal_doubts(journal));
			leave_journal(journal);
		}
		journal = open_journal(5);
		finish(journal, "mine", 6);
		trusts(journal, "mine", 6, JOURNAL_TRUSTED);
		check(journal_doubts(journal));
		leave_journal(journal); /* killed */
		journal = open_journal(5);
		finish(journal, "mine, too", 5);
		check(!journal_doubts(journal));
		trusts(journal, "lost", 5, JOURNAL_NO_RECORD);
		check_int(journal_end_jobs(journal, true, NULL), 0);
		trusts(journal, "lost", 5, JOURNAL_TRUSTED);
		leave_journal(journal);
		journal = open_journal(6);
		trusts(journal, "lost", 5, JOURNAL_TRUSTED);
		end_journal(journal);
	}
}

/* The real one is there, and the same each time. */
static void asks_the_system(void)
{
	struct journal_setup setup = {.workdir = workdir_fd()};
	struct journal *journal = journal_open(&setup, NULL);

	finish(journal, "a", 1);
	leave_journal(journal);
	journal = journal_open(&setup, NULL);
	trusts(journal, "a", 1, JOURNAL_TRUSTED);
	leave_journal(journal);
	journal = open_journal(9);
	trusts(journal, "a", 1, JOURNAL_SAME_SIZE);
	end_journal(journal);
}

/* Told and synced at random, in boots at random: exactly what must have survived is believed.
 * One file of 64 bytes. */
static void believes_just_enough(void)
{
	unsigned seed = 17;

	for (int life = 0; life < 200; life++) {
		uint64_t told = 0, safe = 0;
		int boot = 1;

		for (int session = 0; session < 6; session++) {
			struct journal *journal = open_journal(boot);
			const struct journal_file *file = journal_find(journal, "f");
			uint64_t id = file ? file->id : 0, found = 0;

			for (size_t i = 0; file && i < file->n_ranges; i++)
				for (int64_t k = file->ranges[i].first;
					k <= file->ranges[i].last; k++)
					found |= UINT64_C(1) << k;
			check(found == told);
			if (!id)
				id = begin_file(journal, "f", 64);
			for (int i = rand_r(&seed) % 6; i > 0; i--) {
				int at = rand_r(&seed) % 64;

				tell_range(journal, id, at, at);
				told |= UINT64_C(1) << at;
				if (rand_r(&seed) % 4 == 0) {
					sync_now(journal);
					safe = told;
				}
			}
			leave_journal(journal);
			if (rand_r(&seed) % 2) {
				boot++;
				told = safe;
			}
		}
		end_journal(open_journal(boot));
	}
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(without_syncs);
	run(with_a_sync);
	run(a_sync_does_not_bring_back);
	run(the_last_word);
	run(each);
	run(stopped_in_order);
	run_if(scratch_denies(), "no seccomp", takes_it_back);
	run(stopped_too_late);
	run(came_back);
	run(nobody_knows);
	run(the_journal_is_lost);
	run(written_anew);
	run(written_anew_without_the_lost);
	run(written_anew_after_an_end);
	run(begun_anew);
	run(a_job_is_over);
	run(another_job_is_over);
	run_if(scratch_there("/proc/sys/kernel/random/boot_id"), "no boot_id",
		asks_the_system);
	run(believes_just_enough);
	scratch_leave();
	return done();
}
