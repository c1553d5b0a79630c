/* test_chunks.c - how one file is fetched: what each attempt asks for, what its answer changes,
 * what stays of it. Time is simulated. */
#include "core/chunks.h"

#include <stdlib.h>

#include "../sim/dice.h"
#include "base/alloc.h"
#include "tap.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define SEC NS_PER_SEC

struct bench {
	struct chunks chunks;
	struct entry *entry;
	nstime now;
};

static const struct plan_wish usual = {.split = 4, .least = 16 * MIB};

static void bench_init(struct bench *bench, const struct plan_wish *wish)
{
	bench->entry = entry_new();
	bench->now = 100 * SEC;
	chunks_init(&bench->chunks, wish, bench->entry);
}

static void bench_release(struct bench *bench)
{
	chunks_release(&bench->chunks);
	entry_free(bench->entry);
}

/* One more attempt; NULL when there is nothing for it to do. */
static struct attempt *start(struct bench *bench)
{
	struct attempt *attempt;

	if (!chunks_want(&bench->chunks))
		return NULL;
	attempt = xcalloc(1, sizeof(*attempt));
	list_init(&attempt->sibling);
	attempt->version = (struct version)VERSION_UNKNOWN;
	attempt->started = bench->now;
	chunks_start(&bench->chunks, attempt, bench->now);
	return attempt;
}

static void attempt_done(struct attempt *attempt)
{
	version_release(&attempt->version);
	free(attempt);
}

/* The answer brings the file up to `last`; "" is no validator. */
static bool answer(struct bench *bench, struct attempt *attempt, int64_t size,
	int64_t last, bool ranges, const char *etag)
{
	struct version version = {
		.size = size, .etag = (char *)(*etag ? etag : NULL), .mtime = -1};
	struct head head = {.version = &version, .ranges = ranges, .last = last};

	return chunks_head(&bench->chunks, attempt, &head);
}

/* The usual answer: what was asked for, and there is more. */
static bool answer_range(struct bench *bench, struct attempt *attempt, int64_t size)
{
	return answer(bench, attempt, size,
		attempt->asked.last < size ? attempt->asked.last : size - 1, true,
		"\"v1\"");
}

static bool end(struct bench *bench, struct attempt *attempt, enum outcome_type type,
	int64_t written)
{
	struct outcome outcome;
	bool matters;

	outcome_init(&outcome);
	outcome.type = type;
	outcome.written = written;
	matters = chunks_end(&bench->chunks, attempt, &outcome, bench->now);
	attempt_done(attempt);
	return matters;
}

/* All that was wanted of it has come. */
static bool bring(struct bench *bench, struct attempt *attempt)
{
	return end(bench, attempt, OUTCOME_PART,
		atomic_load(&attempt->last) - attempt->asked.first + 1);
}

static void check_asked(const struct attempt *attempt, int64_t first, int64_t last)
{
	check(attempt != NULL);
	if (!attempt)
		return;
	check_int(attempt->asked.first, first);
	check_int(attempt->asked.last, last);
	check_int(atomic_load(&attempt->last), last);
	check_int(attempt->work, WORK_FETCH);
}

/* The first attempt is flying, and answered: a file of so many bytes comes in ranges. */
static struct attempt *begin_ranges(struct bench *bench, int64_t size)
{
	struct attempt *attempt;

	bench_init(bench, &usual);
	attempt = start(bench);
	check(answer_range(bench, attempt, size));
	check_int(bench->chunks.way, CHUNKS_RANGES);
	return attempt;
}

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
	check_int(plan_bytes_here(bench.chunks.plan), 0);
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
	check_int(plan_bytes_here(bench.chunks.plan), 10 * MIB);
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

static void split_in_two(void)
{
	struct attempt *first, *second, *third;
	struct bench bench;

	bench_init(&bench, &(struct plan_wish){.split = 3, .chunk = 40 * MIB});
	check(!chunks_split(&bench.chunks)); /* nothing flies, nothing is known */
	first = start(&bench);
	check(!chunks_split(&bench.chunks));
	check(answer_range(&bench, first, 80 * MIB));
	second = start(&bench);
	check(start(&bench) == NULL);
	atomic_store(&first->received, 10 * MIB);
	atomic_store(&second->received, 2 * MIB);
	/* The larger rest is the second one's: 38 MiB. */
	check(chunks_split(&bench.chunks));
	check_int(atomic_load(&first->last), 40 * MIB - 1);
	check_int(atomic_load(&second->last), 61 * MIB - 1);
	third = start(&bench);
	check_asked(third, 61 * MIB, 80 * MIB - 1);
	check(!chunks_split(&bench.chunks)); /* there are three */
	/* The second one ends at its new end; one that passed it has not brought more. */
	check(end(&bench, second, OUTCOME_PART, 21 * MIB));
	check(bring(&bench, first));
	check(bring(&bench, third));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	bench_release(&bench);
}

/* Half a second's worth is the least, and 256 KiB to 16 MiB in any case. */
static void what_is_too_small_to_be_split(void)
{
	static const struct {
		int64_t rate, least;
	} cases[] = {
		{0, MIB}, {1000, 256 * KIB}, {100 * MIB, 16 * MIB}, {10 * MIB, 5 * MIB}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int under = 0; under < 2; under++) {
			struct attempt *attempt, *other = NULL;
			struct bench bench;

			bench_init(&bench,
				&(struct plan_wish){.split = 2, .chunk = 50 * MIB});
			attempt = start(&bench);
			check(answer_range(&bench, attempt, 100 * MIB));
			other = start(&bench);
			check(bring(&bench, other));
			bench.chunks.rate = cases[i].rate;
			atomic_store(&attempt->received,
				50 * MIB - 2 * cases[i].least + under);
			check_int(chunks_split(&bench.chunks), !under);
			check_int(start(&bench) ? 1 : 0, !under);
			/* Both halves are of this file and end with it. */
			while (!list_empty(&bench.chunks.flying))
				check(bring(&bench,
					container_of(bench.chunks.flying.next,
						struct attempt, sibling)));
			check_int(bench.chunks.way, CHUNKS_WHOLE);
			bench_release(&bench);
		}
	}
}

/* An attempt that is far slower than another has been is ended, and its rest begins anew. */
static void the_slow_one_is_rescued(void)
{
	struct attempt *fast, *slow, *again;
	struct bench bench;

	fast = begin_ranges(&bench, 64 * MIB);
	slow = start(&bench);
	bench.now += SEC / 2;
	atomic_store(&fast->received, 4 * MIB);
	atomic_store(&slow->received, 100 * KIB);
	check(!chunks_rescue(&bench.chunks, bench.now)); /* too soon to say */
	bench.now += SEC / 2;
	check(chunks_rescue(&bench.chunks, bench.now));
	check(atomic_load(&slow->cancelled));
	check(!atomic_load(&fast->cancelled));
	check(!end(&bench, slow, OUTCOME_FAILED, 64 * KIB));
	/* Four mebibytes of it, after the only rate that was measured to an end. */
	again = start(&bench);
	check_asked(again, 8 * MIB + 64 * KIB, 12 * MIB + 64 * KIB - 1);
	/* It is looked at anew, and only from its own beginning on. */
	bench.now += SEC;
	atomic_store(&fast->received, 8 * MIB);
	atomic_store(&again->received, 2 * MIB);
	check(!chunks_rescue(&bench.chunks, bench.now));
	bench.now += SEC;
	check(bring(&bench, fast));
	check(chunks_rescue(&bench.chunks, bench.now)); /* it stands still now */
	check(!end(&bench, again, OUTCOME_FAILED, 2 * MIB));
	bench_release(&bench);
}

/* When all are slow it is the network's fault, and a new start would not help. */
static void all_of_them_are_slow(void)
{
	struct attempt *flying[3];
	struct bench bench;

	flying[0] = begin_ranges(&bench, 100 * MIB);
	flying[1] = start(&bench);
	flying[2] = start(&bench);
	bench.now += SEC;
	check(bring(&bench, flying[2])); /* 8 MiB in a second */
	flying[2] = start(&bench);
	bench.now += 2 * SEC;
	check(!chunks_rescue(&bench.chunks, bench.now));
	for (int i = 0; i < 3; i++) {
		check(!atomic_load(&flying[i]->cancelled));
		check(end(&bench, flying[i], OUTCOME_FAILED, 0));
	}
	bench_release(&bench);
}

/* A file whose attempts all turn slow one after the other is left alone in the end. */
static void rescues_end(void)
{
	struct attempt *slow;
	struct bench bench;
	int rescued = 0;

	slow = begin_ranges(&bench, 16 * MIB);
	bench.now += SEC;
	check(bring(&bench, slow));
	for (slow = start(&bench); rescued < 1000; slow = start(&bench)) {
		atomic_store(&slow->received, 1);
		bench.now += 2 * SEC;
		chunks_rescue(&bench.chunks, bench.now);
		if (!atomic_load(&slow->cancelled))
			break;
		rescued++;
		check(!end(&bench, slow, OUTCOME_FAILED, 0));
	}
	check(rescued > 5 && rescued < 100);
	check(bring(&bench, slow));
	bench_release(&bench);
}

/* When an attempt of which nothing has come is ended, looking each second. */
static nstime silence_borne(struct bench *bench)
{
	struct attempt *attempt = start(bench);
	nstime began = bench->now;

	while (!chunks_rescue(&bench->chunks, bench->now) &&
		bench->now < began + 1000 * SEC)
		bench->now += SEC;
	check(atomic_load(&attempt->cancelled));
	check(!end(bench, attempt, OUTCOME_FAILED, 0));
	return bench->now - began;
}

/* A server that has not answered yet may only be one that takes its time: it gets more of it
 * each time, or its file would never come. */
static void patience_grows(void)
{
	nstime borne, before = SEC;
	struct bench bench;

	bench_init(&bench, &usual);
	check(answer_range(&bench, start(&bench), 16 * MIB));
	bench.now += SEC;
	check(bring(&bench, container_of(bench.chunks.flying.next, struct attempt,
				    sibling)));
	for (int i = 0; i < 6; i++, before = borne) {
		borne = silence_borne(&bench);
		check(borne > before && borne <= 130 * SEC);
	}
	bench_release(&bench);
}

/* The chunk grows with the best rate that was seen. */
static void chunks_grow_with_the_rate(void)
{
	struct attempt *attempt;
	struct bench bench;

	attempt = begin_ranges(&bench, 2000 * MIB);
	check(bring(&bench, attempt)); /* in no time: that says nothing */
	check_int(bench.chunks.rate, 0);
	attempt = start(&bench);
	check_int(range_length(attempt->asked), 8 * MIB);
	bench.now += SEC / 2;
	check(bring(&bench, attempt));
	check_int(bench.chunks.rate, 16 * MIB);
	attempt = start(&bench);
	check_int(range_length(attempt->asked), 48 * MIB);
	bench.now += 100 * SEC;
	check(bring(&bench, attempt)); /* a slow one does not change it */
	check_int(bench.chunks.rate, 16 * MIB);
	bench_release(&bench);
}

static void add_resume(struct entry *entry, int64_t size, const struct range *ranges,
	size_t n_ranges)
{
	struct resume *resume =
		xcalloc(1, sizeof(*resume) + n_ranges * sizeof(*ranges));

	resume->version = (struct version){
		.size = size, .etag = xstrdup("\"old\""), .mtime = -1};
	resume->n_ranges = n_ranges;
	if (n_ranges)
		memcpy(resume->ranges, ranges, n_ranges * sizeof(*ranges));
	entry->resume = resume;
}

static void what_an_earlier_run_has_left(void)
{
	static const struct range ranges[] = {{0, 8 * MIB - 1}, {9 * MIB, 20 * MIB - 1}};
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

/* --------------------------------------------------------------------------------------
 * All of it at once, with dice
 * ----------------------------------------------------------------------------------- */

#define CELL (64 * KIB) /* what is written at a time here */
#define CELLS 1500

struct play {
	struct bench bench;
	struct dice dice;
	unsigned char written[CELLS]; /* in this generation */
	struct attempt *flying[8];
	int64_t got[8]; /* bytes, in whole cells but for the file's end */
	size_t n;
	int64_t size;
	unsigned generation;
};

/* As a transfer: never beyond `last`. */
static void play_receive(struct play *play, size_t i)
{
	struct attempt *attempt = play->flying[i];
	int64_t wanted = atomic_load(&attempt->last) - attempt->asked.first + 1;
	int64_t cells = (int64_t)dice_below(&play->dice, 40);

	for (; cells > 0 && play->got[i] < wanted; cells--) {
		int64_t at = attempt->asked.first + play->got[i];

		if (attempt->generation == play->bench.chunks.generation)
			check_int(play->written[at / CELL]++, 0);
		play->got[i] += CELL - at % CELL;
		if (play->got[i] > wanted)
			play->got[i] = wanted;
	}
	atomic_store(&attempt->received, play->got[i]);
}

static void play_end(struct play *play, size_t i)
{
	struct attempt *attempt = play->flying[i];
	int64_t wanted = atomic_load(&attempt->last) - attempt->asked.first + 1;
	bool cut = atomic_load(&attempt->cancelled) || dice_chance(&play->dice, 0.05);
	bool here = play->got[i] >= wanted;

	if (!here && !cut)
		return;
	end(&play->bench, attempt, here ? OUTCOME_PART : OUTCOME_FAILED,
		here ? wanted : play->got[i]);
	play->flying[i] = play->flying[--play->n];
	play->got[i] = play->got[play->n];
}

static void play_start(struct play *play)
{
	struct attempt *attempt;

	if (play->n == ARRAY_LEN(play->flying) || !(attempt = start(&play->bench)))
		return;
	if (play->generation != attempt->generation) {
		memset(play->written, 0, sizeof(play->written));
		play->generation = attempt->generation;
	}
	play->flying[play->n] = attempt;
	play->got[play->n++] = 0;
	check_int(attempt->asked.first % CELL, 0);
	if (attempt->work == WORK_FETCH && !attempt->lease)
		answer_range(&play->bench, attempt, play->size);
}

static void play_turn(struct play *play)
{
	struct chunks *chunks = &play->bench.chunks;

	play->bench.now += (nstime)dice_below(&play->dice, SEC / 2);
	play_start(play);
	if (!chunks_want(chunks) && dice_chance(&play->dice, 0.3))
		chunks_split(chunks);
	if (dice_chance(&play->dice, 0.1))
		chunks_rescue(chunks, play->bench.now);
	if (chunks->resets < 2 && dice_chance(&play->dice, 0.01))
		chunks_reset(chunks, CHUNKS_ASK);
	for (size_t i = play->n; i-- > 0;) {
		play_receive(play, i);
		play_end(play, i);
	}
}

static void every_byte_comes_once(void)
{
	for (unsigned seed = 1; seed <= 200; seed++) {
		struct play play = {.dice = {seed}, .size = CELLS * CELL - 5};
		int turns = 0;

		bench_init(&play.bench,
			&(struct plan_wish){
				.split = 1 + (int64_t)dice_below(&play.dice, 8),
				.chunk = CELL * (int64_t)dice_below(&play.dice, 60)});
		while (play.bench.chunks.way != CHUNKS_WHOLE && turns++ < 10000)
			play_turn(&play);
		check(turns < 10000);
		while (play.n > 0) /* of older generations */
			attempt_done(play.flying[--play.n]);
		for (size_t i = 0; i < CELLS; i++)
			check_int(play.written[i], 1);
		list_init(&play.bench.chunks.flying);
		bench_release(&play.bench);
		if (tap_failed_checks) {
			printf("# seed %u\n", seed);
			break;
		}
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
	run(split_in_two);
	run(what_is_too_small_to_be_split);
	run(the_slow_one_is_rescued);
	run(all_of_them_are_slow);
	run(rescues_end);
	run(patience_grows);
	run(chunks_grow_with_the_rate);
	run(what_an_earlier_run_has_left);
	run(what_an_earlier_run_has_left_is_all);
	run(what_an_earlier_run_has_left_is_nonsense);
	run(every_byte_comes_once);
	return done();
}
