/* The scheduler.
 *
 * sched_next moves what is due, pulls entries from the source as far as the window
 * allows, and lets the origin whose turn it is start its first task. What is begun comes
 * before what is new: a task that could start another attempt is put in front again.
 * (Where tasks wait is in sched_tasks.c, what outcomes mean in sched_outcome.c,
 * what follows from failures in sched_failure.c.)
 *
 * The window: a look-ahead of a few times what is in flight is always kept, so that
 * origins get turns even where each could use all of `jobs`; only when no origin can start
 * anything (all at their limit or paused) is more of the list read in search of another, up
 * to WINDOW, or WINDOW_AUTO where the limits have been found out, which is not a wish of
 * anybody's that there be others. */
#include "core/sched.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "core/sched_parts.h"

#define WINDOW 16384 /* tasks begun or read ahead, besides those in flight */
#define WINDOW_AUTO 2048
#define AHEAD_MIN 256      /* the look-ahead that is always kept ... */
#define AHEAD_PER_FLIGHT 4 /* ... or as many per attempt in flight, if that is more */
#define PULL_BURST 64      /* entries read in one call: the engine must not wait long */
#define RESCUE_INTERVAL NS_PER_SEC

/* As many as there may be at one origin. */
static int64_t most_at_once(const struct settings *settings)
{
	return settings->per_host > 0 && settings->per_host < settings->jobs
		       ? settings->per_host
		       : settings->jobs;
}

struct sched *sched_new(const struct settings *settings, struct source *source,
	struct observer *observer, uint64_t seed)
{
	struct sched *sched = xcalloc(1, sizeof(*sched));

	sched->settings = settings;
	sched->source = source;
	sched->observer = observer;
	sched->random = seed;
	origins_init(&sched->origins, settings->jobs_auto,
		(size_t)most_at_once(settings), (double)settings->request_rate / 3600);
	sched->wish = (struct plan_wish){.chunk = settings->chunk_size,
		.split = settings->compressed ? 1 : settings->split,
		.lanes = most_at_once(settings) < settings->split
				 ? most_at_once(settings)
				 : settings->split,
		.least = settings->min_split_size};
	list_init(&sched->tasks);
	list_init(&sched->whole);
	list_init(&sched->cut);
	list_init(&sched->crowded);
	heap_init(&sched->backoff);
	return sched;
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

static bool sched_may_pull(const struct sched *sched)
{
	size_t jobs = (size_t)sched->settings->jobs;
	size_t ahead = AHEAD_PER_FLIGHT * sched->in_flight;
	size_t window = sched->settings->jobs_auto && sched->settings->per_host == 0
				? WINDOW_AUTO
				: WINDOW;

	if (ahead < AHEAD_MIN)
		ahead = AHEAD_MIN;
	if (window < ahead)
		window = ahead < WINDOW ? ahead : WINDOW;
	if (sched->ended || sched->draining || sched->reading ||
		sched->in_flight >= jobs || sched->n_tasks >= window + sched->in_flight)
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
			task = task_new(entry, &sched->wish, now);
			list_add_before(&sched->tasks, &task->all);
			sched->n_tasks++;
			if (task->chunks.way == CHUNKS_WHOLE)
				sched_go_on(sched, task, now);
			else
				sched_enqueue(sched, task, false, now);
			break;
		case SOURCE_AGAIN:
			sched->starved = true;
			return idle && source_fd(sched->source) < 0;
		case SOURCE_LATER:
			sched->reading = true;
			return false;
		case SOURCE_BAD:
		case SOURCE_BROKEN:
			break; /* whoever wraps the inputs has told of it */
		case SOURCE_END:
			sched->ended = true;
		}
	}
	return false;
}

/* The first attempt of a task sets its clock. */
static void begin_task(struct sched *sched, struct task *task, nstime now)
{
	nstime span = sched->settings->max_time;

	task->history.time_queue = now - task->born;
	task->deadline = span > 0 ? now + span : NSTIME_NEVER;
}

static struct attempt *launch(
	struct sched *sched, struct task *task, struct origin *origin, nstime now)
{
	struct attempt *attempt = task_attempt(task, now);

	attempt->origin = origin;
	attempt->queued = task->queued;
	attempt->public_only = task->mirrors[task->mirror].from_public &&
			       !sched->settings->allow_private;
	attempt->ordinal = task->history.attempts;
	if (attempt->work == WORK_FETCH)
		attempt->ordinal = ++task->history.attempts;
	if (task->deadline == 0)
		begin_task(sched, task, now);
	attempt->deadline = task->deadline;
	sched->in_flight++;
	sched_tell(sched, EVENT_START, now, attempt, NULL, 0);
	return attempt;
}

static struct attempt *sched_start_commit(struct sched *sched, nstime now)
{
	struct list *node = list_pop(&sched->whole);

	return node ? launch(sched, container_of(node, struct task, link), NULL, now)
		    : NULL;
}

static struct attempt *sched_start(struct sched *sched, nstime now)
{
	struct attempt *attempt = sched_start_commit(sched, now);
	struct origin *origin = NULL;
	struct list *node;
	struct task *task;

	if (attempt)
		return attempt;
	node = origins_start(&sched->origins, &origin, now);
	if (!node)
		return NULL;
	sched->n_waiting--;
	task = container_of(node, struct task, link);
	task->chunks.shared = sched->n_waiting == 0;
	attempt = launch(sched, task, origin, now);
	attempt->successes = origin->successes;
	attempt->rank = origin->in_flight;
	list_add_before(&origin->flying, &attempt->flying);
	sched_go_on(sched, task, now);
	return attempt;
}

/* Could one more attempt of it be started at once? */
static bool has_room(struct sched *sched, struct task *task, nstime now)
{
	return !task->done && !heap_contains(&task->wake) &&
	       sched_aim(sched, task, now);
}

/* Nothing waits to be started: let the files that are on their way use the room. Returns when
 * to look again. */
static nstime sched_spread(struct sched *sched, nstime now)
{
	bool look = now >= sched->rescue;
	struct list *node, *next;

	if (list_empty(&sched->cut) || sched->n_waiting > 0)
		return NSTIME_NEVER;
	if (look)
		sched->rescue = now + RESCUE_INTERVAL;
	for (node = sched->cut.next; node != &sched->cut; node = next) {
		struct task *task = container_of(node, struct task, cut);

		next = node->next;
		if (!has_room(sched, task, now))
			continue;
		if (chunks_split(&task->chunks))
			sched_go_on(sched, task, now);
		else if (look && chunks_rescue(&task->chunks, now))
			sched->cancelled++;
	}
	return sched->rescue;
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
			sched_fail(sched, task, now, NULL, NULL, &err);
		sched_drop(sched, task);
	}
}

enum sched_verdict sched_next(
	struct sched *sched, nstime now, struct attempt **attempt, nstime *wake)
{
	struct heap_node *node;
	nstime paused, spread = NSTIME_NEVER;
	bool more = false;

	*wake = NSTIME_NEVER;
	if (sched->draining) {
		/* What has come whole gets its name. */
		*attempt = sched_start_commit(sched, now);
		if (*attempt)
			return SCHED_START;
		if (sched->in_flight > 0)
			return SCHED_WAIT;
		sched_abandon(sched, now);
		return SCHED_FINISHED;
	}
	while ((node = heap_pop_due(&sched->backoff, now)))
		sched_go_on(sched, container_of(node, struct task, wake), now);
	paused = origins_wake(&sched->origins, now);
	if (sched->in_flight < (size_t)sched->settings->jobs) {
		more = sched_pull(sched, now);
		*attempt = sched_start(sched, now);
		if (*attempt)
			return SCHED_START;
		spread = sched_spread(sched, now);
		*attempt = spread < NSTIME_NEVER ? sched_start(sched, now) : NULL;
		if (*attempt)
			return SCHED_START;
	}
	if (sched->ended && sched->n_tasks == 0)
		return SCHED_FINISHED;
	*wake = heap_next(&sched->backoff);
	if (spread < *wake)
		*wake = spread;
	if (paused < *wake)
		*wake = paused;
	if (more)
		*wake = now;
	return SCHED_WAIT;
}

void sched_head(struct sched *sched, nstime now, struct attempt *attempt,
	const struct head *head)
{
	struct task *task = attempt->task;
	unsigned generation = task->chunks.generation;
	bool more;

	if (task->done)
		return;
	sched->n_answered += !task->answered;
	more = task_head(task, attempt, head);
	if (attempt->generation == task->chunks.generation)
		sched_add_mirrors(
			sched, task, attempt, head->mirrors, head->from_public);
	if (more || task->chunks.way == CHUNKS_RANGES)
		sched_go_on(sched, task, now);
	sched->cancelled += generation != task->chunks.generation;
}

uint64_t sched_cancelled(const struct sched *sched)
{
	return sched->cancelled;
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
