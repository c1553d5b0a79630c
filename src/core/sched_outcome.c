/* What outcomes mean: done, go on, a redirect, a pause of the origin; failures are
 * sched_failure.c's. */
#include <stdio.h>

#include "core/policy.h"
#include "core/sched_parts.h"

#define QUICK NS_PER_SEC /* a refused connection takes a round trip, others longer */

static void sched_redirected(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome)
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
		url_keep_user(&target, attempt_place(attempt));
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
	sched_failed(sched, task, attempt, now, &refused);
}

/* Is the origin in the middle of sending something? */
static bool is_sending(const struct origin *origin)
{
	const struct attempt *oldest;

	if (list_empty(&origin->flying))
		return false;
	oldest = container_of(origin->flying.next, struct attempt, flying);
	return attempt_received(oldest) > 0;
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
	attempt->task->successes = origin->successes;
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
	sched->cancelled += task->history.in_flight > 0;
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
	const struct whence whence = {.url = attempt->url,
		.is_public = outcome->from_public ||
			     task->mirrors[attempt->mirror].from_public};

	sched_tell(sched, EVENT_READ, now, attempt, outcome, 0);
	source_read(task->entry, &whence, outcome->document);
	sched->reading = sched->ended = false;
	task->done = true;
}

static void sched_judge(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome)
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
		sched_redirected(sched, task, attempt, now, outcome);
		break;
	case OUTCOME_FAILED:
		sched_failed(sched, task, attempt, now, outcome);
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
	bool matters;

	sched->in_flight--;
	matters = task_end(task, attempt, outcome, now);
	sched_tell(sched, EVENT_FINISH, now, attempt, outcome, 0);
	leave_origin(sched, attempt, now, outcome, success);
	if (!task->done && matters)
		sched_judge(sched, task, attempt, now, outcome);
	else if (!task->done)
		sched_replace(sched, task, attempt, now);
	attempt_free(attempt);
	if (task->done && task->history.in_flight == 0)
		sched_drop(sched, task);
}
