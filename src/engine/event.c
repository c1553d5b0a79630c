/* All transfers in one thread: an epoll loop over several CURLMs.
 *
 * A turn of the loop: wait -> sockets to their shard or the resolver -> due timers -> finished
 * handles to the scheduler -> as many new attempts as it lets start. libcurl never queues:
 * what it is given runs. Each transfer has a timer for its deadlines (slot.c). */
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "engine/reactor.h"

#define ADMIT_BURST 128 /* attempts begun between two looks at the sockets */

/* Begin what may begin; *wake is until when to wait then. */
static enum sched_verdict admit(struct reactor *reactor, nstime *wake)
{
	nstime now = clock_now();

	for (int begun = 0; begun < ADMIT_BURST; begun++) {
		struct attempt *attempt;
		enum sched_verdict verdict =
			sched_next(reactor->sched, now, &attempt, wake);

		if (verdict != SCHED_START)
			return verdict;
		slot_begin(reactor, attempt, now);
	}
	*wake = now;
	return SCHED_WAIT;
}

static void on_wake(
	struct watcher *watcher _unused_, int fd _unused_, uint32_t events _unused_)
{
}

static void on_opened(struct sockets *sockets, int fd)
{
	loop_opened(&container_of(sockets, struct reactor, sockets)->loop, fd);
}

static void on_closed(struct sockets *sockets, int fd)
{
	loop_closing(&container_of(sockets, struct reactor, sockets)->loop, fd);
}

static void on_dns_want(struct resolver_watch *watch, int fd, uint32_t events)
{
	struct reactor *reactor = container_of(watch, struct reactor, dns_watch);

	if (events)
		loop_want(&reactor->loop, fd, events, &reactor->dns_watcher);
	else
		loop_closing(&reactor->loop, fd);
}

static void set_dns_timer(struct reactor *reactor)
{
	loop_set_timer(&reactor->loop, &reactor->dns_timer,
		resolver_deadline(reactor->resolver, clock_now()));
}

static void on_dns_ready(struct watcher *watcher, int fd, uint32_t events)
{
	struct reactor *reactor = container_of(watcher, struct reactor, dns_watcher);

	resolver_ready(reactor->resolver, fd, events);
	set_dns_timer(reactor);
}

static void on_dns_due(struct timer *timer, nstime now _unused_)
{
	struct reactor *reactor = container_of(timer, struct reactor, dns_timer);

	resolver_due(reactor->resolver);
	set_dns_timer(reactor);
}

static void watch_input(struct reactor *reactor)
{
	int fd = sched_input_fd(reactor->sched);

	if (fd == reactor->input_fd)
		return;
	if (reactor->input_fd >= 0)
		loop_want(&reactor->loop, reactor->input_fd, 0, &reactor->waker);
	if (fd >= 0)
		loop_want(&reactor->loop, fd, EPOLLIN, &reactor->waker);
	reactor->input_fd = fd;
}

/* Once asked, drain; once the deadline has passed, end what is in flight. */
static nstime heed_stop(struct reactor *reactor)
{
	const struct stop *stop = reactor->env->stop;
	nstime deadline = stop->deadline(stop);

	if (!stop->asked(stop))
		return NSTIME_NEVER;
	if (!reactor->stopping) {
		reactor->stopping = true;
		loop_want(&reactor->loop, stop->fd, 0, &reactor->waker);
		sched_drain(reactor->sched);
	}
	if (clock_now() < deadline)
		return deadline;
	slot_interrupt_all(reactor);
	return NSTIME_NEVER;
}

static nstime earliest(nstime a, nstime b)
{
	return a < b ? a : b;
}

static int turn_until_finished(struct reactor *reactor, struct error *err)
{
	nstime wake, stop;

	for (;;) {
		stop = heed_stop(reactor);
		if (admit(reactor, &wake) == SCHED_FINISHED)
			return 0;
		watch_input(reactor);
		engine_tick(reactor->env, clock_now());
		wake = earliest(wake, earliest(stop, reactor->env->next_tick));
		if (loop_wait(&reactor->loop, wake, err) != 0)
			return -1;
		for (size_t i = 0; i < reactor->n_shards; i++)
			shard_reap(&reactor->shards[i]);
	}
}

static int reactor_init(struct reactor *reactor, struct sched *sched, struct env *env,
	struct error *err)
{
	size_t jobs = (size_t)env->settings->jobs;
	size_t wanted = (jobs + SHARD_CONNECTIONS - 1) / SHARD_CONNECTIONS;
	int64_t connections = env->settings->connections > 0
				      ? env->settings->connections / (int64_t)wanted
				      : INT32_MAX;
	struct names *names = net_names(env->net);

	*reactor = (struct reactor){.sched = sched,
		.env = env,
		.sockets = {.opened = on_opened, .closed = on_closed},
		.waker = {.ready = on_wake},
		.input_fd = -1,
		.dns_watch = {.want = on_dns_want},
		.dns_watcher = {.ready = on_dns_ready},
		.dns_timer = {.due = on_dns_due}};
	list_init(&reactor->busy);
	list_init(&reactor->idle);
	if (loop_init(&reactor->loop, err) != 0)
		return -1;
	loop_want(&reactor->loop, env->stop->fd, EPOLLIN, &reactor->waker);
	if (names && !(reactor->resolver = resolver_new(
			       names, env->settings, &reactor->dns_watch, err)))
		return -1;
	reactor->shards = xcalloc(wanted, sizeof(*reactor->shards));
	for (size_t i = 0; i < wanted; i++) {
		reactor->n_shards++;
		if (shard_init(&reactor->shards[i], &reactor->loop, slot_done,
			    connections, err) != 0)
			return -1;
	}
	return 0;
}

static void reactor_release(struct reactor *reactor)
{
	slot_release_all(reactor);
	for (size_t i = 0; i < reactor->n_shards; i++)
		shard_release(&reactor->shards[i]);
	free(reactor->shards);
	resolver_free(reactor->resolver);
	reactor->env->loop_stall_max = reactor->loop.stall_max;
	loop_release(&reactor->loop);
}

static int event_run(struct sched *sched, struct env *env, struct error *err)
{
	struct reactor reactor;
	int failed = reactor_init(&reactor, sched, env, err);

	if (!failed)
		failed = turn_until_finished(&reactor, err);
	reactor_release(&reactor);
	return failed;
}

const struct engine engine_event = {
	.name = "event",
	.summary = "all transfers on one epoll loop",
	.run = event_run,
};
