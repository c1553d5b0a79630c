/* chunked.h - what the tests of the scheduler with files in chunks share: a scheduler, what flies
 * of it in the order of the starts, and all that happened as text. */
#ifndef SEINE_TESTS_CHUNKED_H
#define SEINE_TESTS_CHUNKED_H

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/sched.h"
#include "tap.h"

#define SEC NS_PER_SEC
#define MIB (INT64_C(1) << 20)

/* The log has one letter per event, with the entry's number. */
struct bench {
	struct settings settings;
	struct source source;
	struct observer observer;
	struct sched *sched;
	nstime now, wake;
	struct attempt *flying[32];
	size_t n_flying;
	struct entry *ready[8];
	size_t n_ready, n_given;
	struct buf log;
	enum kind failed;
	struct history history; /* of the last DONE or FAILED */
	int64_t size_download;
	nstime waited;
};

static inline enum source_status bench_pull(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct bench *bench = container_of(source, struct bench, source);

	if (bench->n_given == bench->n_ready)
		return SOURCE_END;
	*entry = bench->ready[bench->n_given++];
	return SOURCE_ENTRY;
}

static inline void bench_event(struct observer *observer, const struct event *event)
{
	static const char letters[] = {[EVENT_START] = 's',
		[EVENT_FINISH] = 'f',
		[EVENT_RETRY] = 'r',
		[EVENT_REDIRECT] = '>',
		[EVENT_READ] = 'R',
		[EVENT_DONE] = 'D',
		[EVENT_FAILED] = 'F',
		[EVENT_PAUSE] = 'p'};
	struct bench *bench = container_of(observer, struct bench, observer);

	buf_addf(&bench->log, "%s%c%" PRIu64, bench->log.len ? " " : "",
		letters[event->type], event->entry->number);
	if (event->type == EVENT_RETRY)
		bench->waited = event->wait;
	if (event->type == EVENT_FAILED)
		bench->failed = event->error->kind;
	if (event->type == EVENT_DONE)
		bench->size_download = event->outcome->exchange.size_download;
	if (event->type == EVENT_DONE || event->type == EVENT_FAILED)
		bench->history = *event->history;
}

static inline struct entry *add(struct bench *bench, const char *url)
{
	struct entry *entry = entry_new();

	strings_add(&entry->urls, url);
	check_int(url_parse(&entry->url, url, NULL), 0);
	entry->number = bench->n_ready + 1;
	bench->ready[bench->n_ready++] = entry;
	return entry;
}

/* Chunks of 1 MiB, three of a file at a time. */
static inline struct bench *bench_new(int64_t jobs)
{
	static const struct source_ops source_ops = {.next = bench_pull};
	static const struct observer_ops observer_ops = {.event = bench_event};
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->settings = (struct settings){.jobs = jobs,
		.split = 3,
		.chunk_size = MIB,
		.tries = 3,
		.retry_wait = SEC,
		.retry_max_wait = 20 * SEC,
		.max_redirs = 3};
	bench->source.ops = &source_ops;
	bench->observer.ops = &observer_ops;
	bench->now = 1000 * SEC;
	buf_init(&bench->log);
	return bench;
}

/* What flies is ended first, as engines do. */
static inline void bench_free(struct bench *bench)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_INTERRUPTED;
	while (bench->n_flying > 0)
		sched_finish(bench->sched, bench->now, bench->flying[--bench->n_flying],
			&outcome);
	sched_free(bench->sched);
	while (bench->n_given < bench->n_ready)
		entry_free(bench->ready[bench->n_given++]);
	buf_release(&bench->log);
	free(bench);
}

/* Start all that may be started now. */
static inline enum sched_verdict turn(struct bench *bench)
{
	struct attempt *attempt = NULL;
	enum sched_verdict verdict = SCHED_WAIT;

	if (!bench->sched)
		bench->sched = sched_new(
			&bench->settings, &bench->source, &bench->observer, 20240229);
	for (int calls = 0; calls < 1000; calls++) {
		verdict = sched_next(bench->sched, bench->now, &attempt, &bench->wake);
		if (verdict == SCHED_START)
			bench->flying[bench->n_flying++] = attempt;
		else if (verdict == SCHED_FINISHED || bench->wake > bench->now)
			return verdict;
	}
	check(!"an end of it");
	return verdict;
}

static inline void check_log(struct bench *bench, const char *want)
{
	check_str(bench->log.data, want);
	buf_clear(&bench->log);
}

/* The i-th of those that fly has come to this. */
static inline void finish(struct bench *bench, size_t i, struct outcome *outcome)
{
	struct attempt *attempt = bench->flying[i];

	check(i < bench->n_flying);
	if (i >= bench->n_flying)
		return;
	bench->n_flying--;
	memmove(&bench->flying[i], &bench->flying[i + 1],
		(bench->n_flying - i) * sizeof(attempt));
	sched_finish(bench->sched, bench->now, attempt, outcome);
	outcome_release(outcome);
}

static inline void fail_written(
	struct bench *bench, size_t i, enum kind kind, int64_t written)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = kind;
	outcome.written = written;
	finish(bench, i, &outcome);
}

static inline void fail(struct bench *bench, size_t i, enum kind kind)
{
	fail_written(bench, i, kind, 0);
}

static inline void refuse(struct bench *bench, size_t i, long status)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_HTTP;
	outcome.exchange.status = status;
	finish(bench, i, &outcome);
}

static inline void send_on(struct bench *bench, size_t i, const char *to)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_REDIRECT;
	outcome.location = xstrdup(to);
	finish(bench, i, &outcome);
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
	struct bench *bench = bench_new(8);

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
