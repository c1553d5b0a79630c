/* Origins and their turns.
 *
 * An origin is in exactly one of three states, which `origin_settle` derives anew after
 * each change: it can start something (in the ring `turns`), it has work but is paused
 * (in the heap `paused`), or neither (nothing waits, or it is at its limit). Taking the
 * first of the ring and putting it back at the end is what makes turns fair. Of origins
 * that have nothing waiting, nothing in flight and no pause only the last IDLE_MAX are
 * kept, so that a list of a million hosts costs no more than its window. */
#include "core/origin.h"

#include <stdlib.h>

#include "base/alloc.h"

#define IDLE_MAX 256

void origins_init(struct origins *origins, bool adaptive, size_t limit,
	double requests_per_second)
{
	*origins = (struct origins){.by_key = map_new(),
		.adaptive = adaptive,
		.limit = limit,
		.requests_per_second = requests_per_second};
	list_init(&origins->turns);
	list_init(&origins->idle);
	heap_init(&origins->paused);
}

static void origin_free(void *value)
{
	struct origin *origin = value;

	free(origin->key);
	free(origin);
}

void origins_release(struct origins *origins)
{
	map_free(origins->by_key, origin_free);
	heap_release(&origins->paused);
}

struct origin *origins_get(struct origins *origins, const char *key, nstime now)
{
	struct origin *origin = map_get(origins->by_key, key);

	if (origin)
		return origin;
	origin = xcalloc(1, sizeof(*origin));
	origin->key = xstrdup(key);
	limiter_init(&origin->limiter, origins->adaptive, origins->limit, now);
	pace_init(&origin->requests, origins->requests_per_second, 0, now);
	list_init(&origin->waiting);
	list_init(&origin->turn);
	list_init(&origin->idle);
	list_init(&origin->flying);
	map_put(origins->by_key, origin->key, origin);
	return origin;
}

/* Nothing is wanted of it any more, or something again. */
static void origin_set_idle(struct origins *origins, struct origin *origin, bool idle)
{
	struct origin *oldest;

	if (idle != list_empty(&origin->idle))
		return;
	if (!idle) {
		list_remove(&origin->idle);
		origins->n_idle--;
		return;
	}
	list_add_before(&origins->idle, &origin->idle);
	if (++origins->n_idle <= IDLE_MAX)
		return;
	oldest = container_of(list_pop(&origins->idle), struct origin, idle);
	origins->n_idle--;
	map_remove(origins->by_key, oldest->key);
	origin_free(oldest);
}

/* Put the origin where its state belongs. */
static void origin_settle(struct origins *origins, struct origin *origin, nstime now)
{
	bool work = origin->n_waiting > 0;
	bool paused = origin->gate > now;
	bool able = work && !paused && origin->in_flight < origin->limiter.limit;

	if (!able)
		list_remove(&origin->turn);
	else if (list_empty(&origin->turn))
		list_add_before(&origins->turns, &origin->turn);

	/* A paused origin without work stays in the heap too: its pause must outlive
	 * the tasks that are away in a backoff. */
	if (paused)
		heap_set(&origins->paused, &origin->wake, origin->gate);
	else
		heap_remove(&origins->paused, &origin->wake);

	origin_set_idle(origins, origin, !work && !paused && origin->in_flight == 0);
}

void origin_queue(struct origins *origins, struct origin *origin, struct list *task,
	bool front, nstime now)
{
	list_add_before(front ? origin->waiting.next : &origin->waiting, task);
	origin->n_waiting++;
	origin_settle(origins, origin, now);
}

void origin_unqueue(
	struct origins *origins, struct origin *origin, struct list *task, nstime now)
{
	list_remove(task);
	origin->n_waiting--;
	origin_settle(origins, origin, now);
}

nstime origins_gate(const struct origins *origins, const char *key, nstime now)
{
	const struct origin *origin = map_get(origins->by_key, key);

	return origin && origin->gate > now ? origin->gate : now;
}

/* The gate stays shut until the next request's turn, like a pause that it asked for. */
static void request_sent(struct origins *origins, struct origin *origin, nstime now)
{
	nstime next = now + limiter_started(&origin->limiter, now);

	if (next > origin->gate)
		origin->gate = next;
	if (origins->requests_per_second <= 0)
		return;
	pace_reserve(&origin->requests, 1, now);
	if (origin->requests.next > origin->gate)
		origin->gate = origin->requests.next;
}

struct list *origins_start(struct origins *origins, struct origin **origin, nstime now)
{
	struct list *turn = list_pop(&origins->turns), *task;

	if (!turn)
		return NULL;
	*origin = container_of(turn, struct origin, turn);
	task = list_pop(&(*origin)->waiting);
	(*origin)->n_waiting--;
	(*origin)->in_flight++;
	request_sent(origins, *origin, now);
	origin_settle(origins, *origin, now);
	return task;
}

void origin_done(struct origins *origins, struct origin *origin, bool success,
	const struct limiter_report *report, nstime now)
{
	limiter_tell(&origin->limiter, report, origin->in_flight, now);
	origin->in_flight--;
	origin->successes += success;
	origin_settle(origins, origin, now);
}

bool origin_pause(
	struct origins *origins, struct origin *origin, nstime span, nstime now)
{
	if (now + span <= origin->gate)
		return false;
	origin->gate = now + span;
	origin_settle(origins, origin, now);
	return true;
}

nstime origins_wake(struct origins *origins, nstime now)
{
	struct heap_node *node;

	while ((node = heap_pop_due(&origins->paused, now)))
		origin_settle(origins, container_of(node, struct origin, wake), now);
	return heap_next(&origins->paused);
}
