/* reactor.h - one event loop with all that belongs to it: sockets, shards, resolver, and the
 * transfers that it has in hand. Internal to the event engine; one thread. */
#ifndef SEINE_ENGINE_REACTOR_H
#define SEINE_ENGINE_REACTOR_H

#include "base/list.h"
#include "engine/engine.h"
#include "engine/loop.h"
#include "engine/shard.h"
#include "net/resolver.h"

struct reactor {
	struct sched *sched;
	struct env *env;
	struct loop loop;
	struct sockets sockets;
	struct watcher waker; /* the stop and input: their news is only to wake up */
	int input_fd;         /* watched at present; -1: none */
	struct shard *shards;
	size_t n_shards;
	struct list busy, idle; /* slots */
	size_t n_idle;
	bool stopping;

	struct resolver *resolver; /* NULL: none is needed */
	struct resolver_watch dns_watch;
	struct watcher dns_watcher;
	struct timer dns_timer;
};

/* Begin an attempt: once its host's addresses are known it runs, and its outcome goes to the
 * scheduler. An attempt that cannot be begun has its outcome at once. */
void slot_begin(struct reactor *reactor, struct attempt *attempt, nstime now);
/* A handle of a shard is done: the shard's callback. */
void slot_done(struct shard *shard, CURL *easy, CURLcode code);
/* End all attempts in hand as interrupted. */
void slot_interrupt_all(struct reactor *reactor);
/* Free all transfers; what is in hand is dropped without an outcome. */
void slot_release_all(struct reactor *reactor);

#endif
