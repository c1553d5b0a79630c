/* resolver.h - asking DNS, through c-ares: one channel, one thread, no blocking.
 *
 * Asks for both families of a name (or the one that names_family wants) once, however many
 * wait for it, and puts what comes into names.h. So many questions are out at a time, for all
 * resolvers of the same names together (NAMES_QUESTIONS_MAX), and the other names queue up;
 * what has not been answered within the first try counts no more, and is waited for beside
 * them. The sockets are watched by whoever owns the resolver.
 * For engines without a loop resolver_wait does the watching. */
#ifndef SEINE_NET_RESOLVER_H
#define SEINE_NET_RESOLVER_H

#include "base/list.h"
#include "net/names.h"

/* Where the resolver's sockets are watched: told, for each, which of EPOLLIN | EPOLLOUT it
 * waits for now; 0: it is about to be closed. */
struct resolver_watch {
	void (*want)(struct resolver_watch *watch, int fd, uint32_t events);
};

struct resolver;
/* `watch` NULL: only resolver_wait will be used; nothing is open then between two calls of it.
 * KIND_USAGE when --dns-servers is malformed. Names, settings and watch are borrowed. */
struct resolver *resolver_new(struct names *names, const struct settings *settings,
	struct resolver_watch *watch, struct error *err) must_check;
void resolver_free(struct resolver *resolver); /* waiters are forgotten, not called */

/* How to ask, for tests; resolver_new's are 2 s, 3, NAMES_QUESTIONS_MAX, names_family and
 * NULL. */
struct resolver_limits {
	int timeout_ms; /* of the first try of a server; doubled for each further one */
	int tries;      /* of each server */
	int queries; /* of all resolvers on loops, out at a time; at least 2 of each */
	enum ip_family family;
	const char *resolv_conf; /* NULL: the system's */
};
struct resolver *resolver_new_with(struct names *names, const struct settings *settings,
	struct resolver_watch *watch, const struct resolver_limits *limits,
	struct error *err) must_check;

/* Somebody who waits for a name; embedded in its owner. */
struct resolver_waiter {
	void (*done)(struct resolver_waiter *waiter, const struct addresses *addresses);
	struct list link; /* list_init it before first use */
};

/* Ask for a host that names_get does not have. `done` is called later, from resolver_ready or
 * resolver_due, never from here; the addresses are borrowed for that call. It may ask and
 * cancel, but not free the resolver. Look at resolver_deadline afterwards. */
void resolver_ask(
	struct resolver *resolver, const char *host, struct resolver_waiter *waiter);
/* The waiter wants it no more; harmless when it is not waiting. What has been asked for by
 * then is kept when it comes. */
void resolver_cancel(struct resolver_waiter *waiter);

/* The socket is ready, events as epoll says. */
void resolver_ready(struct resolver *resolver, int fd, uint32_t events);
/* When resolver_due must be called next; NSTIME_NEVER while nothing is asked. */
nstime resolver_deadline(const struct resolver *resolver, nstime now);
void resolver_due(struct resolver *resolver);

/* Should the wait be given up? Asked by the thread that waits, ten times a second. */
typedef bool resolver_stop(const void *context);
/* Ask and wait in the calling thread, at most until `until`, or until `stop` (NULL: never) says
 * so, for an answer that you put back (names_put). While another thread asks for the same name
 * through the same `names`, waits for its answer instead of asking, too; and for others' answers
 * while too many names are asked for. Never NULL: a failure is an answer. For a resolver without
 * a watch. */
const struct addresses *resolver_wait(struct resolver *resolver, const char *host,
	nstime until, resolver_stop *stop, const void *context) must_check;

#endif
