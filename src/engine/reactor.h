/* reactor.h - one event loop with all that belongs to it: sockets, shards, resolver, and the
 * transfers that it has in hand; and the fleet of loops that work off one scheduler.
 * Internal to the event engine. A reactor belongs to one thread; of another it may only write
 * to `rouse_fd`. What is in the fleet is guarded by its lock. */
#ifndef SEINE_ENGINE_REACTOR_H
#define SEINE_ENGINE_REACTOR_H

#include <pthread.h>

#include "base/list.h"
#include "engine/committer.h"
#include "engine/engine.h"
#include "engine/loop.h"
#include "engine/shard.h"
#include "net/resolver.h"

struct reactor;

/* What the loops share. */
struct fleet {
	struct env *env;
	/* Guards the scheduler, its observers, and what follows. */
	pthread_mutex_t lock;
	struct sched *sched;
	struct reactor *reactors;
	size_t n_reactors;
	uint64_t changes;   /* of what the scheduler may let start, so far */
	uint64_t cancelled; /* sched_cancelled() when it was looked at last */
	struct committer *committer;
	bool finished;
	struct error error; /* of a loop that could not go on */
};

struct reactor {
	struct fleet *fleet;
	struct env *env;
	pthread_t thread;
	struct loop loop;
	struct sockets sockets;
	struct watcher waker; /* the stop and input: their news is only to wake up */
	int input_fd;         /* watched at present; -1: none */
	int rouse_fd; /* an eventfd: there may be something for this loop to start */
	struct watcher rouser;
	struct shard *shards; /* made as they are needed */
	size_t max_shards;
	size_t max_taken;       /* attempts in hand at most ... */
	size_t per_shard;       /* ... and on each shard */
	size_t connections;     /* of each shard, at most, idle ones included */
	struct list busy, idle; /* slots */
	size_t n_idle;
	struct list keyless;       /* attempts that cannot be signed yet, */
	struct waiter credentials; /* and who is told when they can */
	bool stopping;
	bool stale; /* an attempt has ended since the scheduler was asked last */

	/* Guarded by the fleet's lock. */
	size_t n_taken;     /* attempts taken from the scheduler and not finished */
	uint64_t seen;      /* the fleet's changes when the scheduler was asked last */
	uint64_t cancelled; /* the fleet's, when slots were ended for it last */
	struct list inbox;  /* attempts that other loops have passed on */

	struct resolver *resolver; /* NULL: none is needed */
	struct resolver_watch dns_watch;
	struct watcher dns_watcher;
	struct timer dns_timer;
};

/* The reactor knows its fleet already. Whatever this returns, release it. */
int reactor_init(struct reactor *reactor, struct error *err) must_check;
void reactor_release(struct reactor *reactor);
/* Watch this descriptor (-1: none) for input to come. */
void reactor_watch_input(struct reactor *reactor, int fd);
/* The shard for an attempt; NULL and *err when libcurl has none. */
struct shard *reactor_shard(struct reactor *reactor, const struct attempt *attempt,
	struct error *err) must_check;
/* Hand the outcome to the scheduler. Any thread; one that is not the loop's own rouses it. */
void reactor_finish(struct reactor *reactor, struct attempt *attempt,
	const struct outcome *outcome);

/* Leave an attempt to the loop that asks for the names of its host, so that nobody else does.
 * False when that is this loop, or one that has no room: begin it here. */
bool reactor_pass(struct reactor *reactor, struct attempt *attempt) must_check;
/* There may be something for this loop to begin. Any thread. */
void reactor_rouse(struct reactor *reactor);

#endif
