/* scheduling.h - what the tests of the scheduler share: one with a source that is told what to say,
 * the attempts that fly, what these come to, and all that happened as text. */
#ifndef SEINE_TESTS_SCHEDULING_H
#define SEINE_TESTS_SCHEDULING_H

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/sched.h"
#include "tap.h"

#define SEC NS_PER_SEC

/* The log has one letter per event, with the entry's number. */
struct bench {
	struct settings settings; /* may be changed until the scheduler begins */
	struct source source;
	struct observer observer;
	struct sched *sched;
	nstime now, wake, waited;
	struct attempt *flying[64]; /* in the order of their starts */
	size_t n_flying;
	bool by_start; /* the tests count them in that order, not by their entries */

	enum source_status idle; /* what the source says when it has no entry */
	int fd;
	struct entry *ready[64];
	size_t n_ready, n_given, asked;
	struct buf log;
	enum kind failed;       /* of the last EVENT_FAILED */
	int64_t size_download;  /* of the last DONE */
	struct history history; /* of the last DONE or FAILED; url as text below */
	char url[128];
};

static inline enum source_status bench_pull(
	struct source *source, struct entry **entry, struct error *err)
{
	struct bench *bench = container_of(source, struct bench, source);

	bench->asked++;
	if (bench->n_given < bench->n_ready) {
		*entry = bench->ready[bench->n_given++];
		return SOURCE_ENTRY;
	}
	if (bench->idle == SOURCE_BAD || bench->idle == SOURCE_BROKEN) {
		error_set(err, KIND_INPUT, 0, "bad");
		bench->idle = SOURCE_END;
		return SOURCE_BAD;
	}
	return bench->idle;
}

static inline int bench_fd(const struct source *source)
{
	return container_of(source, const struct bench, source)->fd;
}

static inline void bench_event(struct observer *observer, const struct event *event)
{
	static const char letters[] = {[EVENT_START] = 's',
		[EVENT_FINISH] = 'f',
		[EVENT_RETRY] = 'r',
		[EVENT_REDIRECT] = '>',
		[EVENT_READ] = 'R',
		[EVENT_DONE] = 'D',
		[EVENT_PRESENT] = 'P',
		[EVENT_FAILED] = 'F',
		[EVENT_BAD_LINE] = 'b',
		[EVENT_BROKEN] = 'B',
		[EVENT_PAUSE] = 'p'};
	struct bench *bench = container_of(observer, struct bench, observer);

	check_int(event->now, bench->now);
	buf_addf(&bench->log, "%s%c%" PRIu64, bench->log.len ? " " : "",
		letters[event->type], event->entry->number);
	if (event->type == EVENT_RETRY || event->type == EVENT_PAUSE)
		bench->waited = event->wait;
	if (event->type == EVENT_FAILED)
		bench->failed = event->error->kind;
	if (event->type == EVENT_DONE)
		bench->size_download = event->outcome->exchange.size_download;
	if (event->type == EVENT_DONE || event->type == EVENT_FAILED) {
		bench->history = *event->history;
		snprintf(bench->url, sizeof(bench->url), "%s",
			event->history->url ? event->history->url : "-");
	}
}

/* Another URL for the entry added last. */
static inline void mirror(struct bench *bench, const char *url)
{
	strings_add(&bench->ready[bench->n_ready - 1]->urls, url);
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

static inline struct bench *bench_new(int64_t jobs)
{
	static const struct source_ops source_ops = {
		.next = bench_pull, .fd = bench_fd};
	static const struct observer_ops observer_ops = {.event = bench_event};
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->settings = (struct settings){.jobs = jobs,
		.tries = 3,
		.retry_wait = SEC,
		.retry_max_wait = 20 * SEC,
		.max_redirs = 3};
	bench->source.ops = &source_ops;
	bench->observer.ops = &observer_ops;
	bench->idle = SOURCE_END;
	bench->fd = -1;
	bench->now = 1000 * SEC;
	buf_init(&bench->log);
	return bench;
}

/* turn() does it where nobody wants it before. */
static inline void begin(struct bench *bench, struct source *source)
{
	bench->sched = sched_new(&bench->settings, source, &bench->observer, 20240229);
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

/* Start all that may be started; what the scheduler said then. */
static inline enum sched_verdict turn(struct bench *bench)
{
	struct attempt *attempt = NULL;
	enum sched_verdict verdict = SCHED_WAIT;

	if (!bench->sched)
		begin(bench, &bench->source);
	for (int calls = 0; calls < 1000; calls++) {
		verdict = sched_next(bench->sched, bench->now, &attempt, &bench->wake);
		if (verdict == SCHED_START) {
			check_int(attempt->started, bench->now);
			bench->flying[bench->n_flying++] = attempt;
		} else if (verdict == SCHED_FINISHED || bench->wake > bench->now) {
			return verdict;
		}
	}
	check(!"an end of it");
	return verdict;
}

static inline void check_log(struct bench *bench, const char *want)
{
	check_str(bench->log.data, want);
	buf_clear(&bench->log);
}

/* Where in `flying` the one is that the test means by this number. */
static inline size_t place(const struct bench *bench, size_t number)
{
	size_t i = 0;

	if (bench->by_start)
		return number;
	while (i < bench->n_flying && bench->flying[i]->entry->number != number)
		i++;
	return i;
}

/* The attempt that the test means by this number has come to this. */
static inline void finish(struct bench *bench, size_t number, struct outcome *outcome)
{
	size_t i = place(bench, number);
	struct attempt *attempt;

	check(i < bench->n_flying);
	if (i >= bench->n_flying)
		return;
	attempt = bench->flying[i];
	bench->n_flying--;
	memmove(&bench->flying[i], &bench->flying[i + 1],
		(bench->n_flying - i) * sizeof(attempt));
	sched_finish(bench->sched, bench->now, attempt, outcome);
	outcome_release(outcome);
}

static inline void succeed(struct bench *bench, size_t number)
{
	struct outcome outcome;

	outcome_init(&outcome);
	finish(bench, number, &outcome);
}

/* ... after so many bytes that are kept. */
static inline void fail_written(
	struct bench *bench, size_t number, enum kind kind, int64_t written)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = kind;
	outcome.written = written;
	snprintf(outcome.text, sizeof(outcome.text), "%s", kind_name(kind));
	finish(bench, number, &outcome);
}

static inline void fail(struct bench *bench, size_t number, enum kind kind)
{
	fail_written(bench, number, kind, 0);
}

static inline void refuse(
	struct bench *bench, size_t number, long status, nstime retry_after)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_HTTP;
	outcome.exchange.status = status;
	outcome.retry_after = retry_after;
	finish(bench, number, &outcome);
}

static inline void send_on(
	struct bench *bench, size_t number, const char *to, bool from_public)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_REDIRECT;
	outcome.location = xstrdup(to);
	outcome.from_public = from_public;
	outcome.exchange.status = 302;
	finish(bench, number, &outcome);
}

#endif
