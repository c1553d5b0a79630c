/* engine.h - the engines: each waits in its own way and decides nothing.
 *
 * An engine takes attempts from the scheduler, makes them with `transfer`, and hands the
 * outcomes back until the scheduler says SCHED_FINISHED. All that differs is who waits where:
 * sequential in one curl_easy_perform, threads in one each, event in epoll for all. */
#ifndef SEINE_ENGINE_ENGINE_H
#define SEINE_ENGINE_ENGINE_H

#include "base/attr.h"
#include "core/observer.h"
#include "core/sched.h"
#include "net/transfer.h"

/* The wish to stop, as an engine sees it. */
struct stop {
	/* Readable when the wish has changed; for epoll and poll. Never read by the engine. */
	int fd;
	/* True from the first signal on: start nothing more. */
	bool (*asked)(const struct stop *);
	/* When what is in flight must end; NSTIME_NEVER before the first signal. */
	nstime (*deadline)(const struct stop *);
};

/* What an engine works with. All borrowed. */
struct env {
	const struct settings *settings;
	struct net *net;
	struct observer *observer;
	const struct stop *stop;
	nstime next_tick;      /* engine_tick's own */
	nstime loop_stall_max; /* out: the longest time between two waits; event only */
};

struct engine {
	const char *name, *summary;
	/* Run until SCHED_FINISHED. -1 only for a failure to work at all (no thread, no epoll). */
	int (*run)(struct sched *sched, struct env *env, struct error *err);
};

extern const struct engine engine_sequential, engine_threads, engine_event;

/* The table, NULL-terminated; the first is the default. */
extern const struct engine *const engines[];
const struct engine *engine_find(const char *name);

/* What engines share, in engine.c. */

/* Until when to wait for the addresses of the attempt's host. */
nstime engine_name_deadline(const struct env *env, const struct attempt *attempt);
/* Let the observer draw, ten times a second. Under the scheduler's lock. */
void engine_tick(struct env *env, nstime now);
/* Sleep until `until`, the next tick, a change of the stop, or until one of two descriptors
 * (-1: none) is readable. Returns whether `fd` is. */
bool engine_wait(const struct env *env, int fd, int other, nstime until);

#endif
