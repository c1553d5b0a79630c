/* resolver.c - see resolver.h.
 *
 * A question is a name that is asked for. It is in `by_name` and queued; then asked, once
 * per family, and in no list; then, with the last answer, finished; and freed once its
 * waiters have been told. The families are asked for one by one since c-ares, asked for
 * both, tells one status only: an AAAA that does not exist would hide an A that failed.
 *
 * c-ares calls back from within its own calls, those that ask included. Its callbacks only
 * take notes; names are started and waiters told when it has returned. */
#include "net/resolver.h"

#include <assert.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "base/map.h"
#include "net/addrs.h"
#include "net/channel.h"
#include "net/hostname.h"
#include "net/nameservers.h"

/* Most home routers run dnsmasq, which turns away what comes beyond 150 queries. */
#define QUERIES_MAX 128

struct question {
	struct resolver *resolver;
	struct list link; /* in queued or finished */
	struct list waiters;
	const struct addresses *answer; /* when it need not be asked for */
	struct addrs addrs;
	int ttl;
	int status; /* of the family that failed worse */
	int left;   /* families yet to answer */
	char key[HOSTNAME_ROOM];
	char name[HOSTNAME_ROOM + 1]; /* as asked for: may end in a dot */
};

struct resolver {
	struct names *names;
	const struct settings *settings;
	struct resolver_watch *watch;
	struct channel_setup setup;
	ares_channel channel; /* NULL: not open */
	bool doubtful;        /* the channel brought a failure that may be its own */
	int queries, queries_max;
	struct map *by_name;
	struct list queued, finished;
	struct pollfd *sockets; /* without a watch */
	size_t socket_count;
};

/* ---- sockets ---- */

static void poll_socket(struct resolver *resolver, int fd, short events)
{
	size_t i = 0;

	while (i < resolver->socket_count && resolver->sockets[i].fd != fd)
		i++;
	if (events == 0) {
		if (i < resolver->socket_count)
			resolver->sockets[i] =
				resolver->sockets[--resolver->socket_count];
		return;
	}
	if (i == resolver->socket_count)
		resolver->sockets = xreallocarray(resolver->sockets,
			++resolver->socket_count, sizeof(*resolver->sockets));
	resolver->sockets[i] = (struct pollfd){.fd = fd, .events = events};
}

static void note_socket(void *context, ares_socket_t fd, int readable, int writable)
{
	struct resolver *resolver = context;

	if (resolver->watch)
		resolver->watch->want(resolver->watch, fd,
			(readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0));
	else
		poll_socket(resolver, fd,
			(short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)));
}

static void close_channel(struct resolver *resolver)
{
	if (resolver->channel)
		ares_destroy(resolver->channel);
	resolver->channel = NULL;
	resolver->doubtful = false;
}

/* ---- questions ---- */

static struct question *question_new(struct resolver *resolver)
{
	struct question *question = xcalloc(1, sizeof(*question));

	question->resolver = resolver;
	question->ttl = INT_MAX;
	list_init(&question->link);
	list_init(&question->waiters);
	return question;
}

static struct question *question_of(struct list *link)
{
	return container_of(link, struct question, link);
}

static void question_free(struct question *question)
{
	while (list_pop(&question->waiters))
		;
	if (!question->answer)
		map_remove(question->resolver->by_name, question->key);
	names_put(question->resolver->names, question->answer);
	free(question);
}

static void finish(struct question *question)
{
	list_add_before(&question->resolver->finished, &question->link);
}

static void note_addresses(struct question *question, const struct ares_addrinfo *found)
{
	for (const struct ares_addrinfo_node *node = found->nodes; node;
		node = node->ai_next) {
		struct addr addr = {0};

		if (node->ai_family == AF_INET6) {
			addr.family = IP_V6;
			memcpy(addr.bytes,
				&((const struct sockaddr_in6 *)(const void *)
						node->ai_addr)
					 ->sin6_addr,
				16);
		} else {
			addr.family = IP_V4;
			memcpy(addr.bytes,
				&((const struct sockaddr_in *)(const void *)
						node->ai_addr)
					 ->sin_addr,
				4);
		}
		addrs_add(&question->addrs, &addr);
		if (node->ai_ttl < question->ttl)
			question->ttl = node->ai_ttl;
	}
	for (const struct ares_addrinfo_cname *cname = found->cnames; cname;
		cname = cname->next) {
		if (cname->ttl < question->ttl)
			question->ttl = cname->ttl;
	}
}

/* One family's answer; c-ares calls this. */
static void note_answer(
	void *context, int status, int timeouts _unused_, struct ares_addrinfo *found)
{
	struct question *question = context;

	question->resolver->queries--;
	if (status == ARES_SUCCESS && !found->nodes)
		status = ARES_ENODATA;
	if (status == ARES_SUCCESS)
		note_addresses(question, found);
	else if (question->status == ARES_SUCCESS || channel_may_pass(status))
		question->status = status;
	ares_freeaddrinfo(found);
	if (--question->left == 0)
		finish(question);
}

static int families(const struct resolver *resolver)
{
	return resolver->settings->family == IP_ANY ? 2 : 1;
}

/* Make the queries. Any of them may be answered before it returns. */
static void start(struct resolver *resolver, struct question *question)
{
	enum ip_family family = resolver->settings->family;
	struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT};
	int status = ARES_SUCCESS;

	if (!resolver->channel)
		status = channel_open(&resolver->channel, &resolver->setup);
	if (status != ARES_SUCCESS) {
		question->status = status;
		finish(question);
		return;
	}
	question->left = families(resolver);
	resolver->queries += question->left;
	if (family != IP_V6) {
		hints.ai_family = AF_INET;
		ares_getaddrinfo(resolver->channel, question->name, NULL, &hints,
			note_answer, question);
	}
	if (family != IP_V4) {
		hints.ai_family = AF_INET6;
		ares_getaddrinfo(resolver->channel, question->name, NULL, &hints,
			note_answer, question);
	}
}

static void start_queued(struct resolver *resolver)
{
	struct list *link;

	/* A network that has changed may have brought other name servers. */
	if (resolver->doubtful && resolver->queries == 0)
		close_channel(resolver);
	while (resolver->queries + families(resolver) <= resolver->queries_max &&
		(link = list_pop(&resolver->queued)) != NULL) {
		struct question *question = question_of(link);

		if (list_empty(&question->waiters))
			question_free(question); /* all have cancelled */
		else
			start(resolver, question);
	}
}

/* What the names learn of it; owned by the question until it is freed. */
static const struct addresses *learn(const struct question *question)
{
	struct resolver *resolver = question->resolver;
	_cleanup_(buf_release) struct buf list = BUF_INIT;
	nstime now = clock_now();

	if (question->addrs.count > 0) {
		addrs_write(&question->addrs, names_v6_first(resolver->names), &list);
		return names_learn(resolver->names, question->key, list.data,
			question->ttl, KIND_NONE, "", now);
	}
	if (!channel_may_pass(question->status))
		return names_learn(resolver->names, question->key, NULL, 0,
			KIND_NXDOMAIN, channel_text(question->status), now);
	resolver->doubtful = true;
	return names_learn(resolver->names, question->key, NULL, 0, KIND_DNS,
		channel_text(question->status), now);
}

static void tell(struct question *question)
{
	const struct addresses *answer = question->answer;
	struct list *link;

	if (!answer) {
		map_remove(question->resolver->by_name, question->key);
		answer = question->answer = learn(question);
	}
	while ((link = list_pop(&question->waiters)) != NULL) {
		struct resolver_waiter *waiter =
			container_of(link, struct resolver_waiter, link);

		waiter->done(waiter, answer);
	}
	question_free(question);
}

/* Those who are told may ask again: what comes of that is for the next time, so that this
 * ends. */
static void advance(struct resolver *resolver)
{
	struct list due, *link;

	start_queued(resolver);
	list_init(&due);
	list_add_before(&resolver->finished, &due);
	list_remove(&resolver->finished);
	while ((link = list_pop(&due)) != NULL)
		tell(question_of(link));
}

/* ---- the interface ---- */

struct resolver *resolver_new_with(struct names *names, const struct settings *settings,
	struct resolver_watch *watch, const struct resolver_limits *limits,
	struct error *err)
{
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));

	resolver->names = names;
	resolver->settings = settings;
	resolver->watch = watch;
	resolver->queries_max = limits->queries;
	resolver->by_name = map_new();
	list_init(&resolver->queued);
	list_init(&resolver->finished);
	resolver->setup = (struct channel_setup){
		.timeout_ms = limits->timeout_ms,
		.tries = limits->tries,
		.resolv_conf = limits->resolv_conf,
		.keep_open = watch != NULL,
		.socket_state = note_socket,
		.context = resolver,
	};
	if (settings->dns_servers) {
		resolver->setup.servers = nameservers_parse(settings->dns_servers, err);
		if (!resolver->setup.servers)
			goto fail;
	}
	return resolver;

fail:
	resolver_free(resolver);
	return NULL;
}

struct resolver *resolver_new(struct names *names, const struct settings *settings,
	struct resolver_watch *watch, struct error *err)
{
	static const struct resolver_limits limits = {
		.timeout_ms = 2000, .tries = 3, .queries = QUERIES_MAX};

	return resolver_new_with(names, settings, watch, &limits, err);
}

/* Forget everything that is asked for. Destroying the channel finishes what is asked. */
static void reset(struct resolver *resolver)
{
	struct list *link;

	close_channel(resolver);
	while ((link = list_pop(&resolver->queued)) != NULL)
		question_free(question_of(link));
	while ((link = list_pop(&resolver->finished)) != NULL)
		question_free(question_of(link));
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	reset(resolver);
	map_free(resolver->by_name, NULL);
	free(resolver->setup.servers);
	free(resolver->sockets);
	free(resolver);
}

void resolver_ask(
	struct resolver *resolver, const char *host, struct resolver_waiter *waiter)
{
	const struct addresses *answer =
		names_get(resolver->names, host, 0, clock_now());
	struct question *question = NULL;
	char key[HOSTNAME_ROOM];

	if (!answer && hostname_key(key, host) == 0)
		question = map_get(resolver->by_name, key);
	if (!question) {
		question = question_new(resolver);
		question->answer = answer;
		if (answer) {
			finish(question);
		} else {
			memcpy(question->key, key, sizeof(key));
			memcpy(question->name, host, strlen(host) + 1);
			map_put(resolver->by_name, question->key, question);
			list_add_before(&resolver->queued, &question->link);
		}
	}
	list_add_before(&question->waiters, &waiter->link);
	start_queued(resolver);
}

void resolver_cancel(struct resolver_waiter *waiter)
{
	list_remove(&waiter->link);
}

void resolver_ready(struct resolver *resolver, int fd, uint32_t events)
{
	bool broken = events & (EPOLLERR | EPOLLHUP);

	if (resolver->channel)
		ares_process_fd(resolver->channel,
			broken || events & EPOLLIN ? fd : ARES_SOCKET_BAD,
			broken || events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
	advance(resolver);
}

nstime resolver_deadline(const struct resolver *resolver, nstime now)
{
	struct timeval room;
	const struct timeval *left = NULL;

	if (!list_empty(&resolver->finished))
		return now;
	if (resolver->channel)
		left = ares_timeout(resolver->channel, NULL, &room);
	if (!left)
		return NSTIME_NEVER;
	/* It cuts to milliseconds: one more, or we would be a little early again and again. */
	return now + left->tv_sec * NS_PER_SEC + left->tv_usec * NS_PER_US + NS_PER_MS;
}

void resolver_due(struct resolver *resolver)
{
	if (resolver->channel)
		ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	advance(resolver);
}

/* ---- without a loop ---- */

struct patient {
	struct resolver_waiter waiter;
	const struct addresses *answer; /* a share */
};

static void keep_answer(
	struct resolver_waiter *waiter, const struct addresses *addresses)
{
	container_of(waiter, struct patient, waiter)->answer = names_share(addresses);
}

/* The row of sockets changes with each that is handled. */
static void handle_sockets(struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->socket_count; i++) {
		struct pollfd ready = resolver->sockets[i];

		if (!ready.revents)
			continue;
		resolver->sockets[i].revents = 0;
		ares_process_fd(resolver->channel,
			ready.revents & ~POLLOUT ? ready.fd : ARES_SOCKET_BAD,
			ready.revents & ~POLLIN ? ready.fd : ARES_SOCKET_BAD);
		i = SIZE_MAX; /* from the first again */
	}
}

static const struct addresses *ask_and_wait(
	struct resolver *resolver, const char *host, nstime until)
{
	struct patient patient = {.waiter = {.done = keep_answer}};
	nstime now;

	list_init(&patient.waiter.link);
	resolver_ask(resolver, host, &patient.waiter);
	while (!patient.answer && (now = clock_now()) < until) {
		nstime next = resolver_deadline(resolver, now);
		int timeout = clock_timeout_ms(now, next < until ? next : until);

		/* When it is interrupted nothing is ready, and we look again. */
		if (poll(resolver->sockets, resolver->socket_count, timeout) > 0)
			handle_sockets(resolver);
		resolver_due(resolver);
	}
	reset(resolver);
	return patient.answer;
}

const struct addresses *resolver_wait(
	struct resolver *resolver, const char *host, nstime until)
{
	const struct addresses *answer;
	bool claimed;

	assert(!resolver->watch);
	answer = names_claim(resolver->names, host, until, &claimed);
	if (claimed) {
		answer = ask_and_wait(resolver, host, until);
		names_unclaim(resolver->names, host);
	}
	if (answer)
		return answer;
	return names_failure(resolver->names, KIND_DNS,
		"no answer from the name servers in time", clock_now());
}
