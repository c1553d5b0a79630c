/* test_sched_wrong.c - files of which some bytes are wrong: whom that is held against, what is
 * fetched again, and from where. */
#include "mirrored.h"

/* Bytes of two mirrors are wrong together: each is asked for all of it alone, and is held to
 * account for that only. */
static void wrong_as_a_whole(void)
{
	struct bench *bench = bench_mirrors(2, true);

	answer_as(bench, 0, 2 * MIB, "\"va\"");
	check_hosts(bench, "a b");
	bring(bench, 0, -1);
	bring(bench, 0, -1);
	turn(bench);
	wrong(bench, 0, 0, 77);
	check_hosts(bench, "a");
	check(!bench->flying[0]->ranged);
	/* Ranges are offered, and not taken. */
	answer_as(bench, 0, 2 * MIB, "\"va\"");
	check_hosts(bench, "a");
	bring(bench, 0, 2 * MIB);
	turn(bench);
	check_int(bench->flying[0]->mirror, 0);
	wrong(bench, 0, 0, 78);
	check_hosts(bench, "b");
	answer_as(bench, 0, 2 * MIB, "\"vb\"");
	check_hosts(bench, "b");
	bring(bench, 0, 2 * MIB);
	turn(bench);
	check_int(bench->flying[0]->mirror, 1);
	commit(bench, 0);
	check_int(bench->history.retries, 2);
	bench_free(bench);
}

/* Whatever it is that is wrong, it comes to an end. */
static void wrong_for_ever(void)
{
	for (int n = 1; n <= 3; n++) {
		struct bench *bench = bench_mirrors(n, true);
		int commits = 0;

		for (int i = 0; i < 500 && turn(bench) != SCHED_FINISHED; i++) {
			bench->now += 20 * SEC;
			if (bench->n_flying == 0)
				continue;
			if (bench->flying[0]->work == WORK_COMMIT) {
				commits++;
				wrong(bench, 0, 0, 5);
				continue;
			}
			answer_as(bench, 0, 3 * MIB, "\"v\"");
			turn(bench);
			bring(bench, 0, 3 * MIB);
		}
		check_int(bench->n_flying, 0);
		check_int(bench->failed, KIND_CHECKSUM);
		/* Twice each, and once before. */
		check(commits >= 2 * n && commits <= 2 * n + 1);
		bench_free(bench);
	}
}

/* One piece is wrong: another mirror is asked for it, alone, and nothing is begun anew. */
static void a_wrong_piece(void)
{
	struct bench *bench = bench_pieces(2, 9 * MIB);

	bench->settings.split = 2;
	answer_as(bench, 0, 9 * MIB, "\"va\"");
	turn(bench);
	bench->now += SEC;
	while (bench->n_flying > 1)
		bring(bench, 1, -1);
	wrong(bench, 0, 0, 1);
	check_int(bench->waited, 0);
	turn(bench);
	check_str(bench->flying[0]->host, "b.test");
	check_int(bench->flying[0]->asked.first, 0);
	check_int(bench->flying[0]->asked.last, MIB - 1);
	check_int(bench->flying[0]->generation, 0);
	for (int i = 0; i < 20 && bench->flying[0]->work == WORK_FETCH; i++) {
		bring(bench, 0, -1);
		turn(bench);
	}
	commit(bench, 0);
	check_int(bench->history.retries, 1);
	check_int(bench->history.attempts, 10);
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

/* All mirrors have the same piece wrong: each is asked twice, and the end is told by the piece.
 * The wrong bytes of another piece are others. */
static void a_piece_that_is_wrong_everywhere(void)
{
	for (int n = 1; n <= 2; n++) {
		struct bench *bench = bench_pieces(n, 9 * MIB);
		int asked = 0;

		answer_as(bench, 0, 9 * MIB, "\"va\"");
		for (int i = 0; i < 200 && turn(bench) != SCHED_FINISHED; i++) {
			if (bench->n_flying == 0) {
				bench->now += 20 * SEC;
				continue;
			}
			bench->now += SEC / 100;
			if (bench->flying[0]->asked.first == 3 * MIB) {
				asked++;
				wrong(bench, 0, 0, 12);
			} else {
				bring(bench, 0, -1);
			}
		}
		check_int(bench->n_flying, 0);
		check_int(bench->failed, KIND_CHECKSUM);
		check_int(asked, 2 * n);
		bench_free(bench);
	}
}

/* Every piece of one mirror is wrong: it is left before long. */
static void a_mirror_that_is_wrong(void)
{
	struct bench *bench = bench_pieces(2, 30 * MIB);
	int bad = 0;

	answer_as(bench, 0, 30 * MIB, "\"va\"");
	for (int i = 0; i < 200 && turn(bench) != SCHED_FINISHED; i++) {
		bench->now += SEC;
		if (bench->flying[0]->work == WORK_COMMIT)
			commit(bench, 0);
		else if (bench->flying[0]->host[0] == 'a')
			wrong(bench, 0, 0, (uint64_t)++bad);
		else
			bring(bench, 0, -1);
	}
	check(bad >= 3 && bad < 8);
	check_int(bench->failed, KIND_NONE);
	check_int(bench->n_flying, 0);
	bench_free(bench);
}

/* The stream of a server without ranges broke off: another one brings the rest; the first is
 * asked for all of it when nobody does. */
static void a_stream_is_gone_on_with(void)
{
	for (int ranges = 0; ranges < 2; ranges++) {
		struct bench *bench = bench_pieces(2, 9 * MIB);

		answer_whole(bench, 0, 9 * MIB);
		check_hosts(bench, "a");
		fail_written(bench, 0, KIND_NETWORK, 4 * MIB);
		turn(bench);
		check_str(bench->flying[0]->host, "b.test");
		check_int(bench->flying[0]->asked.first, 4 * MIB);
		if (ranges) {
			answer_as(bench, 0, 9 * MIB, "\"vb\"");
			bring(bench, 0, -1);
			turn(bench);
			check_int(bench->flying[0]->generation, 0);
			bench_free(bench);
			continue;
		}
		bench->now += SEC;
		while (bench->n_flying > 0 && bench->flying[0]->ranged) {
			fail(bench, 0, KIND_RANGE);
			later(bench, 20 * SEC);
		}
		check_int(bench->n_flying, 1);
		check(!bench->flying[0]->ranged);
		check_int(bench->flying[0]->asked.first, 0);
		check_int(bench->failed, KIND_NONE);
		bench_free(bench);
	}
}

int main(void)
{
	run(wrong_as_a_whole);
	run(wrong_for_ever);
	run(a_wrong_piece);
	run(a_piece_that_is_wrong_everywhere);
	run(a_mirror_that_is_wrong);
	run(a_stream_is_gone_on_with);
	return done();
}
