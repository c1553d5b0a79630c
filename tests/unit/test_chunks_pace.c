/* test_chunks_pace.c - attempts at one file that are split, too slow, or faster than expected; and
 * all that can become of chunks at once, with dice. */
#include "chunking.h"
#include "dice.h"

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

/* Half a second's worth is the least, or that of two round trips where nobody said how long chunks
 * are to be, and 256 KiB to 16 MiB in any case. */
static void what_is_too_small_to_be_split(void)
{
	static const struct {
		int64_t rate;
		nstime latency;
		int64_t least;
	} cases[] = {{0, -1, MIB}, {1000, -1, 256 * KIB}, {100 * MIB, -1, 16 * MIB},
		{10 * MIB, -1, 5 * MIB}, {10 * MIB, SEC / 20, MIB},
		{10 * MIB, SEC / 1000, 256 * KIB}, {0, SEC / 1000, MIB}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int under = 0; under < 2; under++) {
			struct attempt *attempt, *other = NULL;
			struct bench bench;

			bench_init(&bench,
				&(struct plan_wish){.split = 2, .chunk = 50 * MIB});
			attempt = start(&bench);
			check(answer_range(&bench, attempt, 100 * MIB));
			other = start(&bench);
			if (cases[i].latency >= 0)
				bench.chunks.wish.chunk = 0;
			check(bring(&bench, other));
			bench.chunks.rate = cases[i].rate;
			bench.chunks.latency = cases[i].latency;
			atomic_store(&attempt->received,
				50 * MIB - 2 * cases[i].least + under);
			check_int(chunks_split(&bench.chunks), !under);
			check_int(start(&bench) ? 1 : 0, !under);
			/* Both halves are of this file and end with it. */
			while (!list_empty(&bench.chunks.flying))
				check(bring(
					&bench, container_of(bench.chunks.flying.next,
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

/* One that takes its time to end is not ended again: nor is that held against the others. */
static void rescued_once(void)
{
	struct attempt *fast, *slow;
	struct bench bench;
	nstime patience;

	fast = begin_ranges(&bench, 64 * MIB);
	slow = start(&bench);
	patience = bench.chunks.patience;
	for (int look = 0; look < 20; look++) {
		bench.now += SEC;
		atomic_fetch_add(&fast->received, MIB / 4);
		check_int(chunks_rescue(&bench.chunks, bench.now), look == 1);
	}
	check_int(bench.chunks.rescues, 1);
	check_int(bench.chunks.patience, 2 * patience);
	check(!end(&bench, slow, OUTCOME_FAILED, 0));
	check(bring(&bench, fast));
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
	for (int i = 0; i < 3; i++)
		atomic_store(&flying[i]->received, 10 * KIB);
	bench.now += 2 * SEC;
	check(!chunks_rescue(&bench.chunks, bench.now));
	for (int i = 0; i < 3; i++)
		check(!atomic_load(&flying[i]->cancelled));
	/* But they may be the last of a file, and stand still: half of them show it. */
	atomic_store(&flying[1]->received, 20 * KIB);
	bench.now += 2 * SEC;
	check(chunks_rescue(&bench.chunks, bench.now));
	check_int(
		flying[0]->cancelled + flying[1]->cancelled + flying[2]->cancelled, 1);
	check(!atomic_load(&flying[1]->cancelled));
	for (int i = 0; i < 3; i++)
		check_int(end(&bench, flying[i], OUTCOME_FAILED, 0), i != 0);
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
	check(bring(&bench,
		container_of(bench.chunks.flying.next, struct attempt, sibling)));
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
	run(split_in_two);
	run(what_is_too_small_to_be_split);
	run(the_slow_one_is_rescued);
	run(rescued_once);
	run(all_of_them_are_slow);
	run(rescues_end);
	run(patience_grows);
	run(chunks_grow_with_the_rate);
	run(every_byte_comes_once);
	return done();
}
