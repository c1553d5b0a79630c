/* What outcomes mean: done, go on, another mirror, a retry after a backoff, a redirect, a pause
 * of the origin, begin anew, give up. */
#include <stdio.h>

#include "core/policy.h"
#include "core/sched_parts.h"

/* How often a file may begin anew before that counts as a failure. */
#define RESETS_MAX 3
#define QUICK NS_PER_SEC /* a refused connection takes a round trip, others longer */

/* splitmix64: enough for jitter, and reproducible from the seed. */
static uint64_t sched_random(struct sched *sched)
{
	uint64_t z = sched->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
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

/* Tell of it, and go on: another attempt is made after `wait`. The task is in no queue. */
static void try_again(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome, nstime wait)
{
	task->history.retries++;
	sched_tell(sched, EVENT_RETRY, now, attempt, outcome, wait);
	if (wait > 0)
		heap_set(&sched->backoff, &task->wake, now + wait);
	else
		sched_go_on(sched, task, now);
}

/* Nothing of the file is to be kept. Returns false when that has happened too often. */
static bool begin_anew(
	struct sched *sched, struct task *task, const struct outcome *outcome)
{
	bool lies = outcome->kind == KIND_RANGE || outcome->kind == KIND_CHECKSUM;

	task_begin_anew(task,
		lies || task->chunks.resets >= RESETS_MAX ? CHUNKS_STREAM : CHUNKS_ASK);
	sched->cancelled++;
	return task->chunks.resets <= RESETS_MAX;
}

/* All that has come is not the file that is wanted. (A piece of it is an attempt's failure.) */
static bool is_wrong_as_a_whole(const struct task *task, const struct attempt *attempt,
	const struct outcome *outcome)
{
	return outcome->kind == KIND_CHECKSUM &&
	       (attempt->work == WORK_COMMIT || task->chunks.way != CHUNKS_RANGES);
}

static bool is_another_file(const struct outcome *outcome)
{
	return outcome->kind == KIND_RANGE || outcome->kind == KIND_CHANGED;
}

/* The task fails for good; what is in flight for it is to end. */
static void sched_give_up(struct sched *sched, struct task *task, nstime now,
	const struct outcome *outcome)
{
	struct error err;

	error_set(&err, outcome->kind, outcome->code, "%s", outcome->text);
	sched_unqueue(sched, task, now);
	chunks_cancel(&task->chunks);
	sched->cancelled += task->n_flying > 0;
	sched_fail(sched, task, now, outcome, &err);
}

/* Somebody must have failed for this. */
static void book_failure(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome,
	uint64_t successes)
{
	int64_t max_tries = task->entry->max_tries > 0 ? task->entry->max_tries
						       : sched->settings->tries;
	enum task_move move = TASK_GIVE_UP;
	nstime wait = 0;

	if (!ends_entry(outcome->kind))
		move = task_failed(task, attempt, outcome, max_tries, successes, now);
	if (move == TASK_ANEW && !begin_anew(sched, task, outcome))
		move = TASK_GIVE_UP;
	if (move == TASK_BACKOFF)
		wait = retry_wait(sched, task, now, outcome);
	if (move == TASK_GIVE_UP || now + wait >= task->deadline) {
		sched_give_up(sched, task, now, outcome);
		if (policy_is_fatal(outcome))
			sched_drain(sched);
		return;
	}
	try_again(sched, task, attempt, now, outcome, wait);
}

/* The mirror has another file, or lies: the others may still have the one that is fetched, and
 * if none has, another one is begun. Returns false when that has happened too often. */
static bool leave_mirror(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome)
{
	bool known =
		attempt->mirror != NO_MIRROR && task->mirrors[attempt->mirror].aside;
	enum task_move move = TASK_ANEW;
	nstime wait = 0;

	if (attempt->mirror != NO_MIRROR)
		move = task_set_aside(task, attempt);
	if (move == TASK_GIVE_UP)
		return false;
	/* Another attempt has been told so before. */
	if (known && move != TASK_ANEW) {
		sched_go_on(sched, task, now);
		return true;
	}
	if (move == TASK_ANEW && !begin_anew(sched, task, outcome))
		return false;
	if (move == TASK_BACKOFF)
		wait = retry_wait(sched, task, now, outcome);
	try_again(sched, task, attempt, now, outcome, wait);
	return true;
}

/* Is there something better to be done about it than to hold it against its mirror? Then that
 * is done. */
static bool get_round(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome)
{
	if (is_another_file(outcome))
		return leave_mirror(sched, task, attempt, now, outcome);
	if (!is_wrong_as_a_whole(task, attempt, outcome))
		return false;
	/* Of the bytes of several mirrors nobody knows whose are wrong: each by itself. */
	if (!begin_anew(sched, task, outcome) || attempt->mirror != NO_MIRROR)
		return false;
	try_again(sched, task, attempt, now, outcome, 0);
	return true;
}

static void sched_failed(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome,
	uint64_t successes)
{
	sched_unqueue(sched, task, now);
	if (get_round(sched, task, attempt, now, outcome))
		return;
	if (task_has_failed_since(task, attempt) && !ends_entry(outcome->kind)) {
		sched_go_on(sched, task, now);
		return;
	}
	/* Without a plan what has come does not stay. */
	if (outcome->written > 0 && task->chunks.plan)
		task_progress(task, attempt, outcome);
	book_failure(sched, task, attempt, now, outcome, successes);
}

static void sched_redirected(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome,
	uint64_t successes)
{
	struct url target;
	struct error err;
	struct outcome refused = {.type = OUTCOME_FAILED,
		.kind = KIND_REDIRECT,
		.retry_after = -1,
		.version = VERSION_UNKNOWN,
		.exchange = outcome->exchange};
	const struct mirror *mirror = &task->mirrors[attempt->mirror];
	bool from_public = mirror->from_public || outcome->from_public;

	if (!task_is_there(task, attempt)) {
		sched_go_on(sched, task, now);
		return;
	}
	if (url_parse(&target, outcome->location, &err) == 0 &&
		policy_redirect(sched->settings, attempt_place(attempt), &target,
			mirror->hops + 1, from_public, &err) == 0) {
		task->history.redirects++;
		sched_tell(sched, EVENT_REDIRECT, now, attempt, outcome, 0);
		sched_unqueue(sched, task, now);
		task_redirect(task, attempt, &target, from_public, outcome->moved);
		sched_add_mirrors(
			sched, task, attempt, outcome->mirrors, outcome->from_public);
		sched_go_on(sched, task, now);
		return;
	}
	url_release(&target);
	snprintf(refused.text, sizeof(refused.text), "%s%.200s",
		err.kind == KIND_REDIRECT ? "" : "bad redirect: ", err.text);
	sched_failed(sched, task, attempt, now, &refused, successes);
}

/* Is the origin in the middle of sending something? */
static bool is_sending(const struct origin *origin)
{
	const struct attempt *oldest;

	if (list_empty(&origin->flying))
		return false;
	oldest = container_of(origin->flying.next, struct attempt, flying);
	return atomic_load_explicit(&oldest->received, memory_order_relaxed) > 0;
}

/* What the outcome tells of the origin's capacity. */
static enum limiter_news news_of(
	const struct origin *origin, const struct outcome *outcome, nstime latency)
{
	if (outcome->type != OUTCOME_FAILED || outcome->kind == KIND_CHECKSUM)
		return LIMITER_DELIVERED;
	if (policy_is_refusal(outcome))
		return LIMITER_REFUSED;
	/* Where nothing ever answers there is no capacity to be found. */
	if (outcome->kind == KIND_CONNECT && origin->successes > 0 && latency < QUICK)
		return LIMITER_REFUSED;
	if (outcome->kind == KIND_HTTP && outcome->exchange.status < 500)
		return LIMITER_DELIVERED;
	return LIMITER_FAILED;
}

/* The origin's part of the end of an attempt. */
static void leave_origin(struct sched *sched, struct attempt *attempt, nstime now,
	const struct outcome *outcome, bool success)
{
	struct origin *origin = attempt->origin;
	struct limiter_report report = {.bytes = outcome->exchange.size_download,
		.latency = now - attempt->started,
		.rank = attempt->rank};

	if (!origin)
		return;
	report.news = news_of(origin, outcome, report.latency);
	report.again = attempt->task->mirrors[attempt->mirror].refusals > 0;
	list_remove(&attempt->flying);
	attempt->task->delivers = is_sending(origin);
	if (outcome->retry_after >= 0 && policy_is_refusal(outcome)) {
		nstime pause = policy_pause(outcome->retry_after);

		if (origin_pause(&sched->origins, origin, pause, now))
			sched_tell(sched, EVENT_PAUSE, now, attempt, outcome, pause);
	}
	origin_done(&sched->origins, origin, success, &report, now);
	attempt->task->flaky = limiter_bears(&origin->limiter);
	attempt->origin = NULL;
}

/* The file is there. What its commit cannot know, of the exchanges, is added. */
static void sched_done(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome)
{
	struct outcome told = *outcome;

	if (attempt->work == WORK_COMMIT) {
		told.exchange = task->exchange;
		told.exchange.time_total = now - task->born - task->history.time_queue;
	}
	sched_tell(sched, EVENT_DONE, now, attempt, &told, 0);
	chunks_cancel(&task->chunks);
	sched->cancelled += task->n_flying > 0;
	task->done = true;
}

/* The file that was there is what the server still has. */
static void sched_current(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome)
{
	sched_tell(sched, EVENT_PRESENT, now, attempt, outcome, 0);
	task->done = true;
}

/* It was a document: the source may have more now. */
static void sched_read(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome)
{
	sched_tell(sched, EVENT_READ, now, attempt, outcome, 0);
	source_read(task->entry, outcome->document);
	sched->reading = sched->ended = false;
	task->done = true;
}

static void sched_judge(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome, uint64_t successes)
{
	switch (outcome->type) {
	case OUTCOME_DONE:
		sched_done(sched, task, attempt, now, outcome);
		break;
	case OUTCOME_CURRENT:
		sched_current(sched, task, attempt, now, outcome);
		break;
	case OUTCOME_PART:
		task_progress(task, attempt, outcome);
		/* Its mirror may be the one to ask next, now. */
		sched_unqueue(sched, task, now);
		sched_go_on(sched, task, now);
		break;
	case OUTCOME_DOCUMENT:
		sched_read(sched, task, attempt, now, outcome);
		break;
	case OUTCOME_REDIRECT:
		sched_redirected(sched, task, attempt, now, outcome, successes);
		break;
	case OUTCOME_FAILED:
		sched_failed(sched, task, attempt, now, outcome, successes);
	}
}

/* The attempt has been cancelled: what is left of it is somebody else's now. */
static void sched_replace(
	struct sched *sched, struct task *task, struct attempt *attempt, nstime now)
{
	if (attempt->generation == task->chunks.generation) {
		sched_unqueue(sched, task, now);
		task_was_slow(task, attempt);
	}
	sched_go_on(sched, task, now);
}

void sched_finish(struct sched *sched, nstime now, struct attempt *attempt,
	const struct outcome *outcome)
{
	struct task *task = attempt->task;
	bool success =
		outcome->type == OUTCOME_DONE || outcome->type == OUTCOME_CURRENT ||
		outcome->type == OUTCOME_DOCUMENT || outcome->type == OUTCOME_PART;
	uint64_t successes = attempt->origin ? attempt->origin->successes + success : 0;
	bool matters;

	sched->in_flight--;
	matters = task_end(task, attempt, outcome, now);
	sched_tell(sched, EVENT_FINISH, now, attempt, outcome, 0);
	leave_origin(sched, attempt, now, outcome, success);
	if (!task->done && matters)
		sched_judge(sched, task, attempt, now, outcome, successes);
	else if (!task->done)
		sched_replace(sched, task, attempt, now);
	attempt_free(attempt);
	if (task->done && task->n_flying == 0)
		sched_drop(sched, task);
}
