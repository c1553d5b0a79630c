/* chunked.h - what the tests of the scheduler with files in chunks share: answers that come in
 * ranges, and the parts that these bring. Attempts are counted in the order of their starts. */
#ifndef SEINE_TESTS_CHUNKED_H
#define SEINE_TESTS_CHUNKED_H

#include "scheduling.h"

#define MIB (INT64_C(1) << 20)

/* Chunks of 1 MiB, three of a file at a time. */
static inline struct bench *bench_chunks(int64_t jobs)
{
	struct bench *bench = bench_new(jobs);

	bench->by_start = true;
	bench->settings.split = 3;
	bench->settings.chunk_size = MIB;
	return bench;
}

/* It has brought all that was wanted of it; of a stream, a file of this size. */
static inline void bring(struct bench *bench, size_t i, int64_t size)
{
	struct attempt *attempt = bench->flying[i];
	struct outcome outcome;

	check(i < bench->n_flying);
	outcome_init(&outcome);
	outcome.type = OUTCOME_PART;
	outcome.version.size = size;
	outcome.written = size;
	if (attempt->lease)
		outcome.written =
			atomic_load(&attempt->last) - attempt->asked.first + 1;
	outcome.exchange.size_download = outcome.written;
	finish(bench, i, &outcome);
}

static inline void commit(struct bench *bench, size_t i)
{
	struct outcome outcome;

	check_int(bench->flying[i]->work, WORK_COMMIT);
	outcome_init(&outcome);
	finish(bench, i, &outcome);
}

/* The answer to the i-th: a range of a file of this size. */
static inline void answer(struct bench *bench, size_t i, int64_t size)
{
	struct version version = {.size = size, .etag = (char *)"\"v1\"", .mtime = -1};
	struct attempt *attempt = bench->flying[i];
	struct head head = {.version = &version,
		.ranges = true,
		.last = attempt->asked.last < size ? attempt->asked.last : size - 1};

	sched_head(bench->sched, bench->now, attempt, &head);
}

/* ... all of it, and no ranges. */
static inline void answer_whole(struct bench *bench, size_t i, int64_t size)
{
	struct version version = {.size = size, .mtime = -1};
	struct head head = {.version = &version, .last = size - 1};

	sched_head(bench->sched, bench->now, bench->flying[i], &head);
}

/* A file of so many chunks, of which three are on their way. */
static inline struct bench *begun(int64_t chunks)
{
	struct bench *bench = bench_chunks(8);

	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, chunks * MIB);
	turn(bench);
	check_int(bench->n_flying, 3);
	check_log(bench, "s1 s1 s1");
	bench->now += SEC / 10;
	return bench;
}

static inline void finished(struct bench *bench, const char *log)
{
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, log);
	check_int(bench->n_flying, 0);
	bench_free(bench);
}

#endif
