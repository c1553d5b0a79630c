/* test_sched_trouble.c - attempts at a file in chunks that fail: whose failure counts, what begins
 * anew, and what must come to an end. */
#include "chunked.h"

/* As long as something comes of it and stays, it goes on, however often it breaks. */
static void failures_with_progress(void)
{
	struct bench *bench = bench_chunks(1);

	bench->settings.split = 2;
	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 3 * MIB);
	for (int i = 0; i < 40; i++) {
		fail_written(bench, 0, KIND_NETWORK, 1000);
		check(bench->waited <= SEC); /* it does not get longer, either */
		bench->now += 2 * SEC;
		check_int(turn(bench), SCHED_WAIT);
	}
	check_int(bench->n_flying, 1);
	check_int(bench->flying[0]->asked.first, 40 * 1000);
	/* It has failed once since then; three times is too much. */
	for (int i = 0; i < 2; i++) {
		check_int(bench->n_flying, 1);
		bench->now += 20 * SEC;
		fail(bench, 0, KIND_NETWORK);
		bench->now += 20 * SEC;
		turn(bench);
	}
	buf_clear(&bench->log);
	check_int(bench->failed, KIND_NETWORK);
	finished(bench, "");
}

/* What does not stay is no progress: a stream that always breaks must come to an end. */
static void streams_without_progress(void)
{
	struct bench *bench = bench_chunks(1);
	int attempts = 0;

	add(bench, "http://a.test/1");
	while (turn(bench) != SCHED_FINISHED && attempts < 20) {
		if (bench->n_flying == 1) {
			attempts++;
			answer_whole(bench, 0, 10 * MIB);
			fail_written(bench, 0, KIND_TRUNCATED, 5 * MIB);
		}
		bench->now += 20 * SEC;
	}
	check_int(attempts, 3);
	check_int(bench->failed, KIND_TRUNCATED);
	bench_free(bench);
}

/* Bytes that are wrong in another way each time; the chunks themselves came well. */
static void wrong_as_a_whole(void)
{
	struct bench *bench = bench_chunks(1);
	uint64_t commits = 0;

	add(bench, "http://a.test/1");
	while (turn(bench) != SCHED_FINISHED && commits < 20) {
		if (bench->n_flying == 0) {
			bench->now += 20 * SEC;
			continue;
		}
		if (bench->flying[0]->work == WORK_COMMIT) {
			struct outcome outcome;

			outcome_init(&outcome);
			outcome.type = OUTCOME_FAILED;
			outcome.kind = KIND_CHECKSUM;
			outcome.wrong_digest = ++commits;
			finish(bench, 0, &outcome);
		} else {
			if (bench->flying[0]->ranged)
				answer(bench, 0, 2 * MIB);
			else
				answer_whole(bench, 0, 2 * MIB);
			bring(bench, 0, 2 * MIB);
		}
	}
	check_int(commits, 3);
	check_int(bench->failed, KIND_CHECKSUM);
	bench_free(bench);
}

/* The server went down: all that was on its way breaks at once, and that is one try. */
static void one_trouble_is_one_try(void)
{
	struct bench *bench = begun(9);

	for (int rounds = 1; rounds <= 3; rounds++) {
		while (bench->n_flying > 0)
			fail(bench, 0, KIND_CONNECT);
		bench->now += 20 * SEC;
		check_int(turn(bench), rounds < 3 ? SCHED_WAIT : SCHED_FINISHED);
		if (rounds < 3)
			check_int(bench->n_flying, 3);
		bench->now += SEC;
	}
	check_int(bench->history.retries, 2);
	bench_free(bench);
}

/* ... and it is the trouble of the mirror that they were made at, not of the others. */
static void trouble_of_another_mirror(void)
{
	struct bench *bench = bench_chunks(8);

	add(bench, "http://a.test/1");
	strings_add(&bench->ready[0]->urls, "http://b.test/1");
	turn(bench);
	answer(bench, 0, 9 * MIB);
	turn(bench);
	check_str(bench->flying[0]->url, "http://a.test/1");
	check_str(bench->flying[1]->url, "http://b.test/1");
	check_str(bench->flying[2]->url, "http://a.test/1");
	bench->now += SEC;
	refuse(bench, 0, 403, -1);
	turn(bench); /* one more at the other mirror */
	refuse(bench, 1, 403, -1);
	turn(bench);
	check_int(bench->n_flying, 3);
	for (size_t i = 0; i < bench->n_flying; i++)
		check_str(bench->flying[i]->url, "http://b.test/1");
	check_log(bench, "s1 s1 s1 f1 r1 s1 f1 s1");
	bench_free(bench);
}

/* The file is another one now: what is on its way is ended, and all begins anew. */
static void a_file_that_changes(void)
{
	struct bench *bench = begun(9);
	uint64_t before = sched_cancelled(bench->sched);

	fail(bench, 1, KIND_CHANGED);
	check_int(bench->waited, 0);
	check(sched_cancelled(bench->sched) != before);
	turn(bench);
	check_log(bench, "f1 r1 s1");
	check_int(bench->n_flying, 3);
	check(atomic_load(&bench->flying[0]->cancelled));
	check(atomic_load(&bench->flying[1]->cancelled));
	check_int(bench->flying[2]->asked.first, 0);
	check_int(bench->flying[2]->generation, 1);
	/* What the old ones come to says nothing. */
	fail(bench, 0, KIND_CHANGED);
	bring(bench, 0, -1);
	turn(bench);
	check_log(bench, "f1 f1");
	answer(bench, 0, 1 * MIB);
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	check_int(bench->history.retries, 1);
	finished(bench, "f1 s1 f1 D1");
}

/* One that changes all the time comes as one stream in the end, or not at all. */
static void a_file_that_changes_all_the_time(void)
{
	struct bench *bench = bench_chunks(8);
	int rounds = 0;

	add(bench, "http://a.test/1");
	while (turn(bench) != SCHED_FINISHED && rounds < 50) {
		if (bench->n_flying == 0) {
			bench->now += 20 * SEC;
			continue;
		}
		rounds++;
		if (!bench->flying[0]->ranged) {
			answer_whole(bench, 0, 9 * MIB);
			bring(bench, 0, 9 * MIB);
			turn(bench);
			commit(bench, 0);
			continue;
		}
		answer(bench, 0, 9 * MIB);
		turn(bench);
		fail(bench, 1, KIND_CHANGED);
		while (bench->n_flying > 0)
			fail(bench, 0, KIND_INTERRUPTED);
	}
	check(rounds > 2 && rounds < 10);
	check_int(bench->failed, KIND_NONE);
	bench_free(bench);
}

/* A server that lies about ranges is asked for none. */
static void ranges_that_lie(void)
{
	struct bench *bench = begun(9);

	fail(bench, 2, KIND_RANGE);
	turn(bench);
	check_int(bench->n_flying, 3);
	check(!bench->flying[2]->ranged);
	fail(bench, 0, KIND_NETWORK);
	fail(bench, 0, KIND_NETWORK);
	answer_whole(bench, 0, 9 * MIB);
	bring(bench, 0, 9 * MIB);
	turn(bench);
	commit(bench, 0);
	finished(bench, "f1 r1 s1 f1 f1 f1 s1 f1 D1");
}

/* The commit meets something that passes: the file is fetched again, never named unread. */
static void a_commit_that_fails(void)
{
	struct bench *bench = begun(3);

	for (int i = 0; i < 3; i++)
		bring(bench, 0, -1);
	turn(bench);
	check_int(bench->flying[0]->work, WORK_COMMIT);
	fail(bench, 0, KIND_DESCRIPTORS);
	bench->now += 20 * SEC;
	turn(bench);
	check_int(bench->n_flying, 1);
	check_int(bench->flying[0]->work, WORK_FETCH);
	check_int(bench->flying[0]->asked.first, 0);
	check(bench->flying[0]->generation > 0);
	bench_free(bench);
}

int main(void)
{
	run(failures_with_progress);
	run(streams_without_progress);
	run(wrong_as_a_whole);
	run(one_trouble_is_one_try);
	run(trouble_of_another_mirror);
	run(a_file_that_changes);
	run(a_file_that_changes_all_the_time);
	run(ranges_that_lie);
	run(a_commit_that_fails);
	return done();
}
