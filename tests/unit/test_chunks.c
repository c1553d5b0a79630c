/* test_chunks.c - how one file is fetched: what each attempt asks for, what its answer changes,
 * what stays of it, and what an earlier run has left. */
#include "chunking.h"

static void the_first_asks_for_a_chunk(void)
{
	struct bench bench;
	struct attempt *attempt;

	bench_init(&bench, &usual);
	check(chunks_want(&bench.chunks));
	attempt = start(&bench);
	check(attempt->ranged);
	check_asked(attempt, 0, 8 * MIB - 1);
	check(!version_pin(&attempt->version));
	check_int(attempt->generation, 0);
	check(!chunks_want(&bench.chunks)); /* until it is answered */
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
	bench_init(&bench, &(struct plan_wish){.split = 2, .chunk = MIB});
	attempt = start(&bench);
	check_asked(attempt, 0, MIB - 1);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
	/* It is all of a file that is not to be cut, unless the user says how long it is. */
	bench_init(&bench, &(struct plan_wish){.split = 2, .least = 20 * MIB});
	attempt = start(&bench);
	check_asked(attempt, 0, 20 * MIB - 1);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
	bench_init(&bench,
		&(struct plan_wish){.split = 2, .least = 20 * MIB, .chunk = MIB});
	attempt = start(&bench);
	check_asked(attempt, 0, MIB - 1);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
	/* It may be all of a small file. */
	bench_init(&bench, &(struct plan_wish){.split = 2, .chunk = 100 * KIB});
	attempt = start(&bench);
	check_asked(attempt, 0, SMALL_FILE - 1);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
	bench_init(&bench, &(struct plan_wish){.split = 1});
	attempt = start(&bench);
	check(!attempt->ranged);
	check_asked(attempt, 0, RANGE_OPEN);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
}

static void chunk_by_chunk(void)
{
	struct attempt *flying[4], *commit;
	struct bench bench;

	flying[0] = begin_ranges(&bench, 33 * MIB);
	for (int i = 1; i < 4; i++) {
		flying[i] = start(&bench);
		check_asked(flying[i], i * 8 * MIB, (i + 1) * 8 * MIB - 1);
		check(flying[i]->ranged);
		check_str(version_pin(&flying[i]->version), "\"v1\"");
		check_int(flying[i]->version.size, 33 * MIB);
		/* What it is told is known already. */
		check(!answer_range(&bench, flying[i], 33 * MIB));
	}
	check(start(&bench) == NULL); /* four at once */
	check(bring(&bench, flying[2]));
	flying[2] = start(&bench);
	check_asked(flying[2], 32 * MIB, 33 * MIB - 1);
	check(start(&bench) == NULL);
	for (int i = 0; i < 4; i++) {
		check_int(bench.chunks.way, CHUNKS_RANGES);
		check(bring(&bench, flying[i]));
	}
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	commit = start(&bench);
	check_int(commit->work, WORK_COMMIT);
	check_int(commit->version.size, 33 * MIB);
	check_int(commit->generation, 0);
	check(start(&bench) == NULL);
	check(end(&bench, commit, OUTCOME_DONE, 0));
	bench_release(&bench);
}

/* The server sends all of it: no range is asked for any more. */
static void an_answer_of_the_whole_file(void)
{
	struct attempt *attempt, *commit;
	struct outcome outcome;
	struct bench bench;

	bench_init(&bench, &usual);
	attempt = start(&bench);
	check(!answer(&bench, attempt, 100 * MIB, 100 * MIB - 1, false, "\"v1\""));
	check_int(bench.chunks.way, CHUNKS_STREAM);
	check_int(atomic_load(&attempt->last), 100 * MIB - 1); /* it goes on */
	check(!atomic_load(&attempt->cancelled));
	check(start(&bench) == NULL);
	check(!chunks_split(&bench.chunks));
	outcome_init(&outcome);
	outcome.type = OUTCOME_PART;
	outcome.written = outcome.version.size = 100 * MIB;
	outcome.version.mtime = 12345;
	check(chunks_end(&bench.chunks, attempt, &outcome, bench.now));
	attempt_done(attempt);
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	commit = start(&bench);
	check_int(commit->version.size, 100 * MIB);
	check_int(commit->version.mtime, 12345);
	check(end(&bench, commit, OUTCOME_DONE, 0));
	bench_release(&bench);
}

/* No length, no end: whoever has read it to its end knows. */
static void a_stream_without_a_length(void)
{
	struct attempt *attempt;
	struct bench bench;

	bench_init(&bench, &usual);
	attempt = start(&bench);
	check(!answer(&bench, attempt, -1, RANGE_OPEN, false, "\"v1\""));
	check_int(bench.chunks.way, CHUNKS_STREAM);
	check_int(atomic_load(&attempt->last), RANGE_OPEN);
	/* What broke off begins at the beginning, in another part. */
	check(end(&bench, attempt, OUTCOME_FAILED, 5 * MIB));
	attempt = start(&bench);
	check(!attempt->ranged);
	check_asked(attempt, 0, RANGE_OPEN);
	check_int(attempt->generation, 1);
	check(bring(&bench, attempt));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	bench_release(&bench);
}

/* With -s 1 nothing is cut, but what broke off is gone on with. */
static void one_stream_is_gone_on_with(void)
{
	struct attempt *attempt;
	struct bench bench;

	bench_init(&bench, &(struct plan_wish){.split = 1});
	attempt = start(&bench);
	check(!answer(&bench, attempt, 50 * MIB, 50 * MIB - 1, true, "\"v1\""));
	check_int(bench.chunks.way, CHUNKS_RANGES);
	check(start(&bench) == NULL);
	check(end(&bench, attempt, OUTCOME_FAILED, 20 * MIB));
	attempt = start(&bench);
	check(attempt->ranged);
	check_asked(attempt, 20 * MIB, 50 * MIB - 1);
	check_str(version_pin(&attempt->version), "\"v1\"");
	check_int(attempt->generation, 0);
	check(bring(&bench, attempt));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	bench_release(&bench);
}

/* A range came, but nothing pins the file: more of it must not be added. */
static void a_beginning_that_nothing_pins(void)
{
	static const char *const etags[] = {"", "\"v1\""};

	for (int ranges = 0; ranges < 2; ranges++) {
		struct attempt *attempt, *second;
		struct bench bench;

		bench_init(&bench, &usual);
		attempt = start(&bench);
		check(answer(&bench, attempt, 50 * MIB, 8 * MIB - 1, ranges,
			etags[!ranges]));
		check_int(bench.chunks.way, CHUNKS_STREAM);
		check(atomic_load(&attempt->cancelled));
		second = start(&bench);
		check(!second->ranged);
		check_asked(second, 0, RANGE_OPEN);
		check_int(second->generation, 1);
		check(!version_pin(&second->version));
		check(!end(&bench, attempt, OUTCOME_PART, 8 * MIB));
		check_int(bench.chunks.way, CHUNKS_STREAM);
		check(start(&bench) == NULL);
		check(end(&bench, second, OUTCOME_DONE, 0));
		bench_release(&bench);
	}
}

/* Small enough to be in memory: nothing is planned for it. */
static void what_is_small_is_not_cut(void)
{
	struct attempt *attempt;
	struct bench bench;

	bench_init(&bench, &(struct plan_wish){.split = 4, .chunk = 300 * KIB});
	attempt = start(&bench);
	check(!answer(&bench, attempt, SMALL_FILE, SMALL_FILE - 1, true, "\"v1\""));
	check_int(bench.chunks.way, CHUNKS_STREAM);
	check(start(&bench) == NULL);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
	bench_init(&bench, &(struct plan_wish){.split = 4, .chunk = 200 * KIB});
	attempt = start(&bench);
	check(answer_range(&bench, attempt, SMALL_FILE + 1));
	check_int(bench.chunks.way, CHUNKS_RANGES);
	check(bring(&bench, attempt));
	bench_release(&bench);
}

/* Less than two chunks, or than the user's least: the rest comes as one range. */
static void the_rest_of_a_file_that_is_not_cut(void)
{
	struct attempt *attempt, *rest;
	struct bench bench;

	attempt = begin_ranges(&bench, 12 * MIB);
	rest = start(&bench);
	check_asked(rest, 8 * MIB, 12 * MIB - 1);
	check(start(&bench) == NULL);
	check(bring(&bench, rest));
	check(bring(&bench, attempt));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	bench_release(&bench);
}

static void a_failure_before_the_answer(void)
{
	struct attempt *attempt;
	struct bench bench;

	bench_init(&bench, &usual);
	for (unsigned i = 0; i < 5; i++) {
		attempt = start(&bench);
		check_asked(attempt, 0, 8 * MIB - 1);
		check_int(attempt->generation, i);
		check(end(&bench, attempt, OUTCOME_FAILED, 0));
	}
	check_int(bench.chunks.way, CHUNKS_ASK);
	check_int(bench.chunks.resets, 0);
	attempt = start(&bench);
	check(end(&bench, attempt, OUTCOME_REDIRECT, 0));
	check(chunks_want(&bench.chunks));
	bench_release(&bench);
}

/* What a range has brought before it broke off is not asked for again. */
static void a_failure_in_the_middle(void)
{
	struct attempt *first, *second;
	struct bench bench;

	first = begin_ranges(&bench, 16 * MIB);
	second = start(&bench);
	check_asked(second, 8 * MIB, 16 * MIB - 1);
	check(end(&bench, first, OUTCOME_FAILED, 3 * MIB));
	first = start(&bench);
	check_asked(first, 3 * MIB, 8 * MIB - 1);
	check(end(&bench, second, OUTCOME_FAILED, 0));
	check(end(&bench, first, OUTCOME_FAILED, 5 * MIB));
	second = start(&bench);
	check_asked(second, 8 * MIB, 16 * MIB - 1);
	check(bring(&bench, second));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	check_int(bench.chunks.generation, 0);
	bench_release(&bench);
}

/* After a reset what is flying says nothing any more, whatever it brings. */
static void older_generations(void)
{
	static const enum outcome_type types[] = {
		OUTCOME_PART, OUTCOME_FAILED, OUTCOME_REDIRECT};
	struct attempt *flying[3], *now;
	struct bench bench;

	flying[0] = begin_ranges(&bench, 100 * MIB);
	flying[1] = start(&bench);
	flying[2] = start(&bench);
	chunks_reset(&bench.chunks, CHUNKS_ASK);
	check_int(bench.chunks.resets, 1);
	check_int(bench.chunks.version.size, -1);
	now = start(&bench);
	check_asked(now, 0, 8 * MIB - 1);
	check_int(now->generation, 1);
	check(!atomic_load(&now->cancelled));
	check(start(&bench) == NULL);
	for (int i = 0; i < 3; i++) {
		check(atomic_load(&flying[i]->cancelled));
		check(!answer_range(&bench, flying[i], 100 * MIB)); /* too late */
		check_int(bench.chunks.way, CHUNKS_ASK);
		check(!end(&bench, flying[i], types[i], 8 * MIB));
		check_int(bench.chunks.generation, 1);
	}
	check(answer_range(&bench, now, 200 * MIB));
	check_int(bench.chunks.plan->here, 0);
	check_int(bench.chunks.plan->size, 200 * MIB);
	check(bring(&bench, now));
	bench_release(&bench);
}

/* Failures of what was cancelled are nobody's fault; but what it brought is there. */
static void cancelled_ones(void)
{
	struct attempt *first, *second;
	struct bench bench;

	first = begin_ranges(&bench, 16 * MIB);
	second = start(&bench);
	chunks_cancel(&bench.chunks);
	check(!end(&bench, first, OUTCOME_FAILED, 2 * MIB));
	check(end(&bench, second, OUTCOME_PART, 8 * MIB));
	check_int(bench.chunks.plan->here, 10 * MIB);
	first = start(&bench);
	check(!atomic_load(&first->cancelled));
	check_asked(first, 2 * MIB, 8 * MIB - 1);
	check(bring(&bench, first));
	bench_release(&bench);
}

/* The commit failed, and with it the part is gone: what may be retried is all of it, never
 * the name for a part that is not there. */
static void a_commit_that_fails(void)
{
	struct attempt *attempt;
	struct bench bench;

	attempt = begin_ranges(&bench, 10 * MIB);
	check(bring(&bench, attempt));
	check(bring(&bench, start(&bench)));
	attempt = start(&bench);
	check_int(attempt->work, WORK_COMMIT);
	check(end(&bench, attempt, OUTCOME_FAILED, 0));
	attempt = start(&bench);
	check_asked(attempt, 0, 8 * MIB - 1);
	check(attempt->ranged && attempt->generation > 0);
	check(!version_pin(&attempt->version));
	check(bring(&bench, attempt));
	bench_release(&bench);
}

static void add_resume(
	struct entry *entry, int64_t size, const struct range *ranges, size_t n_ranges)
{
	struct resume *resume =
		xcalloc(1, sizeof(*resume) + n_ranges * sizeof(*ranges));

	resume->version =
		(struct version){.size = size, .etag = xstrdup("\"old\""), .mtime = -1};
	resume->n_ranges = n_ranges;
	if (n_ranges)
		memcpy(resume->ranges, ranges, n_ranges * sizeof(*ranges));
	entry->resume = resume;
}

static void what_an_earlier_run_has_left(void)
{
	static const struct range ranges[] = {
		{0, 8 * MIB - 1}, {9 * MIB, 20 * MIB - 1}};
	struct attempt *first, *second;
	struct bench bench = {.entry = entry_new(), .now = SEC};
	struct version now = {.size = 20 * MIB + 1, .mtime = 777};
	struct head head = {.version = &now, .ranges = true, .last = 9 * MIB - 1};

	add_resume(bench.entry, 20 * MIB + 1, ranges, 2);
	chunks_init(&bench.chunks, &usual, bench.entry);
	check_int(bench.chunks.way, CHUNKS_RANGES);
	first = start(&bench);
	check_asked(first, 8 * MIB, 9 * MIB - 1);
	check_str(version_pin(&first->version), "\"old\"");
	second = start(&bench);
	check_asked(second, 20 * MIB, 20 * MIB);
	check(start(&bench) == NULL);
	/* When it was changed is learnt from the answer. */
	check(!chunks_head(&bench.chunks, first, &head));
	check_int(bench.chunks.version.mtime, 777);
	check(bring(&bench, second));
	check(bring(&bench, first));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	first = start(&bench);
	check_int(first->version.mtime, 777);
	check(end(&bench, first, OUTCOME_DONE, 0));
	bench_release(&bench);
}

static void what_an_earlier_run_has_left_is_all(void)
{
	static const struct range all = {0, 20 * MIB - 1};
	struct bench bench = {.entry = entry_new(), .now = SEC};
	struct attempt *attempt;

	add_resume(bench.entry, 20 * MIB, &all, 1);
	chunks_init(&bench.chunks, &usual, bench.entry);
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	attempt = start(&bench);
	check_int(attempt->work, WORK_COMMIT);
	check_int(attempt->version.size, 20 * MIB);
	check_int(attempt->generation, 0);
	check(end(&bench, attempt, OUTCOME_DONE, 0));
	bench_release(&bench);
}

/* Ranges that the file cannot have: none of it is believed. */
static void what_an_earlier_run_has_left_is_nonsense(void)
{
	static const struct range nonsense[] = {
		{0, 100 * MIB}, {20 * MIB, 20 * MIB}, {5, 4}, {-1, 10}};

	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		const struct range ranges[] = {{0, 99}, nonsense[i], {200, 299}};
		struct bench bench = {.entry = entry_new(), .now = SEC};
		struct attempt *attempt;

		add_resume(bench.entry, 20 * MIB, ranges, 3);
		chunks_init(&bench.chunks, &usual, bench.entry);
		check_int(bench.chunks.way, CHUNKS_ASK);
		attempt = start(&bench);
		check_asked(attempt, 0, 8 * MIB - 1);
		check(!version_pin(&attempt->version));
		check(attempt->generation > 0); /* the old part is not touched */
		check(bring(&bench, attempt));
		bench_release(&bench);
	}
}

int main(void)
{
	run(the_first_asks_for_a_chunk);
	run(chunk_by_chunk);
	run(an_answer_of_the_whole_file);
	run(a_stream_without_a_length);
	run(one_stream_is_gone_on_with);
	run(a_beginning_that_nothing_pins);
	run(what_is_small_is_not_cut);
	run(the_rest_of_a_file_that_is_not_cut);
	run(a_failure_before_the_answer);
	run(a_failure_in_the_middle);
	run(older_generations);
	run(cancelled_ones);
	run(a_commit_that_fails);
	run(what_an_earlier_run_has_left);
	run(what_an_earlier_run_has_left_is_all);
	run(what_an_earlier_run_has_left_is_nonsense);
	return done();
}
