/* sched_parts.h - the scheduler's state, and what its files call of each other.
 *
 * sched.c says what may start now, sched_tasks.c keeps the places where tasks wait,
 * sched_outcome.c judges what attempts came to, sched_failure.c does what follows where that was
 * nothing. For these four only: everybody else knows sched.h. As there: pure, and callers
 * serialise all calls. */
#ifndef SEINE_CORE_SCHED_PARTS_H
#define SEINE_CORE_SCHED_PARTS_H

#include "core/origin.h"
#include "core/sched.h"
#include "core/task.h"

struct sched {
	const struct settings *settings;
	struct source *source;
	struct observer *observer;
	uint64_t random;
	struct origins origins;
	struct list tasks;   /* all of them, for the end */
	struct list whole;   /* those to be committed */
	struct list cut;     /* those that come in ranges */
	struct list crowded; /* those that others leave no room; they back off, too */
	size_t n_answered;   /* those that take room */
	nstime rescue;       /* when to look for slow attempts again */
	uint64_t cancelled;  /* how often attempts were cancelled */
	struct plan_wish wish;
	struct heap backoff;
	size_t n_tasks, n_waiting, in_flight;
	bool draining;
	bool ended;   /* the source has no more */
	bool starved; /* the source has nothing yet */
	bool reading; /* ... before it has read a document that is under way */
};

/* Tell the observer of what happens to the task of this attempt. */
void sched_tell(struct sched *sched, enum event_type type, nstime now,
	struct attempt *attempt, const struct outcome *outcome, nstime wait);
/* The task's last word. It is dropped once nothing of it is in flight. `attempt`, which has
 * failed for good, and its outcome may be NULL. */
void sched_fail(struct sched *sched, struct task *task, nstime now,
	struct attempt *attempt, const struct outcome *outcome,
	const struct error *err);

/* The answer to the attempt tells of other places (NULL: of none): those that it might redirect to
 * are mirrors from now on. */
void sched_add_mirrors(struct sched *sched, struct task *task,
	const struct attempt *attempt, const struct strings *places, bool from_public);
/* Is there room for one more attempt at this task's mirrors, the best of which is chosen then? It
 * is in no queue. */
bool sched_aim(struct sched *sched, struct task *task, nstime now);
/* Put the task into the queue of the origin that it asks next: in front when it has begun. It
 * is in no queue. */
void sched_enqueue(struct sched *sched, struct task *task, bool front, nstime now);
/* Take the task out of its origin's queue, if it is there: it will ask elsewhere, or later.
 * Before task->at changes. */
void sched_unqueue(struct sched *sched, struct task *task, nstime now);
/* Put the task where what it has to do next is begun, unless it is there, or backs off. */
void sched_go_on(struct sched *sched, struct task *task, nstime now);
/* The attempt has failed: done about it is what can be. */
void sched_failed(struct sched *sched, struct task *task, struct attempt *attempt,
	nstime now, const struct outcome *outcome);
/* The disk has no room for the task beside others: it begins again when one of these has ended. */
void sched_wait_for_room(struct sched *sched, struct task *task, nstime now);
/* Nothing of the task is in flight: forget and free it. */
void sched_drop(struct sched *sched, struct task *task);

#endif
