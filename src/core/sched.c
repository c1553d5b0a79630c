/* The scheduler.
 *
 * A task is in one of three places: in the queue of its origin (it may start as soon as
 * the origin may be asked), in the heap of those that back off, or in flight.
 * sched_next moves what is due, pulls entries from the source as far as the window
 * allows, and lets the origin whose turn it is start its first task.
 *
 * The window: a look-ahead of a few times `jobs` is always kept, so that origins get
 * turns even where each could use all of `jobs`; only when no origin can start anything
 * (all at their limit or paused) is more of the list read, up to WINDOW, in search of
 * another. */
#include "core/sched.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/origin.h"
#include "core/policy.h"
#include "core/task.h"

#define WINDOW 16384    /* tasks begun or read ahead, besides those in flight */
#define AHEAD_MIN 256   /* the look-ahead that is always kept ... */
#define AHEAD_PER_JOB 4 /* ... or as many per job, if that is more */
#define PULL_BURST 64   /* entries read in one call: the engine must not wait long */

struct sched {
	const struct settings *settings;
	struct source *source;
	struct observer *observer;
	uint64_t random;
	struct origins origins;
	struct list tasks; /* all of them, for the end */
	struct heap backoff;
	size_t n_tasks, n_waiting, in_flight;
	bool draining;
	bool ended;   /* the source has no more */
	bool starved; /* the source has nothing yet */
};

struct sched *sched_new(const struct settings *settings, struct source *source,
	struct observer *observer, uint64_t seed)
{
	struct sched *sched = xcalloc(1, sizeof(*sched));

	sched->settings = settings;
	sched->source = source;
	sched->observer = observer;
	sched->random = seed;
	origins_init(&sched->origins,
		settings->per_host > 0 ? (size_t)settings->per_host : SIZE_MAX);
	sched->origins.requests_per_second = (double)settings->request_rate / 3600;
	list_init(&sched->tasks);
	heap_init(&sched->backoff);
	return sched;
}

static void sched_drop(struct sched *sched, struct task *task)
{
	list_remove(&task->all);
	heap_remove(&sched->backoff, &task->wake);
	sched->n_tasks--;
	task_free(task);
}

void sched_free(struct sched *sched)
{
	struct list *node;

	if (!sched)
		return;
	while ((node = sched->tasks.next) != &sched->tasks)
		sched_drop(sched, container_of(node, struct task, all));
	origins_release(&sched->origins);
	heap_release(&sched->backoff);
	free(sched);
}

/* splitmix64: enough for jitter, and reproducible from the seed. */
static uint64_t sched_random(struct sched *sched)
{
	uint64_t z = sched->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void tell(struct sched *sched, enum event_type type, nstime now,
	struct task *task, const struct outcome *outcome, nstime wait)
{
	observer_tell(sched->observer, &(struct event){.type = type,
					       .now = now,
					       .entry = task->entry,
					       .attempt = &task->attempt,
					       .outcome = outcome,
					       .history = &task->history,
					       .origin_key = task->attempt.origin_key,
					       .wait = wait});
}

/* The task's last word, and its end. */
static void sched_fail(struct sched *sched, struct task *task, nstime now,
	const struct outcome *outcome, const struct error *err)
{
	observer_tell(sched->observer, &(struct event){.type = EVENT_FAILED,
					       .now = now,
					       .entry = task->entry,
					       .outcome = outcome,
					       .history = &task->history,
					       .error = err});
	sched_drop(sched, task);
}

static void sched_enqueue(
	struct sched *sched, struct task *task, bool front, nstime now)
{
	struct origin *origin = origins_get(&sched->origins, task->at->origin, now);

	task->attempt.queued = now;
	sched->n_waiting++;
	origin_queue(&sched->origins, origin, &task->link, front, now);
}

static bool sched_may_pull(const struct sched *sched)
{
	size_t jobs = (size_t)sched->settings->jobs;
	size_t ahead =
		AHEAD_PER_JOB * jobs > AHEAD_MIN ? AHEAD_PER_JOB * jobs : AHEAD_MIN;

	if (sched->ended || sched->draining || sched->in_flight >= jobs ||
		sched->n_tasks - sched->in_flight >= WINDOW)
		return false;
	return list_empty(&sched->origins.turns) || sched->n_waiting < ahead;
}

/* Read on; true when there is probably more to be had at once. While something can
 * start, two entries a call are enough: the look-ahead grows as the job runs, and
 * nothing waits for it. */
static bool sched_pull(struct sched *sched, nstime now)
{
	sched->starved = false;
	for (int pulled = 0; sched_may_pull(sched); pulled++) {
		bool idle = list_empty(&sched->origins.turns);
		struct entry *entry = NULL;
		struct task *task;

		if (pulled >= (idle ? PULL_BURST : 2))
			return idle;
		switch (source_next(sched->source, &entry, NULL)) {
		case SOURCE_ENTRY:
			task = task_new(entry, now);
			list_add_before(&sched->tasks, &task->all);
			sched->n_tasks++;
			sched_enqueue(sched, task, false, now);
			break;
		case SOURCE_AGAIN:
			sched->starved = true;
			return idle && source_fd(sched->source) < 0;
		case SOURCE_BAD:
		case SOURCE_BROKEN:
			break; /* whoever wraps the inputs has told of it */
		case SOURCE_END:
			sched->ended = true;
		}
	}
	return false;
}

static struct attempt *sched_start(struct sched *sched, nstime now)
{
	struct origin *origin = NULL;
	struct list *node = origins_start(&sched->origins, &origin, now);
	struct task *task;
	struct attempt *attempt;

	if (!node)
		return NULL;
	task = container_of(node, struct task, link);
	attempt = &task->attempt;
	attempt->task = task;
	attempt->entry = task->entry;
	attempt->origin = origin;
	list_add_before(&origin->flying, &task->link);
	task->successes = origin->successes;
	attempt->origin_key = origin->key;
	attempt->url = task->at->text;
	attempt->host = task->at->host;
	attempt->port = url_port(task->at);
	attempt->trusted = url_same_origin(task->at, &task->entry->url);
	attempt->public_only = task->from_public && !sched->settings->allow_private;
	attempt->started = now;
	attempt->ordinal = ++task->history.attempts;
	atomic_store_explicit(&attempt->received, 0, memory_order_relaxed);
	atomic_store_explicit(&attempt->expected, -1, memory_order_relaxed);
	if (attempt->ordinal == 1) {
		task->history.time_queue = now - task->born;
		task->deadline = sched->settings->max_time > 0
					 ? now + sched->settings->max_time
					 : NSTIME_NEVER;
	}
	attempt->deadline = task->deadline;
	task->history.url = attempt->url;
	sched->n_waiting--;
	sched->in_flight++;
	tell(sched, EVENT_START, now, task, NULL, 0);
	return attempt;
}

/* All that was in flight has ended, and nothing more is to start. */
static void sched_abandon(struct sched *sched, nstime now)
{
	struct error err;
	struct list *node;

	error_set(&err, KIND_INTERRUPTED, 0, "stopped before it was done");
	while ((node = sched->tasks.next) != &sched->tasks) {
		struct task *task = container_of(node, struct task, all);

		if (task->history.attempts > 0)
			sched_fail(sched, task, now, NULL, &err);
		else
			sched_drop(sched, task);
	}
}

enum sched_verdict sched_next(
	struct sched *sched, nstime now, struct attempt **attempt, nstime *wake)
{
	struct heap_node *node;
	nstime paused;
	bool more = false;

	*wake = NSTIME_NEVER;
	if (sched->draining) {
		if (sched->in_flight > 0)
			return SCHED_WAIT;
		sched_abandon(sched, now);
		return SCHED_FINISHED;
	}
	while ((node = heap_pop_due(&sched->backoff, now)))
		sched_enqueue(sched, container_of(node, struct task, wake), true, now);
	paused = origins_wake(&sched->origins, now);
	if (sched->in_flight < (size_t)sched->settings->jobs) {
		more = sched_pull(sched, now);
		*attempt = sched_start(sched, now);
		if (*attempt)
			return SCHED_START;
	}
	if (sched->ended && sched->n_tasks == 0)
		return SCHED_FINISHED;
	*wake = heap_next(&sched->backoff);
	if (paused < *wake)
		*wake = paused;
	if (more)
		*wake = now;
	return SCHED_WAIT;
}

/* A kind that concerns the entry as a whole: no other mirror would change it. */
static bool ends_entry(enum kind kind)
{
	return kind == KIND_EXISTS || kind == KIND_BAD_NAME || kind == KIND_DISK ||
	       kind == KIND_INTERRUPTED || kind == KIND_INTERNAL;
}

/* How long a task waits before its mirrors are gone through again. Where the one to ask next
 * is at an origin that named a time, the pause of the origin is the wait. */
static nstime retry_wait(struct sched *sched, struct task *task, nstime now,
	const struct outcome *outcome)
{
	nstime wait =
		policy_backoff(sched->settings, task->round++, sched_random(sched));
	nstime gate = origins_gate(&sched->origins, task->at->origin, now);

	if (outcome->retry_after < 0)
		return wait;
	if (policy_is_refusal(outcome))
		return gate > now ? gate - now : wait;
	return wait > policy_pause(outcome->retry_after)
		       ? wait
		       : policy_pause(outcome->retry_after);
}

static void sched_failed(struct sched *sched, struct task *task, nstime now,
	const struct outcome *outcome, uint64_t successes)
{
	int64_t max_tries = task->entry->max_tries > 0 ? task->entry->max_tries
						       : sched->settings->tries;
	enum task_move move = TASK_GIVE_UP;
	struct error err;
	nstime wait = 0;

	error_set(&err, outcome->kind, outcome->code, "%s", outcome->text);
	if (!ends_entry(outcome->kind))
		move = task_failed(task, outcome, max_tries, successes);
	if (move == TASK_BACKOFF)
		wait = retry_wait(sched, task, now, outcome);
	if (move == TASK_GIVE_UP || now + wait >= task->deadline) {
		sched_fail(sched, task, now, outcome, &err);
		if (policy_is_fatal(outcome))
			sched_drain(sched);
		return;
	}
	task->history.retries++;
	tell(sched, EVENT_RETRY, now, task, outcome, wait);
	if (wait > 0)
		heap_set(&sched->backoff, &task->wake, now + wait);
	else
		sched_enqueue(sched, task, true, now);
}

static void sched_redirected(struct sched *sched, struct task *task, nstime now,
	const struct outcome *outcome, uint64_t successes)
{
	struct url target;
	struct error err;
	struct outcome refused = {.type = OUTCOME_FAILED,
		.kind = KIND_REDIRECT,
		.retry_after = -1,
		.exchange = outcome->exchange};
	bool from_public = task->from_public || outcome->from_public;

	if (url_parse(&target, outcome->location, &err) == 0 &&
		policy_redirect(sched->settings, task->at, &target, task->hops + 1,
			from_public, &err) == 0) {
		task->history.redirects++;
		tell(sched, EVENT_REDIRECT, now, task, outcome, 0);
		task_redirect(task, &target, from_public);
		sched_enqueue(sched, task, true, now);
		return;
	}
	url_release(&target);
	snprintf(refused.text, sizeof(refused.text), "%s%.200s",
		err.kind == KIND_REDIRECT ? "" : "bad redirect: ", err.text);
	sched_failed(sched, task, now, &refused, successes);
}

/* Is the origin in the middle of sending something? */
static bool is_sending(const struct origin *origin)
{
	const struct task *oldest;

	if (list_empty(&origin->flying))
		return false;
	oldest = container_of(origin->flying.next, struct task, link);
	return atomic_load_explicit(&oldest->attempt.received, memory_order_relaxed) >
	       0;
}

void sched_finish(struct sched *sched, nstime now, struct attempt *attempt,
	const struct outcome *outcome)
{
	struct task *task = attempt->task;
	struct origin *origin = attempt->origin;
	bool success = outcome->type == OUTCOME_DONE;
	uint64_t successes = origin->successes + success;

	list_remove(&task->link);
	task->delivers = is_sending(origin);
	sched->in_flight--;
	tell(sched, EVENT_FINISH, now, task, outcome, 0);
	if (outcome->retry_after >= 0 && policy_is_refusal(outcome)) {
		nstime pause = policy_pause(outcome->retry_after);

		if (origin_pause(&sched->origins, origin, pause, now))
			tell(sched, EVENT_PAUSE, now, task, outcome, pause);
	}
	origin_done(&sched->origins, origin, success, now); /* may free it */
	attempt->origin = NULL;
	attempt->origin_key = NULL;

	switch (outcome->type) {
	case OUTCOME_DONE:
		tell(sched, EVENT_DONE, now, task, outcome, 0);
		sched_drop(sched, task);
		break;
	case OUTCOME_REDIRECT:
		sched_redirected(sched, task, now, outcome, successes);
		break;
	case OUTCOME_FAILED:
		sched_failed(sched, task, now, outcome, successes);
	}
}

void sched_drain(struct sched *sched)
{
	sched->draining = true;
}

int sched_input_fd(const struct sched *sched)
{
	return sched->starved && sched_may_pull(sched) ? source_fd(sched->source) : -1;
}

size_t sched_in_flight(const struct sched *sched)
{
	return sched->in_flight;
}
