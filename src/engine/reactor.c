/* A reactor's wiring: who is called when which descriptor is ready, and its parts' lives. */
#include "engine/reactor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "engine/slot.h"

static void on_wake(
	struct watcher *watcher _unused_, int fd _unused_, uint32_t events _unused_)
{
}

static void on_rouse(struct watcher *watcher _unused_, int fd, uint32_t events _unused_)
{
	eventfd_t count;

	/* Only emptied: to be awake is all that was wanted. */
	if (eventfd_read(fd, &count) != 0 && errno != EAGAIN)
		log_debug("cannot read an eventfd: %m");
}

/* In the thread that has asked for them. */
static void on_credentials(struct waiter *waiter)
{
	reactor_rouse(container_of(waiter, struct reactor, credentials));
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

void reactor_watch_input(struct reactor *reactor, int fd)
{
	if (reactor->input_fd >= 0 && reactor->input_fd != fd)
		loop_want(&reactor->loop, reactor->input_fd, 0, &reactor->waker);
	/* Also what is watched already: the list may be the next one, which has got the number of
	 * the one before, and that was taken out of epoll by its end. */
	if (fd >= 0)
		loop_want(&reactor->loop, fd, EPOLLIN, &reactor->waker);
	reactor->input_fd = fd;
}

/* What this loop may have of the attempts and connections, and a shard of that. Where
 * descriptors are few, a shard has only so many connections, and is given no more to do,
 * lest libcurl lets it queue. */
static void reactor_divide(struct reactor *reactor)
{
	const struct settings *settings = reactor->env->settings;
	size_t jobs = (size_t)settings->jobs;
	size_t connections =
		settings->connections > 0 ? (size_t)settings->connections : INT32_MAX;

	connections /= reactor->fleet->n_reactors;
	reactor->max_taken = connections > jobs ? jobs
			     : connections > 0  ? connections
						: 1;
	reactor->max_shards =
		(reactor->max_taken + SHARD_TRANSFERS_MAX - 1) / SHARD_TRANSFERS_MAX;
	reactor->shards = xcalloc(reactor->max_shards, sizeof(*reactor->shards));
	/* Rounded up: a few idle ones too many are better than too few in use. */
	reactor->connections =
		(connections + reactor->max_shards - 1) / reactor->max_shards;
	if (reactor->connections == 0)
		reactor->connections = 1;
	reactor->per_shard = reactor->connections < SHARD_TRANSFERS_MAX
				     ? reactor->connections
				     : SHARD_TRANSFERS_MAX;
	if (reactor->max_taken > reactor->max_shards * reactor->per_shard)
		reactor->max_taken = reactor->max_shards * reactor->per_shard;
}

int reactor_init(struct reactor *reactor, struct error *err)
{
	struct env *env = reactor->env = reactor->fleet->env;
	struct names *names = net_names(env->net);

	reactor->sockets = (struct sockets){.opened = on_opened, .closed = on_closed};
	reactor->waker.ready = on_wake;
	reactor->rouser.ready = on_rouse;
	reactor->dns_watch.want = on_dns_want;
	reactor->dns_watcher.ready = on_dns_ready;
	reactor->dns_timer.due = on_dns_due;
	reactor->input_fd = -1;
	reactor->rouse_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	list_init(&reactor->busy);
	list_init(&reactor->idle);
	list_init(&reactor->inbox);
	list_init(&reactor->keyless);
	reactor->credentials.answered = on_credentials;
	list_init(&reactor->credentials.link);
	if (loop_init(&reactor->loop, err) != 0)
		return -1;
	if (reactor->rouse_fd < 0)
		return error_errno(err, KIND_INTERNAL, errno, "eventfd");
	loop_want(&reactor->loop, env->stop->fd, EPOLLIN, &reactor->waker);
	loop_want(&reactor->loop, reactor->rouse_fd, EPOLLIN, &reactor->rouser);
	if (names && !(reactor->resolver = resolver_new(
			       names, env->settings, &reactor->dns_watch, err)))
		return -1;
	reactor_divide(reactor);
	return 0;
}

void reactor_release(struct reactor *reactor)
{
	s3_forget(net_s3(reactor->env->net), &reactor->credentials);
	slot_release_all(reactor);
	for (size_t i = 0; i < reactor->max_shards && reactor->shards; i++)
		shard_release(&reactor->shards[i]);
	free(reactor->shards);
	resolver_free(reactor->resolver);
	loop_release(&reactor->loop);
	if (reactor->rouse_fd >= 0)
		close(reactor->rouse_fd);
}

/* Its origin's own while that has room, so that connections are found again, else the next
 * that has. */
struct shard *reactor_shard(
	struct reactor *reactor, const struct attempt *attempt, struct error *err)
{
	const char *key = attempt->origin_key;
	size_t home = hash64(key, strlen(key), 0) % reactor->max_shards;
	struct shard *shard = &reactor->shards[home];

	for (size_t i = 0; i < reactor->max_shards; i++) {
		struct shard *next = &reactor->shards[(home + i) % reactor->max_shards];

		if (next->in_flight < reactor->per_shard) {
			shard = next;
			break;
		}
	}
	if (!shard->multi && shard_init(shard, &reactor->loop, slot_done,
				     reactor->connections, err) != 0)
		return NULL;
	return shard;
}

void reactor_finish(
	struct reactor *reactor, struct attempt *attempt, const struct outcome *outcome)
{
	struct fleet *fleet = reactor->fleet;

	pthread_mutex_lock(&fleet->lock);
	sched_finish(fleet->sched, clock_now(), attempt, outcome);
	reactor->n_taken--;
	fleet->changes++;
	pthread_mutex_unlock(&fleet->lock);
}

void reactor_rouse(struct reactor *reactor)
{
	if (eventfd_write(reactor->rouse_fd, 1) != 0 && errno != EAGAIN)
		log_debug("cannot write to an eventfd: %m");
}

bool reactor_pass(struct reactor *reactor, struct attempt *attempt)
{
	struct fleet *fleet = reactor->fleet;
	uint64_t hash = hash64(attempt->host, strlen(attempt->host), 0);
	struct reactor *other;
	bool passed = false;

	pthread_mutex_lock(&fleet->lock);
	other = &fleet->reactors[hash % fleet->n_reactors];
	if (other != reactor && other->n_taken < other->max_taken) {
		reactor->n_taken--;
		other->n_taken++;
		list_add_before(&other->inbox, &attempt->inbox);
		passed = true;
	}
	pthread_mutex_unlock(&fleet->lock);
	if (passed)
		reactor_rouse(other);
	return passed;
}
