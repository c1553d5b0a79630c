/* What follows from a failure: another mirror, a retry after a backoff, begin anew, give up. */
#include "core/policy.h"
#include "core/sched_parts.h"

/* How often a file may begin anew before that counts as a failure. */
#define RESETS_MAX 3

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
static void sched_give_up(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome)
{
	struct error err;

	error_set(&err, outcome->kind, outcome->code, "%s", outcome->text);
	sched_unqueue(sched, task, now);
	chunks_cancel(&task->chunks);
	sched->cancelled += task->history.in_flight > 0;
	sched_fail(sched, task, now, attempt, outcome, &err);
}

/* Somebody must have failed for this. */
static void book_failure(struct sched *sched, struct task *task,
	struct attempt *attempt, nstime now, const struct outcome *outcome)
{
	int64_t max_tries = task->entry->max_tries > 0 ? task->entry->max_tries
						       : sched->settings->tries;
	enum task_move move = TASK_GIVE_UP;
	nstime wait = 0;

	if (!ends_entry(outcome->kind))
		move = task_failed(task, attempt, outcome, max_tries, now);
	if (move == TASK_ANEW && !begin_anew(sched, task, outcome))
		move = TASK_GIVE_UP;
	if (move == TASK_BACKOFF)
		wait = retry_wait(sched, task, now, outcome);
	if (move == TASK_GIVE_UP || now + wait >= task->deadline) {
		sched_give_up(sched, task, attempt, now, outcome);
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
	if (outcome->kind == KIND_CROWDED) {
		task->history.retries++;
		sched_tell(sched, EVENT_RETRY, now, attempt, outcome, 0);
		sched_wait_for_room(sched, task, now);
		return true;
	}
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

void sched_failed(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome)
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
	book_failure(sched, task, attempt, now, outcome);
}
