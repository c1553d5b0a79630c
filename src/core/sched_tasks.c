/* Where the tasks of the scheduler wait.
 *
 * A task that has something to start is in the queue of its origin (it may start as soon as
 * the origin may be asked), among those to be committed, or in the heap of those that back
 * off, also for want of room; a file that comes in ranges (chunks.h) may have attempts in flight
 * besides. */
#include "core/policy.h"
#include "core/sched_parts.h"

/* While others come and go one that waits for room asks so often at most: each time costs a
 * connection and what its server has sent already. */
#define CROWDED_WAIT NS_PER_SEC

/* A file less: there may be room for one that waits for that. Two are tried, so that, where the
 * first one was in the way of all, they do not come one by one. */
static void make_room(struct sched *sched)
{
	struct list *node;

	for (int i = 0; i < 2 && (node = list_pop(&sched->crowded)); i++) {
		struct task *task = container_of(node, struct task, crowded);

		heap_set(&sched->backoff, &task->wake, task->crowded_at + CROWDED_WAIT);
	}
}

void sched_wait_for_room(struct sched *sched, struct task *task, nstime now)
{
	sched->n_answered -= task->answered;
	task->answered = false;
	task->crowded_at = now;
	list_remove(&task->crowded);
	/* Those that were in the way may have ended since. */
	if (sched->n_answered == 0) {
		sched_go_on(sched, task, now);
		return;
	}
	list_add_before(&sched->crowded, &task->crowded);
	heap_set(&sched->backoff, &task->wake, task->deadline);
}

void sched_drop(struct sched *sched, struct task *task)
{
	list_remove(&task->all);
	list_remove(&task->cut);
	list_remove(&task->crowded);
	list_remove(&task->link);
	heap_remove(&sched->backoff, &task->wake);
	sched->n_tasks--;
	sched->n_answered -= task->answered;
	if (task->answered || sched->n_answered == 0)
		make_room(sched);
	task_free(task);
}

void sched_tell(struct sched *sched, enum event_type type, nstime now,
	struct attempt *attempt, const struct outcome *outcome, nstime wait)
{
	struct task *task = attempt->task;

	observer_tell(sched->observer, &(struct event){.type = type,
					       .now = now,
					       .entry = task->entry,
					       .attempt = attempt,
					       .outcome = outcome,
					       .history = &task->history,
					       .origin_key = attempt->origin_key,
					       .wait = wait});
}

void sched_fail(struct sched *sched, struct task *task, nstime now,
	struct attempt *attempt, const struct outcome *outcome, const struct error *err)
{
	observer_tell(sched->observer, &(struct event){.type = EVENT_FAILED,
					       .now = now,
					       .entry = task->entry,
					       .attempt = attempt,
					       .outcome = outcome,
					       .history = &task->history,
					       .error = err});
	if (task->entry->document)
		source_lost(task->entry);
	sched->reading = false;
	task->done = true;
}

void sched_add_mirrors(struct sched *sched, struct task *task,
	const struct attempt *attempt, const struct strings *places, bool from_public)
{
	struct url url;

	from_public |= task->mirrors[attempt->mirror].from_public;
	for (size_t i = 0; places && i < places->count; i++) {
		if (url_parse(&url, places->items[i], NULL) != 0)
			continue;
		if (policy_redirect(sched->settings, attempt_place(attempt), &url, 1,
			    from_public, NULL) == 0)
			task_add_mirror(task, &url, from_public);
		url_release(&url);
	}
}

struct room {
	const struct origins *origins;
	nstime now;
};

static bool has_room(const void *context, const struct url *url)
{
	const struct room *room = context;
	const struct origin *origin = map_get(room->origins->by_key, url->origin);

	return !origin ||
	       (origin->in_flight < origin->limiter.limit && origin->gate <= room->now);
}

bool sched_aim(struct sched *sched, struct task *task, nstime now)
{
	const struct room room = {&sched->origins, now};

	return task_aim(task, has_room, &room);
}

void sched_enqueue(struct sched *sched, struct task *task, bool front, nstime now)
{
	struct origin *origin = origins_get(&sched->origins, task->at->origin, now);

	task->queued = now;
	sched->n_waiting++;
	origin_queue(&sched->origins, origin, &task->link, front, now);
}

void sched_unqueue(struct sched *sched, struct task *task, nstime now)
{
	if (list_empty(&task->link))
		return;
	sched->n_waiting--;
	origin_unqueue(&sched->origins,
		origins_get(&sched->origins, task->at->origin, now), &task->link, now);
}

void sched_go_on(struct sched *sched, struct task *task, nstime now)
{
	if (task->chunks.way == CHUNKS_RANGES && list_empty(&task->cut))
		list_add_before(&sched->cut, &task->cut);
	if (task->done || !list_empty(&task->link) || heap_contains(&task->wake) ||
		!chunks_want(&task->chunks))
		return;
	if (task->chunks.way == CHUNKS_WHOLE) {
		list_add_before(&sched->whole, &task->link);
		return;
	}
	sched_aim(sched, task, now);
	sched_enqueue(sched, task, true, now);
}
