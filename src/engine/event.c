/* All transfers on a few epoll loops.
 *
 * A turn of a loop: wait -> sockets to their shard or the resolver -> due timers -> finished
 * handles to the scheduler -> as many new attempts as it lets start. libcurl never queues:
 * what it is given runs. Each transfer has a timer for its deadlines (slot.c).
 *
 * The loops share the scheduler under a lock, which they hold to take attempts and to hand
 * back outcomes, not while they move bytes or write files. A loop that has more than its
 * share of what is in flight leaves the next to the others, and rouses them. One of them is
 * always below that, and is the one that heeds the scheduler's times.
 *
 * The first loop runs in the calling thread, and draws the progress. */
#include <sched.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/reactor.h"
#include "engine/slot.h"

#define ADMIT_BURST 128 /* attempts begun between two looks at the sockets */
/* So few stay on one loop, and its connections. No more: the eight chunks of a large file keep
 * two processors busy, and on one loop take longer than the file in one stream. */
#define SLACK 2

static bool is_first(const struct reactor *reactor)
{
	return reactor == reactor->fleet->reactors;
}

static bool has_its_share(const struct reactor *reactor)
{
	const struct fleet *fleet = reactor->fleet;
	size_t fair = sched_in_flight(fleet->sched) / fleet->n_reactors + SLACK;

	return reactor->n_taken >= reactor->max_taken ||
	       (fleet->n_reactors > 1 && reactor->n_taken > fair);
}

/* Those who have not seen the scheduler as it is now. */
static void rouse_others(struct reactor *reactor)
{
	struct fleet *fleet = reactor->fleet;

	for (size_t i = 0; i < fleet->n_reactors; i++) {
		struct reactor *other = &fleet->reactors[i];

		if (other == reactor || other->seen == fleet->changes)
			continue;
		other->seen = fleet->changes;
		reactor_rouse(other);
	}
}

static void fleet_finish(struct fleet *fleet)
{
	fleet->finished = true;
	for (size_t i = 0; i < fleet->n_reactors; i++)
		reactor_rouse(&fleet->reactors[i]);
}

/* What may begin now: how many, in `attempts`, which holds ADMIT_BURST. *wake is until when to
 * wait then, *input for what besides. With the lock held. */
static size_t take(
	struct reactor *reactor, struct attempt **attempts, nstime *wake, int *input)
{
	struct fleet *fleet = reactor->fleet;
	nstime now = clock_now();
	size_t n = 0;

	*wake = NSTIME_NEVER;
	*input = -1;
	while (n < ADMIT_BURST && !list_empty(&reactor->inbox))
		attempts[n++] =
			container_of(list_pop(&reactor->inbox), struct attempt, inbox);
	while (n < ADMIT_BURST && !fleet->finished) {
		enum sched_verdict verdict;

		if (has_its_share(reactor)) {
			rouse_others(reactor);
			return n;
		}
		verdict = sched_next(fleet->sched, now, &attempts[n], wake);
		if (verdict == SCHED_FINISHED)
			fleet_finish(fleet);
		if (verdict != SCHED_START) {
			*input = sched_input_fd(fleet->sched);
			reactor->seen = fleet->changes;
			return n;
		}
		n++;
		reactor->n_taken++;
		fleet->changes++;
	}
	*wake = now;
	return n;
}

/* Has something been cancelled that this loop may have in hand? With the lock held. */
static bool see_cancelled(struct reactor *reactor)
{
	struct fleet *fleet = reactor->fleet;
	uint64_t cancelled = sched_cancelled(fleet->sched);
	bool news = reactor->cancelled != cancelled;

	reactor->cancelled = cancelled;
	if (fleet->cancelled != cancelled) {
		fleet->cancelled = cancelled;
		fleet->changes++;
		rouse_others(reactor);
	}
	return news;
}

/* Begin what may begin; *wake is until when to wait then. False when the job is finished. */
static bool admit(struct reactor *reactor, nstime *wake)
{
	struct attempt *attempts[ADMIT_BURST];
	struct fleet *fleet = reactor->fleet;
	nstime now;
	size_t n;
	bool finished, cancelled;
	int input;

	pthread_mutex_lock(&fleet->lock);
	reactor->stale = false;
	n = take(reactor, attempts, wake, &input);
	/* As long as nobody can read it to its end: then its number may be another's. */
	reactor_watch_input(reactor, input);
	cancelled = see_cancelled(reactor);
	now = clock_now();
	if (is_first(reactor)) {
		engine_tick(fleet->env, now);
		if (fleet->env->next_tick < *wake)
			*wake = fleet->env->next_tick;
	}
	finished = fleet->finished;
	pthread_mutex_unlock(&fleet->lock);

	for (size_t i = 0; i < n; i++)
		slot_begin(reactor, attempts[i], now);
	slot_begin_keyless(reactor, now);
	/* After that, since what another loop has passed on may be cancelled, too. */
	if (cancelled)
		slot_end_cancelled(reactor);
	if (reactor->stale)
		*wake = now;
	return !finished;
}

/* Once asked, drain; once the deadline has passed, end what is in flight. Returns when to
 * look again. */
static nstime heed_stop(struct reactor *reactor)
{
	const struct stop *stop = reactor->env->stop;
	struct fleet *fleet = reactor->fleet;
	nstime deadline;

	if (!stop->asked(stop))
		return NSTIME_NEVER;
	deadline = stop->deadline(stop);
	if (!reactor->stopping) {
		reactor->stopping = true;
		loop_want(&reactor->loop, stop->fd, 0, &reactor->waker);
		pthread_mutex_lock(&fleet->lock);
		sched_drain(fleet->sched);
		pthread_mutex_unlock(&fleet->lock);
	}
	if (clock_now() < deadline)
		return deadline;
	slot_interrupt_all(reactor);
	return NSTIME_NEVER;
}

static void turn_until_finished(struct reactor *reactor)
{
	struct fleet *fleet = reactor->fleet;
	struct error err;
	nstime wake, stop;

	for (;;) {
		stop = heed_stop(reactor);
		if (!admit(reactor, &wake))
			return;
		if (loop_wait(&reactor->loop, stop < wake ? stop : wake, &err) != 0)
			break;
		for (size_t i = 0; i < reactor->max_shards; i++)
			shard_reap(&reactor->shards[i]);
	}
	pthread_mutex_lock(&fleet->lock);
	fleet->error = err;
	fleet_finish(fleet);
	pthread_mutex_unlock(&fleet->lock);
}

static void *further_loop(void *reactor)
{
	turn_until_finished(reactor);
	return NULL;
}

/* Run the loops; returns when all of them are done. Where no thread is to be had, those that
 * are there do all the work: none takes anything before it is known how many they are, lest
 * it pass something on to one that never runs. */
static void fleet_run(struct fleet *fleet)
{
	size_t started = 1;

	pthread_mutex_lock(&fleet->lock);
	for (; started < fleet->n_reactors; started++) {
		struct reactor *reactor = &fleet->reactors[started];

		if (pthread_create(&reactor->thread, NULL, further_loop, reactor) != 0)
			break;
	}
	if (started < fleet->n_reactors)
		log_warn("no more than %zu event loops can be started", started);
	fleet->n_reactors = started;
	pthread_mutex_unlock(&fleet->lock);
	turn_until_finished(fleet->reactors);
	for (size_t i = 1; i < started; i++)
		pthread_join(fleet->reactors[i].thread, NULL);
}

static size_t processors(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (size_t)CPU_COUNT(&cpus)
							      : 2;
}

/* Measured with a server on the same two processors, two loops fetch small files 1.2 times
 * as fast as one; more would only help where there are processors to spare. */
static int64_t loops_default(void)
{
	return processors() == 1 ? 1 : 2;
}

static size_t loops_wanted(const struct settings *settings)
{
	int64_t loops = settings->loops > 0 ? settings->loops : loops_default();
	int64_t most = settings->jobs / SLACK;

	if (loops > most)
		loops = most;
	return loops > 1 ? (size_t)loops : 1;
}

/* In a thread of the committer. */
static void on_committed(
	void *context, struct attempt *attempt, const struct outcome *outcome)
{
	struct reactor *reactor = context;

	reactor_finish(reactor, attempt, outcome);
	reactor_rouse(reactor);
}

static int event_run(struct sched *sched, struct env *env, struct error *err)
{
	size_t n = loops_wanted(env->settings);
	struct fleet fleet = {.env = env, .sched = sched, .n_reactors = n};
	int failed = 0;

	pthread_mutex_init(&fleet.lock, NULL);
	fleet.reactors = xcalloc(n, sizeof(*fleet.reactors));
	fleet.committer = committer_new(env->net, on_committed);
	if (processors() > 1)
		net_write_behind(env->net);
	for (size_t i = 0; i < n; i++) {
		fleet.reactors[i].fleet = &fleet;
		if (reactor_init(&fleet.reactors[i], err) != 0)
			failed = -1;
	}
	if (!failed) {
		fleet_run(&fleet);
		if (fleet.error.kind != KIND_NONE) {
			*err = fleet.error;
			failed = -1;
		}
	}
	committer_free(fleet.committer);
	for (size_t i = 0; i < n; i++) {
		const struct loop *loop = &fleet.reactors[i].loop;

		if (loop->stall_max > env->loop_stall_max)
			env->loop_stall_max = loop->stall_max;
		reactor_release(&fleet.reactors[i]);
	}
	free(fleet.reactors);
	pthread_mutex_destroy(&fleet.lock);
	return failed;
}

const struct engine engine_event = {
	.name = "event",
	.summary = "all transfers on epoll loops",
	.run = event_run,
};
