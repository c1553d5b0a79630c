/* scheduling.h - what the tests of the scheduler's decisions share: a scheduler with a source that
 * is told what to say, and all that happened as text. */
#ifndef SEINE_TESTS_SCHEDULING_H
#define SEINE_TESTS_SCHEDULING_H

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/sched.h"
#include "tap.h"

#define SEC NS_PER_SEC
#define AWAY_MAX 64

/* The log has one letter per event, with the entry's number. */
struct bench {
	struct settings settings;
	struct source source;
	struct observer observer;
	struct sched *sched;
	nstime now, wake, waited;
	struct attempt *away[AWAY_MAX]; /* by entry */

	enum source_status idle; /* what the source says when it has no entry */
	int fd;
	struct entry *ready[64];
	size_t n_ready, n_given, asked;
	struct buf log;
	enum kind failed;       /* of the last EVENT_FAILED */
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

static inline void add(struct bench *bench, const char *url)
{
	struct entry *entry = entry_new();

	strings_add(&entry->urls, url);
	check_int(url_parse(&entry->url, url, NULL), 0);
	entry->number = bench->n_ready + 1;
	bench->ready[bench->n_ready++] = entry;
}

static inline struct bench *bench_new(int64_t jobs, int64_t per_host)
{
	static const struct source_ops source_ops = {
		.next = bench_pull, .fd = bench_fd};
	static const struct observer_ops observer_ops = {.event = bench_event};
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->settings = (struct settings){.jobs = jobs,
		.per_host = per_host,
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
	bench->sched =
		sched_new(&bench->settings, &bench->source, &bench->observer, 20240229);
	return bench;
}

/* With --jobs auto. */
static inline struct bench *bench_auto(int64_t per_host)
{
	struct bench *bench = bench_new(1000, per_host);

	sched_free(bench->sched);
	bench->settings.jobs_auto = true;
	bench->sched =
		sched_new(&bench->settings, &bench->source, &bench->observer, 20240229);
	return bench;
}

/* What is in flight is ended first, as engines do. */
static inline void bench_free(struct bench *bench)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_INTERRUPTED;
	for (size_t i = 0; i < AWAY_MAX; i++)
		if (bench->away[i])
			sched_finish(
				bench->sched, bench->now, bench->away[i], &outcome);
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
	enum sched_verdict verdict;

	for (int calls = 0; calls < 1000; calls++) {
		verdict = sched_next(bench->sched, bench->now, &attempt, &bench->wake);
		if (verdict == SCHED_START) {
			check_int(attempt->started, bench->now);
			bench->away[attempt->entry->number] = attempt;
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

static inline void finish(
	struct bench *bench, int number, const struct outcome *outcome)
{
	struct attempt *attempt = bench->away[number];

	check(attempt != NULL);
	bench->away[number] = NULL;
	if (attempt)
		sched_finish(bench->sched, bench->now, attempt, outcome);
}

static inline void succeed(struct bench *bench, int number)
{
	struct outcome outcome;

	outcome_init(&outcome);
	finish(bench, number, &outcome);
}

static inline void fail(struct bench *bench, int number, enum kind kind)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = kind;
	snprintf(outcome.text, sizeof(outcome.text), "%s", kind_name(kind));
	finish(bench, number, &outcome);
}

static inline void refuse(
	struct bench *bench, int number, long status, nstime retry_after)
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
	struct bench *bench, int number, const char *to, bool from_public)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_REDIRECT;
	outcome.location = xstrdup(to);
	outcome.from_public = from_public;
	outcome.exchange.status = 302;
	finish(bench, number, &outcome);
	outcome_release(&outcome);
}

#endif
