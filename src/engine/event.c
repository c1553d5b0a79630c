/* All transfers in one thread: an epoll loop over several CURLMs.
 *
 * A turn of the loop: wait -> sockets to their shard -> due timers -> finished handles
 * to the scheduler -> as many new attempts as it lets start. libcurl never queues: what
 * it is given runs. Transfers are kept and used again; each has a timer for its
 * deadlines. */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/list.h"
#include "engine/engine.h"
#include "engine/loop.h"
#include "engine/shard.h"

#define ADMIT_BURST 128 /* attempts begun between two looks at the sockets */
#define IDLE_MAX 1024   /* transfers kept for later use */

struct reactor {
	struct sched *sched;
	struct env *env;
	struct loop loop;
	struct sockets sockets;
	struct watcher
		waker; /* for the stop and for input: their news is only to wake up */
	int input_fd;  /* watched at present; -1: none */
	struct shard *shards;
	size_t n_shards;
	struct list busy, idle;
	size_t n_idle;
	bool stopping;
};

/* A transfer and its place in the loop. */
struct slot {
	struct reactor *reactor;
	struct transfer *transfer;
	CURL *easy;
	struct shard *shard;
	struct timer deadline;
	struct list link; /* busy or idle */
};

static void slot_free(struct slot *slot)
{
	list_remove(&slot->link);
	transfer_free(slot->transfer);
	free(slot);
}

static void on_deadline(struct timer *timer, nstime now);

static struct slot *slot_get(struct reactor *reactor, struct error *err)
{
	struct list *node = list_pop(&reactor->idle);
	struct slot *slot;

	if (node) {
		reactor->n_idle--;
		return container_of(node, struct slot, link);
	}
	slot = xcalloc(1, sizeof(*slot));
	slot->reactor = reactor;
	slot->deadline.due = on_deadline;
	list_init(&slot->link);
	slot->transfer = transfer_new(reactor->env->net, err);
	if (!slot->transfer) {
		free(slot);
		return NULL;
	}
	transfer_set_sockets(slot->transfer, &reactor->sockets);
	return slot;
}

static void slot_put(struct slot *slot)
{
	struct reactor *reactor = slot->reactor;

	list_remove(&slot->link);
	if (reactor->n_idle >= IDLE_MAX) {
		slot_free(slot);
		return;
	}
	/* The one used last is the warmest. */
	list_add_before(reactor->idle.next, &slot->link);
	reactor->n_idle++;
}

/* The exchange is over, and the handle is out of its shard. */
static void slot_end(struct slot *slot, CURLcode code)
{
	struct reactor *reactor = slot->reactor;
	struct attempt *attempt = transfer_attempt(slot->transfer);
	struct outcome outcome;

	loop_clear_timer(&reactor->loop, &slot->deadline);
	transfer_end(slot->transfer, code, &outcome);
	slot_put(slot);
	sched_finish(reactor->sched, clock_now(), attempt, &outcome);
	outcome_release(&outcome);
}

static void on_done(struct shard *shard _unused_, CURL *easy, CURLcode code)
{
	char *slot = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
	slot_end((struct slot *)(void *)slot, code);
}

static void on_deadline(struct timer *timer, nstime now)
{
	struct slot *slot = container_of(timer, struct slot, deadline);

	if (transfer_overdue(slot->transfer, now)) {
		shard_remove(slot->shard, slot->easy);
		slot_end(slot, CURLE_OPERATION_TIMEDOUT);
	} else {
		loop_set_timer(
			&slot->reactor->loop, timer, transfer_deadline(slot->transfer));
	}
}

/* The shard for an attempt: its origin's own while that has room, so that connections
 * are found again, else the next that has. */
static struct shard *pick_shard(struct reactor *reactor, const struct attempt *attempt)
{
	const char *key = attempt->origin_key;
	size_t home = hash64(key, strlen(key), 0) % reactor->n_shards;

	for (size_t i = 0; i < reactor->n_shards; i++) {
		struct shard *shard = &reactor->shards[(home + i) % reactor->n_shards];

		if (shard->in_flight < SHARD_CONNECTIONS)
			return shard;
	}
	return &reactor->shards[home];
}

static void begin(struct reactor *reactor, struct attempt *attempt, nstime now)
{
	struct error err;
	struct outcome outcome;
	struct slot *slot = slot_get(reactor, &err);

	if (slot && (slot->easy = transfer_begin(slot->transfer, attempt, now, &err))) {
		slot->shard = pick_shard(reactor, attempt);
		list_add_before(&reactor->busy, &slot->link);
		if (curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot) == CURLE_OK &&
			shard_add(slot->shard, slot->easy, &err) == 0) {
			loop_set_timer(&reactor->loop, &slot->deadline,
				transfer_deadline(slot->transfer));
			return;
		}
	}
	if (slot)
		slot_put(slot);
	transfer_fail(&err, &outcome);
	sched_finish(reactor->sched, now, attempt, &outcome);
	outcome_release(&outcome);
}

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
		begin(reactor, attempt, now);
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

static void interrupt_all(struct reactor *reactor)
{
	struct list *node;

	while ((node = reactor->busy.next) != &reactor->busy) {
		struct slot *slot = container_of(node, struct slot, link);

		transfer_interrupt(slot->transfer);
		shard_remove(slot->shard, slot->easy);
		slot_end(slot, CURLE_ABORTED_BY_CALLBACK);
	}
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
	interrupt_all(reactor);
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

static int event_init(struct reactor *reactor, struct sched *sched, struct env *env,
	struct error *err)
{
	size_t jobs = (size_t)env->settings->jobs;
	size_t wanted = (jobs + SHARD_CONNECTIONS - 1) / SHARD_CONNECTIONS;

	*reactor = (struct reactor){.sched = sched,
		.env = env,
		.sockets = {.opened = on_opened, .closed = on_closed},
		.waker = {.ready = on_wake},
		.input_fd = -1};
	list_init(&reactor->busy);
	list_init(&reactor->idle);
	if (loop_init(&reactor->loop, err) != 0)
		return -1;
	loop_want(&reactor->loop, env->stop->fd, EPOLLIN, &reactor->waker);
	reactor->shards = xcalloc(wanted, sizeof(*reactor->shards));
	for (size_t i = 0; i < wanted; i++) {
		reactor->n_shards++;
		if (shard_init(&reactor->shards[i], &reactor->loop, on_done, reactor,
			    err) != 0)
			return -1;
	}
	return 0;
}

/* Transfers that are still busy are dropped with what they had. */
static void event_release(struct reactor *reactor)
{
	struct list *node;

	while ((node = reactor->busy.next) != &reactor->busy) {
		struct slot *slot = container_of(node, struct slot, link);

		shard_remove(slot->shard, slot->easy);
		loop_clear_timer(&reactor->loop, &slot->deadline);
		slot_free(slot);
	}
	while ((node = reactor->idle.next) != &reactor->idle)
		slot_free(container_of(node, struct slot, link));
	for (size_t i = 0; i < reactor->n_shards; i++)
		shard_release(&reactor->shards[i]);
	free(reactor->shards);
	reactor->env->loop_stall_max = reactor->loop.stall_max;
	loop_release(&reactor->loop);
}

static int event_run(struct sched *sched, struct env *env, struct error *err)
{
	struct reactor reactor;
	int failed = event_init(&reactor, sched, env, err);

	if (!failed)
		failed = turn_until_finished(&reactor, err);
	event_release(&reactor);
	return failed;
}

const struct engine engine_event = {
	.name = "event",
	.summary = "all transfers on one epoll loop",
	.run = event_run,
};
