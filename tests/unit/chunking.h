/* chunking.h - what the tests of chunks share: the chunks of one file, attempts at it, and what
 * these are answered and come to. Time is simulated. */
#ifndef SEINE_TESTS_CHUNKING_H
#define SEINE_TESTS_CHUNKING_H

#include <stdlib.h>

#include "base/alloc.h"
#include "core/chunks.h"
#include "tap.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define SEC NS_PER_SEC

struct bench {
	struct chunks chunks;
	struct entry *entry;
	nstime now;
};

static const struct plan_wish usual = {.split = 4, .least = 8 * MIB};

static inline void bench_init(struct bench *bench, const struct plan_wish *wish)
{
	bench->entry = entry_new();
	bench->now = 100 * SEC;
	chunks_init(&bench->chunks, wish, bench->entry);
}

static inline void bench_release(struct bench *bench)
{
	chunks_release(&bench->chunks);
	entry_free(bench->entry);
}

/* One more attempt; NULL when there is nothing for it to do. */
static inline struct attempt *start(struct bench *bench)
{
	static const struct version pin = VERSION_UNKNOWN;
	struct attempt *attempt;

	if (!chunks_want(&bench->chunks))
		return NULL;
	attempt = xcalloc(1, sizeof(*attempt));
	list_init(&attempt->sibling);
	attempt->version = (struct version)VERSION_UNKNOWN;
	attempt->started = bench->now;
	chunks_start(&bench->chunks, attempt, &pin, bench->now);
	return attempt;
}

static inline void attempt_done(struct attempt *attempt)
{
	version_release(&attempt->version);
	free(attempt);
}

/* The answer brings the file up to `last`; "" is no validator. */
static inline bool answer(struct bench *bench, struct attempt *attempt, int64_t size,
	int64_t last, bool ranges, const char *etag)
{
	struct version version = {
		.size = size, .etag = (char *)(*etag ? etag : NULL), .mtime = -1};
	struct head head = {.version = &version, .ranges = ranges, .last = last};

	return chunks_head(&bench->chunks, attempt, &head);
}

/* The usual answer: what was asked for, and there is more. */
static inline bool answer_range(
	struct bench *bench, struct attempt *attempt, int64_t size)
{
	return answer(bench, attempt, size,
		attempt->asked.last < size ? attempt->asked.last : size - 1, true,
		"\"v1\"");
}

static inline bool end(struct bench *bench, struct attempt *attempt,
	enum outcome_type type, int64_t written)
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
static inline bool bring(struct bench *bench, struct attempt *attempt)
{
	if (!attempt)
		return false;
	return end(bench, attempt, OUTCOME_PART,
		atomic_load(&attempt->last) - attempt->asked.first + 1);
}

static inline void check_asked(
	const struct attempt *attempt, int64_t first, int64_t last)
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
static inline struct attempt *begin_ranges(struct bench *bench, int64_t size)
{
	struct attempt *attempt;

	bench_init(bench, &usual);
	attempt = start(bench);
	check(answer_range(bench, attempt, size));
	check_int(bench->chunks.way, CHUNKS_RANGES);
	return attempt;
}

#endif
