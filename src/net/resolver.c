/* resolver.c - see resolver.h.
 *
 * A question is a name that is asked for. It is in `by_name` and queued; then asked, once
 * per family, and in that list while it counts; then, with the last answer, queued again for
 * the next domain of the search list, or finished; and freed once its waiters have been told.
 * One whose answer was known from the start is finished at once, and never in `by_name`.
 *
 * c-ares calls back from within its own calls, those that ask included. Its callbacks only
 * take notes; names are started and waiters told when it has returned. */
#include "net/resolver.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "net/nameservers.h"
#include "net/question.h"
#include "net/resolver_parts.h"

/* ---- sockets ---- */

static void note_socket(void *context, ares_socket_t fd, int readable, int writable)
{
	struct resolver *resolver = context;

	if (resolver->watch)
		resolver->watch->want(resolver->watch, fd,
			(readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0));
	else
		resolver_poll(resolver, fd,
			(short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)));
}

static void close_channel(struct resolver *resolver)
{
	channel_close(&resolver->channel);
	resolver->doubtful = false;
}

/* ---- questions ---- */

static struct question *question_of(struct list *link)
{
	return container_of(link, struct question, link);
}

/* It does not count any more, or has no answer to wait for. */
static void discount(struct question *question)
{
	if (question->counts)
		question->resolver->counted -= question->left;
	question->counts = false;
	list_remove(&question->link);
}

static void finish(struct question *question)
{
	list_add_before(&question->resolver->finished, &question->link);
}

/* It is not, or no more, asked for. */
static void drop(struct resolver *resolver, struct question *question)
{
	map_remove(resolver->by_name, question->key);
	question_free(question);
}

/* One family's answer; c-ares calls this. With the last one, ask for the next candidate before
 * anything else that is queued, or be done. */
static void note_answer(
	void *context, int status, int timeouts _unused_, struct ares_addrinfo *found)
{
	struct question *question = context;
	struct resolver *resolver = question->resolver;

	resolver->queries--;
	if (question->counts)
		resolver->counted--;
	question_note(question, status, found);
	ares_freeaddrinfo(found);
	if (question->left > 0)
		return;
	discount(question);
	if (question_is_denied(question) &&
		channel_candidate(&resolver->channel, question->host, &question->place,
			question->name))
		list_add_before(resolver->queued.next, &question->link);
	else
		finish(question);
}

static int families(const struct resolver *resolver)
{
	return resolver->family == IP_ANY ? 2 : 1;
}

/* Make the queries. Any of them may be answered before it returns. */
static void start(struct resolver *resolver, struct question *question)
{
	enum ip_family family = resolver->family;
	struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT};

	question->status = ARES_SUCCESS;
	question->asked = clock_now();
	question->left = families(resolver);
	question->counts = true;
	list_add_before(&resolver->asked, &question->link);
	resolver->queries += question->left;
	resolver->counted += question->left;
	if (family != IP_V6) {
		hints.ai_family = AF_INET;
		ares_getaddrinfo(resolver->channel.ares, question->name, NULL, &hints,
			note_answer, question);
	}
	if (family != IP_V4) {
		hints.ai_family = AF_INET6;
		ares_getaddrinfo(resolver->channel.ares, question->name, NULL, &hints,
			note_answer, question);
	}
}

static void start_or_fail(struct resolver *resolver, struct question *question)
{
	int status = ARES_SUCCESS;

	if (!resolver->channel.ares)
		status = channel_open(&resolver->channel, &resolver->setup);
	if (status == ARES_SUCCESS && question->place == 0 &&
		!channel_candidate(&resolver->channel, question->host, &question->place,
			question->name))
		status = ARES_EBADNAME;
	if (status == ARES_SUCCESS) {
		start(resolver, question);
		return;
	}
	question->status = status;
	finish(question);
}

static bool has_room(const struct resolver *resolver)
{
	int resolvers = names_joined(resolver->names);
	int share = resolver->queries_max / (resolvers > 1 ? resolvers : 1);

	return resolver->counted + families(resolver) <= share;
}

/* When the oldest question that counts will have been out for so long that it does not. */
static nstime slow_at(const struct resolver *resolver)
{
	if (list_empty(&resolver->asked))
		return NSTIME_NEVER;
	return question_of(resolver->asked.next)->asked +
	       resolver->setup.timeout_ms * NS_PER_MS;
}

static void start_queued(struct resolver *resolver)
{
	struct list *link;
	nstime now = clock_now();

	while (slow_at(resolver) <= now)
		discount(question_of(resolver->asked.next));
	/* A network that has changed may have brought other name servers. */
	if (resolver->doubtful && resolver->queries == 0)
		close_channel(resolver);
	while (has_room(resolver) && (link = list_pop(&resolver->queued)) != NULL) {
		if (list_empty(&question_of(link)->waiters))
			drop(resolver, question_of(link)); /* all have cancelled */
		else
			start_or_fail(resolver, question_of(link));
	}
}

static void tell(struct resolver *resolver, struct question *question)
{
	struct list *link;

	if (!question->answer) {
		map_remove(resolver->by_name, question->key);
		question_learn(question, resolver->names);
		resolver->doubtful |= question->answer->kind == KIND_DNS;
	}
	while ((link = list_pop(&question->waiters)) != NULL) {
		struct resolver_waiter *waiter =
			container_of(link, struct resolver_waiter, link);

		waiter->done(waiter, question->answer);
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
		tell(resolver, question_of(link));
}

/* ---- the interface ---- */

struct resolver *resolver_new_with(struct names *names, const struct settings *settings,
	struct resolver_watch *watch, const struct resolver_limits *limits,
	struct error *err)
{
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));
	struct error why;

	resolver->names = names;
	resolver->family = limits->family;
	resolver->watch = watch;
	resolver->queries_max = limits->queries;
	resolver->by_name = map_new();
	list_init(&resolver->queued);
	list_init(&resolver->asked);
	list_init(&resolver->finished);
	if (watch)
		names_join(names);
	resolver->setup = (struct channel_setup){
		.timeout_ms = limits->timeout_ms,
		.tries = limits->tries,
		.resolv_conf = limits->resolv_conf,
		.keep_open = watch != NULL,
		.socket_state = note_socket,
		.context = resolver,
	};
	if (settings->dns_servers) {
		resolver->setup.servers =
			nameservers_parse(settings->dns_servers, &why);
		if (!resolver->setup.servers) {
			error_set(
				err, why.kind, why.code, "--dns-servers: %s", why.text);
			goto fail;
		}
	}
	return resolver;

fail:
	resolver_free(resolver);
	return NULL;
}

struct resolver *resolver_new(struct names *names, const struct settings *settings,
	struct resolver_watch *watch, struct error *err)
{
	const struct resolver_limits limits = {.timeout_ms = 2000,
		.tries = 3,
		.queries = NAMES_QUESTIONS_MAX,
		.family = names_family(names)};

	return resolver_new_with(names, settings, watch, &limits, err);
}

/* Destroying the channel finishes what is asked. */
void resolver_reset(struct resolver *resolver)
{
	struct list *link;

	close_channel(resolver);
	while ((link = list_pop(&resolver->queued)) != NULL)
		drop(resolver, question_of(link));
	while ((link = list_pop(&resolver->finished)) != NULL)
		drop(resolver, question_of(link));
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	resolver_reset(resolver);
	if (resolver->watch)
		names_leave(resolver->names);
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
		question = question_new(resolver, answer ? NULL : host, answer);
		if (answer) {
			finish(question);
		} else {
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

	if (resolver->channel.ares)
		ares_process_fd(resolver->channel.ares,
			broken || events & EPOLLIN ? fd : ARES_SOCKET_BAD,
			broken || events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
	advance(resolver);
}

nstime resolver_deadline(const struct resolver *resolver, nstime now)
{
	nstime slow = list_empty(&resolver->queued) ? NSTIME_NEVER : slow_at(resolver);
	struct timeval room;
	const struct timeval *left = NULL;
	nstime due;

	if (!list_empty(&resolver->finished))
		return now;
	if (resolver->channel.ares)
		left = ares_timeout(resolver->channel.ares, NULL, &room);
	if (!left)
		return slow;
	/* It cuts to milliseconds: one more, or we would be a little early again and again. */
	due = now + left->tv_sec * NS_PER_SEC + left->tv_usec * NS_PER_US + NS_PER_MS;
	return due < slow ? due : slow;
}

void resolver_due(struct resolver *resolver)
{
	if (resolver->channel.ares)
		ares_process_fd(
			resolver->channel.ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	advance(resolver);
}
