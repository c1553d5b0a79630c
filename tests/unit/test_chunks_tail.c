/* test_chunks_tail.c - how long a whole file takes on simulated connections that all give the same
 * rate: nearly as long as if they ended together, and never much longer than by one. */
#include "chunking.h"

#define STEP NS_PER_MS

/* A request, and the first byte of its answer `latency` later. */
struct path {
	int64_t size, split;
	int64_t rate;   /* bytes per second of each connection */
	nstime latency; /* on a connection that is there; a new one costs two more */
	double most;    /* of the time that it takes at best */
};

struct line {
	struct attempt *attempt;
	nstime answered; /* when its first byte comes */
	bool open;       /* there was an attempt before */
};

static void finish(struct bench *bench, struct line *line)
{
	struct attempt *attempt = line->attempt;
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_PART;
	outcome.written = atomic_load(&attempt->last) - attempt->asked.first + 1;
	outcome.exchange.time_starttransfer = line->answered - attempt->started;
	check(chunks_end(&bench->chunks, attempt, &outcome, bench->now));
	attempt_done(attempt);
	line->attempt = NULL;
}

static void proceed(struct bench *bench, const struct path *path, struct line *line)
{
	struct attempt *attempt = line->attempt;
	int64_t due, all;

	if (bench->now < line->answered)
		return;
	if (bench->chunks.way == CHUNKS_ASK)
		answer_range(bench, attempt, path->size);
	all = atomic_load(&attempt->last) - attempt->asked.first + 1;
	due = (int64_t)((double)(bench->now - line->answered) * (double)path->rate /
			1e9);
	atomic_store(&attempt->received, due < all ? due : all);
	if (due >= all)
		finish(bench, line);
}

static void give_work(struct bench *bench, const struct path *path, struct line *line)
{
	if (!chunks_want(&bench->chunks) && !chunks_split(&bench->chunks))
		return;
	line->attempt = start(bench);
	line->answered = bench->now + path->latency * (line->open ? 1 : 3);
	line->open = true;
}

static nstime time_of(const struct path *path)
{
	const struct plan_wish wish = {
		.split = path->split, .lanes = path->split, .least = 16 * MIB};
	struct line lines[16] = {{.attempt = NULL}};
	struct bench bench;
	nstime began;

	bench_init(&bench, &wish);
	bench.chunks.shared = true;
	for (began = bench.now; bench.chunks.way != CHUNKS_WHOLE; bench.now += STEP) {
		for (int64_t i = 0; i < path->split; i++) {
			if (lines[i].attempt)
				proceed(&bench, path, &lines[i]);
			if (!lines[i].attempt && bench.chunks.way != CHUNKS_WHOLE)
				give_work(&bench, path, &lines[i]);
		}
		if (bench.now - began > 1000 * SEC)
			break;
	}
	check_int(bench.chunks.n_flying, 0);
	bench_release(&bench);
	return bench.now - began;
}

/* The first request, and then all connections to the end, each opened anew. */
static double best_time(const struct path *path)
{
	return 6 * (double)path->latency +
	       1e9 * (double)path->size / (double)path->rate / (double)path->split;
}

static void all_end_together(void)
{
	static const struct path paths[] = {
		{100 * MIB, 8, 20000000, 1 * STEP, 1.1},
		{300 * MIB, 8, 20000000, 1 * STEP, 1.05},
		{40 * MIB, 4, 5000000, 20 * STEP, 1.1},
		{100 * MIB, 8, 20000000, 100 * STEP, 1.25},
		{30 * MIB, 4, 500000, 50 * STEP, 1.05},
		{1000 * MIB, 8, 100000000, 10 * STEP, 1.1},
		{1000 * MIB, 16, 1000000, 300 * STEP, 1.1},
		{64 * MIB, 4, 1000000000, 1 * STEP, 2},
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		double took = (double)time_of(&paths[i]), best = best_time(&paths[i]);

		printf("# %lld MiB in %lld at %lld kB/s, %lld ms: %.3f s, %.2f of the "
		       "best\n",
			(long long)(paths[i].size / MIB), (long long)paths[i].split,
			(long long)(paths[i].rate / 1000),
			(long long)(paths[i].latency / STEP), took / 1e9, took / best);
		check(took <= paths[i].most * best);
	}
}

/* More connections never make it slower than one, but for what opening them costs. */
static void never_slower_than_one(void)
{
	for (nstime latency = 1; latency <= 512; latency *= 4) {
		for (int64_t rate = 100000; rate <= 1000000000; rate *= 10) {
			struct path path = {40 * MIB, 8, rate, latency * STEP, 1};
			nstime several = time_of(&path), one;

			path.split = 1;
			one = time_of(&path);
			check(several <= one + 7 * path.latency);
		}
	}
}

int main(void)
{
	run(all_end_together);
	run(never_slower_than_one);
	return done();
}
