/* test_sched_chunks.c - the scheduler's decisions about files that come in several attempts: how
 * many at once, and how they end. What fails is in test_sched_trouble.c. */
#include "chunked.h"

static void chunk_by_chunk(void)
{
	struct bench *bench = begun(5);

	bring(bench, 1, -1);
	turn(bench);
	bring(bench, 0, -1);
	turn(bench);
	check_int(bench->n_flying, 3);
	for (int i = 0; i < 3; i++) {
		bring(bench, 0, -1);
		turn(bench);
	}
	check_int(bench->n_flying, 1);
	check_log(bench, "f1 s1 f1 s1 f1 f1 f1 s1");
	check(bench->flying[0]->origin == NULL);
	bench->now += SEC;
	commit(bench, 0);
	check_int(bench->history.attempts, 5); /* a commit asks nobody */
	check_int(bench->history.retries, 0);
	check_int(bench->size_download, 5 * MIB);
	finished(bench, "f1 D1");
}

static void limits_hold_for_chunks(void)
{
	struct bench *bench = bench_chunks(2);

	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 10 * MIB);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 2); /* --jobs */
	bench_free(bench);
	bench = bench_chunks(8);
	bench->settings.per_host = 1;
	add(bench, "http://a.test/1");
	add(bench, "http://b.test/2");
	turn(bench);
	answer(bench, 0, 10 * MIB);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 2);
	bring(bench, 0, -1);
	turn(bench);
	check_log(bench, "s1 s2 f1 s1");
	bench_free(bench);
}

/* Its chunks come before what is not begun, but no server waits for another's file. */
static void what_is_begun_comes_first(void)
{
	struct bench *bench = bench_chunks(2);

	add(bench, "http://a.test/1");
	add(bench, "http://a.test/2");
	bench->settings.jobs = 1;
	turn(bench);
	answer(bench, 0, 2 * MIB);
	turn(bench);
	bring(bench, 0, -1);
	turn(bench);
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	turn(bench);
	check_log(bench, "s1 f1 s1 f1 s1 f1 D1 s2");
	bench_free(bench);
}

/* More attempts of it fly than files are known: the input is read on all the same. */
static void input_that_comes_later(void)
{
	struct bench *bench = bench_chunks(8);

	bench->idle = SOURCE_AGAIN;
	bench->fd = 7;
	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 9 * MIB);
	turn(bench);
	check_log(bench, "s1 s1 s1");
	check_int(sched_input_fd(bench->sched), 7);
	add(bench, "http://b.test/2");
	turn(bench);
	check_log(bench, "s2");
	bench_free(bench);
}

/* It has its last word while others fly: they are ended, and heard of no more. */
static void given_up_while_others_fly(void)
{
	struct bench *bench = begun(9);
	uint64_t before = sched_cancelled(bench->sched);

	add(bench, "http://b.test/2");
	fail(bench, 0, KIND_EXISTS);
	check_log(bench, "f1 F1");
	check_int(bench->failed, KIND_EXISTS);
	check(sched_cancelled(bench->sched) != before);
	check(atomic_load(&bench->flying[0]->cancelled));
	check_int(turn(bench), SCHED_WAIT); /* nothing more of it is started */
	bring(bench, 0, -1);
	answer(bench, 0, 9 * MIB); /* too late */
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_NETWORK);
	finished(bench, "f1 f1");
}

static void disk_full(void)
{
	struct bench *bench = begun(9);

	fail(bench, 0, KIND_DISK);
	fail(bench, 0, KIND_INTERRUPTED);
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_INTERRUPTED);
	check_int(bench->failed, KIND_DISK);
	finished(bench, "f1 F1 f1 f1");
}

static void drained(void)
{
	struct bench *bench = begun(9);

	sched_drain(bench->sched);
	bring(bench, 0, -1);
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_INTERRUPTED);
	fail(bench, 0, KIND_INTERRUPTED);
	turn(bench);
	check_int(bench->failed, KIND_INTERRUPTED);
	bench_free(bench);
}

/* What has come whole by then gets its name. */
static void drained_when_all_is_there(void)
{
	struct bench *bench = begun(3);

	sched_drain(bench->sched);
	for (int i = 0; i < 3; i++)
		bring(bench, 0, -1);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->flying[0]->work, WORK_COMMIT);
	succeed(bench, 0);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->failed, KIND_NONE);
	bench_free(bench);
}

/* Nobody waits for anything: what is on its way is cut in two until the jobs are busy. */
static void idle_jobs_help(void)
{
	struct bench *bench = bench_chunks(8);

	bench->settings.chunk_size = 16 * MIB;
	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 17 * MIB);
	turn(bench);
	check_int(bench->n_flying, 3);
	check_int(atomic_load(&bench->flying[0]->last), 8 * MIB - 1);
	check_int(bench->flying[2]->asked.first, 8 * MIB);
	for (int i = 0; i < 3; i++)
		bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	finished(bench, "s1 s1 s1 f1 f1 f1 s1 f1 D1");
	/* But not while others wait for the jobs. */
	bench = bench_chunks(2);
	bench->settings.chunk_size = 16 * MIB;
	add(bench, "http://a.test/1");
	add(bench, "http://a.test/2");
	add(bench, "http://a.test/3");
	turn(bench);
	answer(bench, 0, 16 * MIB);
	fail(bench, 1, KIND_EXISTS);
	turn(bench);
	check_log(bench, "s1 s2 f2 F2 s3");
	check_int(atomic_load(&bench->flying[0]->last), 16 * MIB - 1);
	bench_free(bench);
}

/* One that stands still is ended after a second or two, and its rest is asked for again. */
static void stalled_ones_are_rescued(void)
{
	struct bench *bench = bench_chunks(8);
	uint64_t before;

	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 2 * MIB);
	turn(bench);
	check_int(bench->n_flying, 2);
	before = sched_cancelled(bench->sched);
	check(bench->wake <= bench->now + SEC);
	bench->now += SEC / 2;
	bring(bench, 0, -1);
	for (int looks = 0; looks < 5 && before == sched_cancelled(bench->sched);
		looks++) {
		check_int(turn(bench), SCHED_WAIT);
		check(bench->wake > bench->now && bench->wake <= bench->now + SEC);
		bench->now = bench->wake;
	}
	check(before != sched_cancelled(bench->sched));
	check(atomic_load(&bench->flying[0]->cancelled));
	check(bench->now <= 1004 * SEC);
	fail_written(bench, 0, KIND_INTERRUPTED, 1000);
	turn(bench);
	check_int(bench->flying[0]->asked.first, MIB + 1000);
	check_log(bench, "s1 s1 f1 f1 s1"); /* no retry: nobody has failed */
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	finished(bench, "f1 s1 f1 D1");
}

/* Where each chunk is sent on, the way is gone once. */
static void redirected_chunks(void)
{
	struct bench *bench = begun(9);

	send_on(bench, 0, "http://b.test/x", false);
	send_on(bench, 0, "http://b.test/x", false);
	send_on(bench, 0, "http://c.test/y", false);
	turn(bench);
	check_log(bench, "f1 >1 f1 f1 s1 s1 s1");
	for (size_t i = 0; i < bench->n_flying; i++)
		check_str(bench->flying[i]->url, "http://b.test/x");
	/* What was written before stays. */
	check_int(bench->flying[0]->generation, 0);
	check(bench->flying[0]->ranged);
	bench_free(bench);
}

/* What a redirect has led to may be good for some minutes only: then the way begins anew. Of a place
 * that never had the file, and of the first URL itself, an error is the last word. */
static void a_way_that_ends(void)
{
	struct bench *bench = bench_chunks(1);

	add(bench, "http://a.test/1");
	turn(bench);
	send_on(bench, 0, "http://b.test/x", false);
	turn(bench);
	answer(bench, 0, 4 * MIB);
	bring(bench, 0, -1);
	turn(bench);
	check_str(bench->flying[0]->url, "http://b.test/x");
	check_log(bench, "s1 f1 >1 s1 f1 s1");
	refuse(bench, 0, 403, -1);
	bench->now += SEC;
	turn(bench);
	check_str(bench->flying[0]->url, "http://a.test/1");
	check_int(bench->flying[0]->asked.first, MIB);
	send_on(bench, 0, "http://c.test/y", false);
	turn(bench);
	answer(bench, 0, 4 * MIB);
	bring(bench, 0, -1);
	turn(bench);
	check_str(bench->flying[0]->url, "http://c.test/y");
	check_log(bench, "f1 r1 s1 f1 >1 s1 f1 s1");
	refuse(bench, 0, 404, -1);
	bench->now += SEC;
	turn(bench);
	send_on(bench, 0, "http://d.test/z", false);
	turn(bench);
	refuse(bench, 0, 403, -1);
	finished(bench, "f1 r1 s1 f1 >1 s1 f1 F1");
}

/* All bytes are there from an earlier run: nobody is asked. */
static void only_the_name_is_missing(void)
{
	static const struct range all = {0, 5 * MIB - 1};
	struct bench *bench = bench_chunks(8);
	struct entry *entry = add(bench, "http://a.test/1");

	entry->resume = xcalloc(1, sizeof(*entry->resume) + sizeof(all));
	entry->resume->version = (struct version){
		.size = 5 * MIB, .etag = xstrdup("\"v1\""), .mtime = -1};
	entry->resume->n_ranges = 1;
	entry->resume->ranges[0] = all;
	turn(bench);
	check_int(bench->n_flying, 1);
	commit(bench, 0);
	check_int(bench->history.attempts, 0);
	finished(bench, "s1 f1 D1");
}

/* What is missing of a file is cut up only where nothing else waits to be started. */
static void the_rest_is_shared(void)
{
	for (int waiting = 0; waiting < 2; waiting++) {
		struct bench *bench = bench_chunks(2);

		bench->settings.split = 2;
		bench->settings.chunk_size = 0;
		add(bench, "http://a.test/1");
		add(bench, "http://b.test/2");
		if (waiting)
			add(bench, "http://a.test/3");
		turn(bench);
		answer(bench, 0, 40 * MIB);
		bench->now += SEC;
		bring(bench, 0, -1); /* 8 MiB: the other 32 would come in 4 s */
		turn(bench);
		check_int(bench->n_flying, 2);
		check_int(range_length(bench->flying[1]->asked),
			waiting ? 32 * MIB : 16 * MIB);
		bench_free(bench);
	}
}

int main(void)
{
	run(chunk_by_chunk);
	run(limits_hold_for_chunks);
	run(what_is_begun_comes_first);
	run(the_rest_is_shared);
	run(input_that_comes_later);
	run(given_up_while_others_fly);
	run(disk_full);
	run(drained);
	run(drained_when_all_is_there);
	run(idle_jobs_help);
	run(stalled_ones_are_rescued);
	run(redirected_chunks);
	run(a_way_that_ends);
	run(only_the_name_is_missing);
	return done();
}
