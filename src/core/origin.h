/* origin.h - what belongs to scheme + host + port: the queue of tasks that wait for it, its
 * limit, its pause. The scheduler's own; nobody else sees inside. Pure; not thread-safe. */
#ifndef SEINE_CORE_ORIGIN_H
#define SEINE_CORE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "core/limiter.h"
#include "core/pace.h"

struct origin {
	char *key; /* "scheme://host:port" */
	/* Tasks that may start as soon as the origin may be asked. */
	struct list waiting;
	size_t n_waiting;
	size_t in_flight;
	struct limiter limiter; /* how many that may be */
	nstime gate;            /* not to be asked before this moment */
	struct pace requests;   /* when the next may be sent */
	struct list flying; /* what is in flight, oldest first; kept by the scheduler */
	uint64_t successes; /* exchanges that brought what was asked */
	struct list turn;   /* in the ring of origins that can start something now */
	struct heap_node wake; /* in the heap of paused origins */
	struct list idle;      /* among those that nothing is wanted of */
};

/* All origins of a job: the map, the ring of those that can start, the heap of paused ones,
 * and some that nothing is wanted of now, the oldest first: what their limiters have found out
 * is not lost when the list comes back to them. */
struct origins {
	struct map *by_key;
	struct list turns;
	struct heap paused;
	struct list idle;
	size_t n_idle;
	bool adaptive;              /* for the limiters: */
	size_t limit;               /* in flight at each at most */
	double requests_per_second; /* to each; 0: no limit */
};

/* `adaptive`: how many are in flight at each is found out, up to `limit`. */
void origins_init(struct origins *origins, bool adaptive, size_t limit,
	double requests_per_second);
void origins_release(struct origins *origins);

/* Find or make. One without tasks, in flight or waiting, and without a pause is idle; the
 * next of the calls below forgets the one that has been idle longest, when there are many. */
struct origin *origins_get(struct origins *origins, const char *key, nstime now);
/* Queue a task's node at the end (a new task) or the front (one that had its turn before). */
void origin_queue(struct origins *origins, struct origin *origin, struct list *task,
	bool front, nstime now);
/* Take a task's node out of the queue. */
void origin_unqueue(
	struct origins *origins, struct origin *origin, struct list *task, nstime now);
/* When the origin may be asked: now, or the end of its pause. */
nstime origins_gate(const struct origins *origins, const char *key, nstime now);
/* The next task whose origin can start it, in turns; it is counted as in flight. NULL when
 * none can now. */
struct list *origins_start(struct origins *origins, struct origin **origin, nstime now);
/* One attempt came back; `success`: with what was asked. */
void origin_done(struct origins *origins, struct origin *origin, bool success,
	const struct limiter_report *report, nstime now);
/* Ask nothing of it for `span` from now (an earlier end never replaces a later one). Returns
 * whether the gate moved. */
bool origin_pause(
	struct origins *origins, struct origin *origin, nstime span, nstime now);
/* When the first pause ends; NSTIME_NEVER: none. Wakes those that are due. */
nstime origins_wake(struct origins *origins, nstime now);

#endif
